"""The Spark engine: Delta tables by Spark, rows by polars inside Spark's tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from credit_scoring.engines.blocks import split, to_block
from credit_scoring.engines.engine import (
    Compute,
    Engine,
    FileSource,
    Pieces,
    Rows,
    Scan,
    Source,
    Staged,
    Value,
)
from credit_scoring.engines.spark import rewriting, upkeep
from credit_scoring.engines.spark import views as spark_views
from credit_scoring.engines.spark.exchange import (
    BLOCKS,
    bring_together,
    each_slot,
    file_blocks,
    rows_a_batch,
    split_rows,
)
from credit_scoring.engines.spark.frames import union
from credit_scoring.engines.spark.rows import SparkPieces, SparkRows, SparkStaged, collected, ddl, frames
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.errors.faults import NOT_SPARK
from credit_scoring.schema.stored import StoredTable, StoredView

_MOST_SAID = 200
_SAID = frozenset({"seq", "delivery", "model_version", "table"})
"""Up to so many values of these columns stand in a statement. Of more, and of every other column, because plans and
logs would name clients, Spark makes a frame and joins."""
_MOST_ROWS = 5_000
"""Rows that go into a plan as they are; more go as blocks."""
_APART = ("kind", "table")
"""What is read apart lies apart, so that each append reads its own rows only."""


@dataclass(frozen=True)
class SparkEngine:
    """Delta tables of one lender by Spark. `rows_per_block`: rows that a map task splits at a time."""

    tables: Tables
    rows_per_block: int = 500_000
    name: str = "spark"

    @property
    def spark(self) -> SparkSession:
        """The session."""
        return self.tables.spark

    @property
    def root(self) -> str:
        """See Engine."""
        return self.tables.root

    # -- tables ---------------------------------------------------------------------------------------------------

    def create(self, table: StoredTable) -> None:
        """See Engine."""
        self.tables.create(table)

    def exists(self, table: str) -> bool:
        """See Engine."""
        return self.tables.exists(table)

    def names(self) -> list[str]:
        """See Engine."""
        return upkeep.names(self.tables)

    def unfinished(self) -> list[str]:
        """See Engine. A catalog has no such."""
        return upkeep.unfinished(self.tables)

    def columns(self, table: str) -> list[str]:
        """See Engine."""
        return list(self.tables.read(table).columns)

    def newest_commit(self, table: str) -> str | None:
        """See Engine."""
        return self.tables.newest_commit(table)

    def pinned(self, tables: Sequence[str]) -> Engine:
        """See Engine."""
        return replace(self, tables=self.tables.pinned(tables))

    def version(self, table: str) -> int:
        """See Engine."""
        return self.tables.version(table)

    # -- reading --------------------------------------------------------------------------------------------------

    def frame(self, scan: Scan) -> DataFrame:
        """The rows of a scan, without its `prepare`."""
        rows = self.tables.read(scan.table)
        for column, values in scan.among.items():
            rows = self._among(rows, column, [*values])
        return rows.select(*scan.columns)

    def _among(self, rows: DataFrame, column: str, values: Sequence[Value]) -> DataFrame:
        known = [value for value in values if value is not None]
        if not known or (column in _SAID and len(known) <= _MOST_SAID):
            said: Column = F.col(column).isin(known)
            return rows.where(said | F.col(column).isNull() if len(known) < len(values) else said)
        blocks = pl.DataFrame({column: known})
        ids = self._frame(blocks, f"`{column}` {'BIGINT' if isinstance(known[0], int) else 'STRING'}")
        found = rows.join(F.broadcast(ids), column, "left_semi")
        return union([found, rows.where(F.col(column).isNull())]) if len(known) < len(values) else found

    def scan(self, scan: Scan) -> pl.DataFrame:
        """See Engine."""
        frame = self.frame(scan)
        return collected(frame, scan.prepare)

    def exchange(
        self,
        sources: Sequence[Source | FileSource],
        slots: int,
        compute: Compute,
        schema: str,
        tasks: int | None = None,
    ) -> SparkRows:
        """See Engine."""
        blocks = [self._blocks(source, slots) for source in sources]
        # A task a slot: Spark counts rows, not bytes, so a task must not have many large blocks.
        return SparkRows(bring_together(blocks, tasks or slots).mapInArrow(each_slot(compute), schema))

    def _blocks(self, source: Source | FileSource, slots: int) -> DataFrame:
        if isinstance(source, FileSource):
            there = tuple(each for each in source.files if source.folder.exists(each[0], each[1]))
            return file_blocks(self.spark, replace(source, files=there))
        if isinstance(source.rows, pl.DataFrame):
            batch = split([(source.label, source.key, source.rows)], slots)
            return self.spark.createDataFrame([tuple(row.values()) for row in batch.to_pylist()], BLOCKS)
        split_them = split_rows(source.label, source.key, slots, self.rows_per_block, source.rows.prepare)
        return self.frame(source.rows).mapInArrow(split_them, BLOCKS)

    def stage(self, name: str, rows: Rows, apart: bool) -> Staged:
        """See Engine: in a Delta table, so that the append of each table does not make the rows anew."""
        assert isinstance(rows, SparkRows)
        # One file a batch: a file is one cell, and up to hundreds of megabytes.
        with rows_a_batch(self.spark, 1):
            # What one task yields is read whole sooner than a dozen files are written.
            self.tables.replace(name, rows.frame, partitioned_by=_APART if apart else ())
        return SparkStaged(self.tables, name)

    def pieces(self, scan: Scan, order: str, lines: Callable[[pl.DataFrame], bytes]) -> Pieces:
        """See Engine."""
        return SparkPieces(self.frame(scan).orderBy(order), lines)

    # -- writing --------------------------------------------------------------------------------------------------

    def append(self, table: str, rows: Rows | pl.DataFrame, app_id: str, version: int = 0) -> None:
        """See Engine."""
        frame = rows.frame if isinstance(rows, SparkRows) else self._stored(table, rows)  # type: ignore[arg-type]
        self.tables.append(table, frame, app_id, version)

    def merge(self, table: str, rows: Scan, on: str, newer: Sequence[str]) -> None:
        """See Engine."""
        upkeep.merge(self.tables, table, self.frame(rows), on, newer)

    def replace_rows(self, table: str, rows: pl.DataFrame, gone: pl.DataFrame, on: str) -> None:
        """See Engine."""
        ids = self._frame(gone.select(on), f"`{on}` BIGINT")
        upkeep.replace_rows(self.tables, table, self._stored(table, rows), ids, on)

    def overwrite(self, table: str, rows: pl.DataFrame) -> None:
        """See Engine."""
        self._stored(table, rows).writeTo(self.tables.name(table)).overwrite(F.lit(True))

    def remove(self, table: str, rows: pl.DataFrame, blank: Sequence[str] = ()) -> int:
        """See Engine."""
        types = dict(self.tables.read(table).dtypes)
        frame = self._frame(rows, ddl({name: types[name] for name in rows.columns}))
        return upkeep.remove(self.tables, table, frame, rows.columns, blank)

    def update(self, table: str, rows: pl.DataFrame, on: Sequence[str]) -> int:
        """See Engine."""
        return upkeep.update(self.tables, table, self._stored(table, rows), on)

    def drop(self, table: str) -> None:
        """See Engine."""
        self.tables.drop(table)

    def create_views(self, views: Sequence[StoredView], stored: Sequence[StoredTable]) -> None:
        """See Engine."""
        spark_views.create(self.tables, views, stored)

    # -- upkeep ---------------------------------------------------------------------------------------------------

    def delete(self, table: str, where: str, blank: Mapping[str, str] | None = None) -> int:
        """See Engine."""
        return upkeep.delete(self.tables, table, where, blank)

    def compact(self, table: str, order: Sequence[str], keep_hours: int) -> tuple[int, int]:
        """See Engine."""
        return upkeep.compact(self.tables, table, order, keep_hours)

    def vacuum(self, table: str, keep_hours: int) -> None:
        """See Engine."""
        upkeep.vacuum(self.tables, table, keep_hours)

    def unwritable(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine: those whose rewriting was killed."""
        return rewriting.begun(self.tables, tables)

    def outdated(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine."""
        return [table.name for table in rewriting.outdated(self.tables, tables)]

    def rewrite(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine."""
        return rewriting.rewrite(self.tables, tables)

    def _stored(self, table: str, rows: pl.DataFrame) -> DataFrame:
        """Rows with the types of the table's columns of the same names."""
        types = dict(self.tables.read(table).dtypes)
        return self._frame(rows, ddl({name: types[name] for name in rows.columns}))

    def _frame(self, rows: pl.DataFrame, ddl: str) -> DataFrame:
        if rows.height <= _MOST_ROWS:
            return self.spark.createDataFrame(rows.rows(), ddl)
        schema = list(rows.columns)
        blocks = [(to_block(part),) for part in rows.iter_slices(1_000_000)]
        return self.spark.createDataFrame(blocks, "block BINARY").mapInArrow(frames(schema, ddl), ddl)


def spark_of(engine: Engine) -> SparkEngine:
    """The engine, where only Spark does what is asked for (SynapseML, SQL of notebooks); Fault where it is another."""
    if not isinstance(engine, SparkEngine):
        raise NOT_SPARK(engine=engine.name)
    return engine
