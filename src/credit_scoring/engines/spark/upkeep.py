"""What Spark's SQL does to Delta tables beside appending: rows merged, replaced or removed, files compacted, old ones
deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from credit_scoring.engines.spark.tables import Tables

_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
_REMEMBERS = "delta.deletedFileRetentionDuration"
_REMEMBERED = 168
"""Hours for which a table's log tells which files it removed, unless its properties say otherwise."""


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


def merge(tables: Tables, table: str, rows: DataFrame, on: str, newer: Sequence[str]) -> None:
    """Of each `on` the newest row comes in, unless the one that is held is as new, by the columns `newer`."""
    newest = Window.partitionBy(on).orderBy(*(F.desc(column) for column in newer))
    best = rows.withColumn("newest", F.row_number().over(newest)).where("newest = 1").drop("newest")
    best.createOrReplaceTempView("rows_to_merge")
    higher, same = [], ""
    for column in newer:
        higher.append(f"({same}new.{column} > held.{column})")
        same += f"new.{column} = held.{column} AND "
    tables.spark.sql(
        f"MERGE INTO {tables.name(table)} AS held USING rows_to_merge AS new ON held.{on} = new.{on} "
        f"WHEN MATCHED AND ({' OR '.join(higher)}) THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )


def replace_rows(tables: Tables, table: str, rows: DataFrame, gone: DataFrame, on: str) -> None:
    """Rows take the place of those with the same `on`; those with an `on` among `gone` leave. One commit."""
    leaving = gone.select(on).withColumn("leaves", F.lit(True))
    marked = rows.withColumn("leaves", F.lit(False)).unionByName(leaving, allowMissingColumns=True)
    marked.createOrReplaceTempView("rows_to_replace")
    columns = rows.columns
    values = ", ".join(f"new.`{name}`" for name in columns)
    tables.spark.sql(
        f"MERGE INTO {tables.name(table)} AS held USING rows_to_replace AS new ON held.{on} = new.{on} "
        f"WHEN MATCHED AND new.leaves THEN DELETE "
        f"WHEN MATCHED THEN UPDATE SET {', '.join(f'held.`{name}` = new.`{name}`' for name in columns)} "
        f"WHEN NOT MATCHED AND NOT new.leaves THEN INSERT ({', '.join(f'`{name}`' for name in columns)}) "
        f"VALUES ({values})"
    )


def remove(tables: Tables, table: str, rows: DataFrame, on: Sequence[str], blank: Sequence[str] = ()) -> int:
    """Removes the rows of a table that agree with one of `rows` in the columns `on`; how many. With `blank`: empties
    those columns of theirs instead.

    A DELETE would write its condition, and the values in it, into the table's history; a MERGE writes names only.
    """
    rows.select(*on).distinct().createOrReplaceTempView("rows_to_remove")
    agree = " AND ".join(f"held.`{name}` = gone.`{name}`" for name in on)
    then = f"UPDATE SET {', '.join(f'held.`{name}` = NULL' for name in blank)}" if blank else "DELETE"
    merge = f"MERGE INTO {tables.name(table)} AS held USING rows_to_remove AS gone ON {agree} WHEN MATCHED THEN {then}"
    return _affected(tables.spark.sql(merge))


def update(tables: Tables, table: str, rows: DataFrame, on: Sequence[str]) -> int:
    """Gives the rows that agree with one of `rows` in the columns `on` its other columns; how many."""
    rows.createOrReplaceTempView("rows_to_update")
    agree = " AND ".join(f"held.`{name}` = new.`{name}`" for name in on)
    given = ", ".join(f"held.`{name}` = new.`{name}`" for name in rows.columns if name not in on)
    merge = f"MERGE INTO {tables.name(table)} AS held USING rows_to_update AS new ON {agree}"
    return _affected(tables.spark.sql(f"{merge} WHEN MATCHED THEN UPDATE SET {given}"))


def delete(tables: Tables, table: str, where: str, blank: Mapping[str, str] | None = None) -> int:
    """Deletes the rows for which the SQL condition holds, or gives columns of theirs other values; how many."""
    name = tables.name(table)
    if blank is None:
        return _affected(tables.spark.sql(f"DELETE FROM {name} WHERE {where}"))
    values = ", ".join(f"`{column}` = {value}" for column, value in blank.items())
    return _affected(tables.spark.sql(f"UPDATE {name} SET {values} WHERE {where}"))


def _affected(done: DataFrame) -> int:
    row = done.first()
    return int(row["num_affected_rows"]) if row is not None else 0


def compact(tables: Tables, table: str, order: Sequence[str], keep_hours: int) -> tuple[int, int]:
    """Rewrites a table's small files as few, clustered as it was created or in z-order, and deletes files that no
    version of the last `keep_hours` has; its files before and after."""
    detail = _detail(tables, table)
    _remember_removals(tables, table, keep_hours, detail)
    z_order = f" ZORDER BY ({', '.join(order)})" if order and not detail["clusteringColumns"] else ""
    tables.spark.sql(f"OPTIMIZE {tables.name(table)}{z_order}").collect()
    vacuum(tables, table, keep_hours)
    return int(detail["numFiles"]), int(_detail(tables, table)["numFiles"])


def _remember_removals(tables: Tables, table: str, hours: int, detail: Row) -> None:
    """Has the table's log tell for so long which files it removed: of one that it does not tell of, VACUUM knows only
    how old it is, and deletes it."""
    wanted = f"interval {int(hours)} hours"
    if hours > _REMEMBERED and detail["properties"].get(_REMEMBERS) != wanted:
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


def _detail(tables: Tables, table: str) -> Row:
    (detail,) = tables.spark.sql(f"DESCRIBE DETAIL {tables.name(table)}").collect()
    return detail
