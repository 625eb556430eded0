"""Views of the store, where Spark has them: beside the tables of a catalog, or for a session's own SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from credit_scoring.engines.spark.tables import Tables, literal
from credit_scoring.schema.stored import StoredTable, StoredView

_DECLARATION = "credit_scoring.declaration"
"""Property of a view in a catalog: the digest of its text. A view that is replaced loses the grants given on it, so it
is replaced only when a release declares another one."""


def create(tables: Tables, views: Sequence[StoredView], stored: Sequence[StoredTable]) -> None:
    """Creates the views beside the tables of a catalog, or replaces those that an earlier release declared otherwise.

    A folder of tables holds no views, and gets none (see `by_name`).
    """
    if tables.below_folder:
        return
    for view in views:
        name, digest = tables.name(view.declared.name), hashlib.sha256(_sql(view, tables, stored).encode()).hexdigest()
        if tables.exists(view.declared.name):
            held = tables.spark.sql(f"SHOW TBLPROPERTIES {name}").collect()
            if {row["key"]: row["value"] for row in held}.get(_DECLARATION) == digest:
                continue
        properties = f"TBLPROPERTIES ({literal(_DECLARATION)} = {literal(digest)})"
        tables.spark.sql(f"CREATE OR REPLACE VIEW {name} {_sql(view, tables, stored, properties)}")


def by_name(tables: Tables, views: Sequence[StoredView], stored: Sequence[StoredTable]) -> None:
    """Lets this session's SQL use every table and view by its own name: `SELECT * FROM scores_explained`."""
    if not tables.below_folder:
        tables.spark.sql(f"USE {tables.root}")
        return
    for table in stored:
        if tables.exists(table.name):
            tables.read(table.name).createOrReplaceTempView(table.name)
    for view in views:
        tables.spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {view.declared.name} {_sql(view, tables, stored)}")


def _sql(view: StoredView, tables: Tables, stored: Sequence[StoredTable], properties: str = "") -> str:
    """What follows the view's name in CREATE VIEW: columns with their comments, `properties`, and the query."""
    columns = ", ".join(f"`{column.name}` COMMENT {literal(column.meaning)}" for column in view.declared.columns)
    query = view.query.format(**{table.name: tables.name(table.name) for table in stored})
    return f"({columns}) COMMENT {literal(view.declared.meaning)} {properties} AS {query}"
