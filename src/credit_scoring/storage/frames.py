"""Frames of Spark put together and counted, on every kind of session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import reduce

from pyspark import StorageLevel
from pyspark.sql import DataFrame


def union(frames: Iterable[DataFrame]) -> DataFrame:
    """The rows of all frames, of which there is at least one, by column name.

    By the frame's own method: `DataFrame.unionByName` is that of another class where Spark Connect gives the frames.
    """
    return reduce(lambda one, other: one.unionByName(other), frames)


def size(frame: DataFrame) -> int:
    """How many rows a frame has; an action. On Spark Connect `DataFrame.count` gives a number of NumPy's."""
    return int(frame.count())


@contextmanager
def kept(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame's rows, computed once however often they are read inside: in memory, and on disk where that is short.

    To whatever is built on it the frame is one step of a plan, however long its own plan is.
    """
    held = frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield held
    finally:
        held.unpersist()
