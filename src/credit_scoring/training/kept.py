"""Frames that a training reads many times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@contextmanager
def kept(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame's rows, computed once however often they are read inside: in memory, and on disk where that is short.

    For training alone, which has a cluster of its own: serverless compute keeps no frames.
    """
    held = frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield held
    finally:
        held.unpersist()
