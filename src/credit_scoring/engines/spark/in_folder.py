"""Spark over tables in a folder: many rows move by Spark, what is small by delta-rs, in no statement.

A statement of Spark's costs a tenth of a second and more of planning, however few rows it reads or writes, and a run of
few clients was mostly those. In a catalog there is no such way: only Spark knows its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from credit_scoring.engines.engine import Engine, Pieces, Rows, Scan
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.engines.local.object_store import not_taken
from credit_scoring.engines.spark.engine import SparkEngine
from credit_scoring.engines.spark.rows import SparkRows
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.schema.stored import StoredTable
from credit_scoring.storage.roots import blob_place, is_volume

FEW = 200_000
"""Rows up to which this process merges and writes a file itself: as many as fit into a fraction of a driver."""


@dataclass(frozen=True)
class SparkInFolder(SparkEngine):
    """The Spark engine where its tables are within this process's reach."""

    @cached_property
    def near(self) -> LocalEngine:
        """The same tables, by delta-rs."""
        tables = self.tables
        return LocalEngine(tables.root, Path(), 0, 1, tables.storage, tables.versions)

    def create(self, table: StoredTable) -> None:
        """See Engine."""
        if self.exists(table.name) and not self._by_delta_rs(table.name):
            super().create(table)
        else:
            self.near.create(table)

    def columns(self, table: str) -> list[str]:
        """See Engine."""
        return self.near.columns(table)

    def version(self, table: str) -> int:
        """See Engine."""
        return self.near.version(table)

    def pinned(self, tables: Sequence[str]) -> Engine:
        """See Engine."""
        versions = {**self.tables.versions, **{table: self.version(table) for table in tables}}
        return replace(self, tables=replace(self.tables, versions=versions))

    def scan(self, scan: Scan) -> pl.DataFrame:
        """See Engine."""
        return self.near.scan(scan)

    def pieces(self, scan: Scan, order: str, lines: Callable[[pl.DataFrame], bytes]) -> Pieces:
        """See Engine."""
        if self._few(scan):
            return self.near.pieces(scan, order, lines)
        return super().pieces(scan, order, lines)

    def append(self, table: str, rows: Rows | pl.DataFrame, app_id: str, version: int = 0) -> None:
        """See Engine."""
        if isinstance(rows, SparkRows) or not self._by_delta_rs(table):
            super().append(table, rows, app_id, version)
        else:
            self.near.append(table, rows, app_id, version)

    def merge(self, table: str, rows: Scan, on: str, newer: Sequence[str]) -> None:
        """See Engine."""
        if self._by_delta_rs(table) and self._few(rows):
            self.near.merge(table, rows, on, newer)
        else:
            super().merge(table, rows, on, newer)

    def replace_rows(self, table: str, rows: pl.DataFrame, gone: pl.DataFrame, on: str) -> None:
        """See Engine."""
        if self._by_delta_rs(table):
            self.near.replace_rows(table, rows, gone, on)
        else:
            super().replace_rows(table, rows, gone, on)

    def overwrite(self, table: str, rows: pl.DataFrame) -> None:
        """See Engine."""
        if self._by_delta_rs(table):
            self.near.overwrite(table, rows)
        else:
            super().overwrite(table, rows)

    def _few(self, scan: Scan) -> bool:
        narrow = Scan(scan.table, scan.columns[:1], scan.among, _counted)
        return int(self.near.scan(narrow)["rows"].sum()) <= FEW

    def _by_delta_rs(self, table: str) -> bool:
        """Whether delta-rs writes the table: one that an earlier release clustered it does not."""
        return not self.near.clustered(table)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({"rows": [rows.height]}, {"rows": pl.Int64})


def spark_over(tables: Tables, rows_per_block: int = 500_000) -> SparkEngine:
    """The Spark engine over tables, which is told how near they are.

    Not near is a volume, which promises no rename that is atomic, as delta-rs needs for a commit; a path
    that delta-rs does not take; and a container, whose answers break off at times: Hadoop asks again, delta-rs
    does not always.
    """
    root = tables.root
    near = tables.below_folder and not is_volume(root) and blob_place(root) is None and not not_taken(root)
    return (SparkInFolder if near else SparkEngine)(tables, rows_per_block)
