"""Delta tables under one root, which is a folder, a blob path or a catalog and schema; appends land exactly once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from credit_scoring.errors.faults import TABLE_WITHOUT_HISTORY
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.settings import StorageSettings
from credit_scoring.storage.files import Folder

LOG = "_delta_log"
_WAITS = (0.5, 2.0)
"""Seconds after which a creation that came to nothing is cleared away: another run may be at it in this moment."""


@dataclass(frozen=True)
class Tables:
    """The Delta tables of one lender.

    `root` is a path or URI (it holds a slash) or `catalog.schema`. `delta.`path`` and a catalog name can be used the
    same way, so no other module asks which it is. `versions`: tables that are read as they were at a version.
    `storage`: how the files of tables in a container are reached.
    """

    spark: SparkSession
    root: str
    versions: Mapping[str, int] = field(default_factory=dict, hash=False)
    storage: StorageSettings = field(default_factory=StorageSettings)

    @property
    def below_folder(self) -> bool:
        """Whether the tables lie in a folder or container, not in a catalog."""
        return "/" in self.root

    @property
    def folder(self) -> Folder:
        """The folder or container of the tables, where they lie in one."""
        return Folder(self.root, self.storage)

    def name(self, table: str) -> str:
        """The name by which SQL and Spark know the table."""
        return f"delta.`{self.root.rstrip('/')}/{table}`" if self.below_folder else f"{self.root}.{table}"

    def create(self, table: StoredTable) -> None:
        """Creates the table, empty, with comments from its declaration; one of an earlier release gets the columns that
        it lacks, which are null in its rows."""
        if self.exists(table.name):
            self._complete(table)
            return
        for wait in _WAITS:
            with suppress(Exception):  # it comes again from the last attempt, below
                self._create(table)
            if self.exists(table.name):
                return
            time.sleep(wait)
            self._clear(table.name)
        self._create(table)

    def _create(self, table: StoredTable) -> None:
        # delta-rs, which the embedded engine writes by, writes no table that is clustered: in a folder none is.
        by = ", ".join(f"`{column}`" for column in table.cluster_by)
        cluster = f"CLUSTER BY ({by})" if by and not self.below_folder else ""
        # Deletion vectors off: readers outside Spark (delta-rs and others) look clients up in these tables.
        properties = {"delta.enableDeletionVectors": "false"}
        if table.stats_columns:
            properties["delta.dataSkippingStatsColumns"] = ",".join(table.stats_columns)
        told = ", ".join(f"{literal(key)} = {literal(value)}" for key, value in properties.items())
        statement = (
            f"CREATE TABLE IF NOT EXISTS {self.name(table.name)} ({_commented(table.columns)}) USING DELTA {cluster} "
            f"COMMENT {literal(table.meaning)} TBLPROPERTIES ({told})"
        )
        try:
            self.spark.sql(statement)
        except Exception:
            if not self.exists(table.name):  # else another run created it at the same moment
                raise

    def _clear(self, *names: str) -> None:
        """Removes a table, or its log alone, unless a commit is there: what a killed creation or removal left.

        Spark takes a folder that is not empty for a table, and would never create it. A table that another run has
        created meanwhile stays.
        """
        if self.below_folder:
            self.folder.below(*names).clear_unless(_is_commit)

    def _complete(self, table: StoredTable) -> None:
        held = set(self.read(table.name).columns)
        if lacking := [column for column in table.columns if column.name not in held]:
            self.spark.sql(f"ALTER TABLE {self.name(table.name)} ADD COLUMNS ({_commented(lacking)})")

    def exists(self, table: str) -> bool:
        """Whether the table has been created: its log's folder is there a moment before its first commit."""
        if self.below_folder:
            # A creation that failed half-way leaves folders without a commit.
            return self.newest_commit(table) is not None
        return bool(self.spark.catalog.tableExists(self.name(table)))

    def read(self, table: str) -> DataFrame:
        """All rows of the table, visible or not (see ledger.ledger for what is visible)."""
        if table in self.versions:
            return self.spark.sql(f"SELECT * FROM {self.name(table)} VERSION AS OF {self.versions[table]}")
        return self.spark.table(self.name(table))

    def pinned(self, tables: Sequence[str]) -> Tables:
        """The same tables, of which `tables` are read as they are now, in this order, whatever is appended later."""
        return replace(self, versions={**self.versions, **{table: self.version(table) for table in tables}})

    def version(self, table: str) -> int:
        """The number of the table's newest commit, or of that which it is pinned to."""
        if table in self.versions:
            return self.versions[table]
        newest = self.spark.sql(f"DESCRIBE HISTORY {self.name(table)} LIMIT 1").first()
        if newest is None:
            raise TABLE_WITHOUT_HISTORY(table=table)
        return int(newest["version"])

    def newest_commit(self, table: str) -> str | None:
        """The name of the table's newest commit, by a listing of its log, without Spark; None where there is none, and
        in a catalog."""
        if not self.below_folder:
            return None
        return max(filter(_is_commit, self.folder.below(table, LOG).files()), default=None)

    def append(self, table: str, rows: DataFrame, app_id: str, version: int = 0) -> None:
        """Appends rows once for `app_id`, however often it is called, and by however many at once.

        Leave the version at 0: Delta skips any version not above the last one of an application silently, so a growing
        version loses appends that arrive out of order. Only the ledger's compare and swap wants just that.
        """
        append = (
            rows.select(*self.read(table).columns)
            .writeTo(self.name(table))
            .option("txnAppId", app_id)
            .option("txnVersion", str(version))
        )
        try:
            append.append()
        except Exception as error:  # its class differs between classic Spark and Spark Connect
            # A commit of this application came in between: that of another run under the same claim, or this very one,
            # whose answer got lost so that the store was asked again.
            if "ConcurrentTransaction" not in str(error):
                raise

    def replace(self, table: str, rows: DataFrame, partitioned_by: Sequence[str] = ()) -> None:
        """Creates the table with these rows, or has them take the place of those that it held.

        Of a removal that was killed half-way the log of no table may be left. On a local disk a checksum lies beside
        each of its files, and one that has lost its file would speak against the next of that name.
        """
        self._clear(table, LOG)
        writer = rows.writeTo(self.name(table)).using("delta")
        if partitioned_by:
            writer = writer.partitionedBy(*map(F.col, partitioned_by))
        writer.createOrReplace()

    def drop(self, table: str) -> None:
        """Removes the table with its files; nothing happens when there is none."""
        if self.below_folder:
            self.folder.remove(table)
        else:
            self.spark.sql(f"DROP TABLE IF EXISTS {self.name(table)}")


def _is_commit(name: str) -> bool:
    """Whether a file of a table's log makes the table one; with a dot in front it is a checksum, or only begun."""
    return not name.startswith(".") and (name.endswith(".json") or ".checkpoint." in name)


def literal(text: str) -> str:
    """A text as a SQL literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _commented(columns: Sequence[StoredColumn]) -> str:
    return ", ".join(f"`{column.name}` {column.sql} COMMENT {literal(column.meaning)}" for column in columns)
