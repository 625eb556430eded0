"""Frames of Spark put together and counted, on every kind of session."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import DataFrame


def union(frames: Iterable[DataFrame]) -> DataFrame:
    """The rows of all frames, of which there is at least one, by column name.

    By the frame's own method: `DataFrame.unionByName` is that of another class where Spark Connect gives the frames.
    """
    return reduce(lambda one, other: one.unionByName(other), frames)


def size(frame: DataFrame) -> int:
    """How many rows a frame has; an action. On Spark Connect `DataFrame.count` gives a number of NumPy's."""
    return int(frame.count())
