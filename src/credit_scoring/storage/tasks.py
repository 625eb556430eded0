"""What every task of ours in Spark's Python workers has in common: errors without values, and little work around it.

What fails inside a task is told to Spark's log: so its error must not hold a cell of a client's row.
"""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import PurePath
from zipimport import zipimporter

import pyarrow as pa
from pyspark import TaskContext

from credit_scoring.errors import CreditScoringError

Batches = Iterable[pa.RecordBatch]


class TaskFailed(Exception):
    """What kind of error it was in a task, and where; its text is left out."""


def without_values(run: Callable[[Batches], Batches]) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """The mapInArrow function `run`, whose errors name no value, and which leaves its worker ready for the next task.

    Errors of ours are raised as they are.
    """

    def guarded(batches: Batches) -> Iterator[pa.RecordBatch]:
        try:
            yield from run(batches)
        except (CreditScoringError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of polars is no Exception
            places = traceback.extract_tb(error.__traceback__)[1:]
            where = ", ".join(f"{PurePath(each.filename).name}:{each.lineno}" for each in places[-5:])
            raise TaskFailed(f"{type(error).__module__}.{type(error).__qualname__} at {where}") from None
        finally:
            if TaskContext.get() is not None:
                _spare_the_next()

    return guarded


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
