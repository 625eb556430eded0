"""The content of a file that Spark's tasks make, piece by piece."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyspark.sql import DataFrame

from credit_scoring.storage.tasks import Batches

PARTS = "rows INT, lines BINARY"
"""Pieces of a file in their order, and of how many rows each is."""


@dataclass(frozen=True)
class Content:
    """`head`, then what `lines` (a mapInArrow function that yields PARTS) makes of the rows, in their order."""

    head: bytes
    rows: DataFrame
    lines: Callable[[Batches], Batches]

    def received(self) -> Iterator[tuple[int, bytes]]:
        """(rows, lines) of the pieces, on the driver, which holds those of two partitions at a time."""
        for part in self.rows.mapInArrow(self.lines, PARTS).toLocalIterator(prefetchPartitions=True):
            yield part["rows"], part["lines"]

    def digest(self) -> tuple[int, str]:
        """Rows and sha256 of the file, made and not written."""
        rows, digest = 0, hashlib.sha256(self.head)
        for count, lines in self.received():
            digest.update(lines)
            rows += count
        return rows, digest.hexdigest()
