"""The reference of the store for people: every table and column with its type and meaning, as Markdown."""

from __future__ import annotations

from credit_scoring.publishing.tables import STORED
from credit_scoring.schema.stored import StoredTable

_HEAD = """# Tables

Written by `make docs` from the declarations, which also are the comments of the tables and their columns.
Source tables keep the lender's names; a value in brackets is a unit.
"""


def markdown() -> str:
    """The page, a section a table."""
    return "\n".join([_HEAD, *map(_section, STORED)])


def _section(table: StoredTable) -> str:
    lines = [f"| `{c.name}` | {_cell(c.sql)} | {_cell(c.meaning)} |" for c in table.columns]
    return "\n".join(
        [
            f"## {table.name}",
            "",
            f"{table.meaning}.",
            "",
            "| column | type | meaning |",
            "| --- | --- | --- |",
            *lines,
            "",
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
