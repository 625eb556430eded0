"""Rows that are computed once and read often, on the executors: what every fit of SynapseML reads."""

from __future__ import annotations

from pyspark import StorageLevel
from pyspark.sql import DataFrame

from credit_scoring.engines.engine import Rows
from credit_scoring.engines.spark.rows import SparkRows


def kept(rows: Rows) -> SparkRows:
    """The rows, computed once however often they are read: in memory, and on disk where that is short.

    For training alone, which has a cluster of its own: serverless compute keeps no frames. `frame_of(rows).unpersist()`
    lets them go.
    """
    return SparkRows(frame_of(rows).persist(StorageLevel.MEMORY_AND_DISK))


def frame_of(rows: Rows) -> DataFrame:
    """The Spark frame of rows that the Spark engine makes."""
    assert isinstance(rows, SparkRows)
    return rows.frame
