"""What fails inside a task of Spark's is told to its log: so its error must not hold a cell of a client's row."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

import pyarrow as pa

from credit_scoring.errors import CreditScoringError

Batches = Iterable[pa.RecordBatch]


class TaskFailed(Exception):
    """What kind of error it was in a task, and where; its text is left out."""


def without_values(run: Callable[[Batches], Batches]) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """The mapInArrow function `run`, whose errors name no value. Errors of ours are raised as they are."""

    def guarded(batches: Batches) -> Iterator[pa.RecordBatch]:
        try:
            yield from run(batches)
        except (CreditScoringError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of polars is no Exception
            places = traceback.extract_tb(error.__traceback__)[1:]
            where = ", ".join(f"{PurePath(each.filename).name}:{each.lineno}" for each in places[-5:])
            raise TaskFailed(f"{type(error).__module__}.{type(error).__qualname__} at {where}") from None

    return guarded
