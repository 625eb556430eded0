"""Upkeep of Delta tables: which there are, rows removed without a trace, files compacted and old ones deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row, SparkSession

from credit_scoring.storage.tables import Tables

_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
_GONE = "rows_to_remove"
_REMEMBERS = "delta.deletedFileRetentionDuration"
_REMEMBERED = 168
"""Hours for which a table's log tells which files it removed, unless its properties say otherwise."""


@dataclass(frozen=True)
class Compacted:
    """What OPTIMIZE and VACUUM did to a table: its files before and after."""

    table: str
    files_before: int
    files: int


def names(tables: Tables) -> list[str]:
    """The tables that there are, declared or left over, by name."""
    if tables.below_folder:
        return [name for name in tables.folder.folders() if tables.exists(name)]
    listed = tables.spark.catalog.listTables(tables.root)
    return sorted(each.name for each in listed if not each.isTemporary and each.tableType != "VIEW")


def unfinished(tables: Tables) -> list[str]:
    """Tables that there are not, but for files: their creation or their removal was killed half-way. A catalog has no
    such."""
    return [name for name in tables.folder.folders() if not tables.exists(name)] if tables.below_folder else []


def remove(tables: Tables, table: str, rows: DataFrame, on: Sequence[str], blank: str | None = None) -> int:
    """Removes the rows of a table that agree with one of `rows` in the columns `on`; how many. With `blank`: empties
    that column of theirs instead.

    A DELETE would write its condition, and the values in it, into the table's history; a MERGE writes names only.
    """
    rows.select(*on).distinct().createOrReplaceTempView(_GONE)
    agree = " AND ".join(f"held.`{name}` = gone.`{name}`" for name in on)
    then = "DELETE" if blank is None else f"UPDATE SET held.`{blank}` = NULL"
    merge = f"MERGE INTO {tables.name(table)} AS held USING {_GONE} AS gone ON {agree} WHEN MATCHED THEN {then}"
    done = tables.spark.sql(merge).first()
    return int(done["num_affected_rows"]) if done is not None else 0


def empty(tables: Tables, table: str, where: str, column: str | None = None, left: str = "NULL") -> int:
    """Deletes the rows of a table for which the SQL condition holds, or empties a column of theirs but for what the
    expression `left` says; how many."""
    change = (
        f"DELETE FROM {tables.name(table)}" if column is None else f"UPDATE {tables.name(table)} SET {column} = {left}"
    )
    done = tables.spark.sql(f"{change} WHERE {where}").first()
    return int(done["num_affected_rows"]) if done is not None else 0


def compact(tables: Tables, table: str, keep_hours: int) -> Compacted:
    """Rewrites a table's small files as few, clustered as it is declared, and deletes files that no version of the last
    `keep_hours` has."""
    before = _files(tables, table)
    _remember_removals(tables, table, keep_hours)
    tables.spark.sql(f"OPTIMIZE {tables.name(table)}").collect()
    vacuum(tables, table, keep_hours)
    return Compacted(table, before, _files(tables, table))


def _remember_removals(tables: Tables, table: str, hours: int) -> None:
    """Has the table's log tell for so long which files it removed: of one that it does not tell of, VACUUM knows only
    how old it is, and deletes it."""
    wanted = f"interval {int(hours)} hours"
    if hours > _REMEMBERED and _detail(tables, table)["properties"].get(_REMEMBERS) != wanted:
        tables.spark.sql(f"ALTER TABLE {tables.name(table)} SET TBLPROPERTIES ('{_REMEMBERS}' = '{wanted}')")


def vacuum(tables: Tables, table: str, keep_hours: int) -> None:
    """Deletes files that no version of the last `keep_hours` has; 0 only while nothing else reads or writes."""
    with _any_retention(tables.spark):
        tables.spark.sql(f"VACUUM {tables.name(table)} RETAIN {int(keep_hours)} HOURS").collect()


@contextmanager
def _any_retention(spark: SparkSession) -> Iterator[None]:
    """Delta refuses to keep less than a week unless it is told that somebody has thought about it."""
    before = spark.conf.get(_CHECK, "true")
    spark.conf.set(_CHECK, "false")
    try:
        yield
    finally:
        spark.conf.set(_CHECK, str(before))


def _files(tables: Tables, table: str) -> int:
    return int(_detail(tables, table)["numFiles"])


def _detail(tables: Tables, table: str) -> Row:
    (detail,) = tables.spark.sql(f"DESCRIBE DETAIL {tables.name(table)}").collect()
    return detail
