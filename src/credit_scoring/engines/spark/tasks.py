"""What every task of ours in Spark's Python workers has in common: errors without values, and little work around it.

What fails inside a task is told to Spark's log: so its error must not hold a cell of a client's row.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from zipimport import zipimporter

import polars as pl
import pyarrow as pa
from pyspark import TaskContext

from credit_scoring.engines import guarded

Batches = Iterable[pa.RecordBatch]


def without_values(run: Callable[[Batches], Batches]) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """The mapInArrow function `run`: its errors name no value, and it leaves its worker ready for the next task."""

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        try:
            with guarded.without_values():
                yield from run(batches)
        finally:
            if TaskContext.get() is not None:
                _spare_the_next()

    return task


def frame_of(batches: Sequence[pa.RecordBatch]) -> pl.DataFrame:
    """Batches of Spark's as a frame. Where a nested column is null throughout, the JVM leaves its offsets out, which
    polars does not take: such columns are built anew."""
    table = pa.Table.from_batches(batches)
    for place, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            rows = pa.array(range(table.num_rows), pa.int64())
            table = table.set_column(place, field, table.column(place).take(rows))
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _spare_the_next() -> None:
    """Has the worker's next task begin and end at once: it would take 0.2 s of a core around any work, however small.

    Before each task Spark has Python look again at what can be imported, for which it reads the directories of the zip
    files on its path once for every package in them (spark-core.jar is one of them, with thousands of entries). Without
    the finders it has nothing to look at; an import makes one again. After each task it collects garbage.
    """
    for path in [path for path, finder in sys.path_importer_cache.items() if isinstance(finder, zipimporter)]:
        sys.path_importer_cache.pop(path, None)
    _keep_what_is_loaded(len(sys.modules))


@cache
def _keep_what_is_loaded(modules: int) -> None:
    """Has collections of garbage pass over modules and declarations, which no task makes anew; again after others were
    loaded, and not after each task, since what is kept is never collected."""
    gc.freeze()
