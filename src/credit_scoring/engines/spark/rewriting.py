"""Tables of an earlier release that are made again as today's are: in a folder, delta-rs writes none that is clustered.

Delta takes the feature from no table that has it, so the rows go into a copy, the table is removed and made anew, and
the copy's rows are appended. Killed anywhere it is begun again and nothing is lost: the copy is whole from its one
commit on, and while it is there nobody else writes the table (Engine.unwritable). Its commit goes before its files do.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import functions as F

from credit_scoring.engines.rewritten import copy_of
from credit_scoring.engines.spark.tables import LOG, Tables
from credit_scoring.schema.stored import StoredTable


def begun(tables: Tables, stored: Sequence[StoredTable]) -> list[str]:
    """Those of which a copy is there: their rewriting was killed."""
    if not tables.below_folder:
        return []
    return [table.name for table in stored if table.cluster_by and tables.exists(copy_of(table.name))]


def outdated(tables: Tables, stored: Sequence[StoredTable]) -> list[StoredTable]:
    """The tables in a folder that are clustered, or whose rewriting was killed."""
    if not tables.below_folder:
        return []
    half = begun(tables, stored)
    return [
        table
        for table in stored
        if table.name in half or (table.cluster_by and tables.exists(table.name) and _is_clustered(tables, table.name))
    ]


def rewrite(tables: Tables, stored: Sequence[StoredTable]) -> list[str]:
    """Makes the outdated tables anew; which."""
    found = outdated(tables, stored)
    for table in found:
        _rewrite(tables, table)
    return [table.name for table in found]


def _is_clustered(tables: Tables, table: str) -> bool:
    (detail,) = tables.spark.sql(f"DESCRIBE DETAIL {tables.name(table)}").collect()
    return "clustering" in (detail["tableFeatures"] or ())


def _rewrite(tables: Tables, table: StoredTable) -> None:
    copy = copy_of(table.name)
    if not tables.exists(copy):
        tables.drop(copy)  # files of one that was killed before its commit
        tables.read(table.name).writeTo(tables.name(copy)).using("delta").create()
    tables.drop(table.name)
    tables.create(table)
    rows = tables.read(copy)
    for column in table.columns:
        if column.name not in rows.columns:
            rows = rows.withColumn(column.name, F.lit(None).cast(column.sql))
    tables.append(table.name, rows, app_id=copy)
    for commit in tables.folder.below(copy, LOG).files():
        if commit.endswith(".json") and not commit.startswith("."):
            tables.folder.remove(copy, LOG, commit)
    tables.drop(copy)
