"""What a table of the store is: its columns, each with its SQL type and what it means.

Declared once: the Delta table's columns and comments, the frames that are appended to it, and the reference in docs/
all follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class StoredColumn:
    """A column of a stored table; `sql` is its Spark SQL type, `meaning` what a reader of the table has to know."""

    name: str
    sql: str
    meaning: str


@dataclass(frozen=True)
class StoredTable:
    """A Delta table of the store.

    `cluster_by`: the columns that most reads ask for. `stats_columns`: the columns whose lowest and highest value is
    kept for each file, so that a read skips files; by default the first ones, as Delta does. Keeping them for all
    columns of a wide table costs more than its rows, and they are values of clients in the log.
    """

    name: str
    meaning: str
    columns: tuple[StoredColumn, ...]
    cluster_by: tuple[str, ...] = ()
    stats_columns: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def types(self) -> dict[str, str]:
        """Column name -> SQL type, in order."""
        return {column.name: column.sql for column in self.columns}

    def ddl(self) -> str:
        """The columns as Spark takes a schema: "`client_id` BIGINT, ..."."""
        return ", ".join(f"`{column.name}` {column.sql}" for column in self.columns)

    def without(self, *names: str) -> tuple[StoredColumn, ...]:
        """The columns but for these."""
        return tuple(column for column in self.columns if column.name not in names)

    def with_columns(self, *columns: StoredColumn) -> StoredTable:
        """The same table with more columns, at the end."""
        return replace(self, columns=(*self.columns, *columns))


@dataclass(frozen=True)
class StoredView:
    """A view: its columns as readers see them, and its query in Spark's SQL, in which a table stands as {name}."""

    declared: StoredTable
    query: str
