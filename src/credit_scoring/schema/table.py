"""What a source table is: its columns, its key, whose rows it holds, and the rules between its columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.stored import StoredColumn, StoredTable

CLIENT = "SK_ID_CURR"
"""The lender's name of a client (= one application)."""


SEQ = "seq"
"""The place of a row's delivery in the order of deliveries."""

FILE = "file"
"""The file that a row came in."""

RECORD = "record"
"""Number of a data record in its file, from 1; the header is not counted."""

MADE_MISSING = "made_missing"
"""The names of a row's columns whose values were neither legitimate nor sentinels; null when there are none."""

SEQ_COLUMN = StoredColumn(SEQ, "BIGINT", "Place of the row's delivery in the order of deliveries, from 1")
FILE_COLUMN = StoredColumn(FILE, "STRING", "File of the delivery that the row came in")
RECORD_COLUMN = StoredColumn(RECORD, "BIGINT", "Number of the data record in its file, from 1")
_MADE_MISSING_COLUMN = StoredColumn(
    MADE_MISSING,
    "ARRAY<STRING>",
    "Columns of the row whose values were neither legitimate nor declared sentinels and became missing; null: none",
)


@dataclass(frozen=True)
class Rule:
    """A condition between columns that no usable row violates.

    `violated` is a boolean polars expression over the typed columns; null counts as not violated.
    `columns` are the columns that the sentence is about.
    """

    code: str
    sentence: str
    sentence_fr: str
    columns: tuple[str, ...]
    violated: pl.Expr


@dataclass(frozen=True, eq=False)
class Table:
    """A source table as the lender delivers it; each is one object, and equal to no other.

    `key`: the columns that identify a row; empty when rows have no key (then only exact duplicates exist).
    `owner`: the column whose value owns a group of rows: a delivery's rows of an owner replace that owner's earlier
    rows of this table. It is the client everywhere but in bureau_balance, where it is the credit.
    `title`, `title_fr`: what its rows are, as a person says it in a sentence.
    `file`: the lender's file of this table, by default <name>.csv. A delivered file may have any name that begins with
    the table's, in any case.
    `client_column`: False for bureau_balance, whose files do not hold the client: intake attaches it.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    owner: str = CLIENT
    title: str = ""
    title_fr: str = ""
    file: str = ""
    rules: tuple[Rule, ...] = ()
    client_column: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", self.file or f"{self.name}.csv")

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table does not declare it."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} declares no column {name}")

    def polars_schema(self) -> dict[str, type[pl.DataType]]:
        """Column name -> polars type of the typed rows, in declared order (file columns only)."""
        return {column.name: column.kind.dtype for column in self.columns}

    def stored(self) -> StoredTable:
        """The Delta table: the typed rows, their client, and where they came from."""
        columns = [
            StoredColumn(column.name, column.kind.sql, column.described())
            for column in self.columns
            if not column.optional_column
        ]
        if not self.client_column:
            columns.append(StoredColumn(CLIENT, Kind.IDENTIFIER.sql, "Client (= one application), attached at intake"))
        columns += [SEQ_COLUMN, FILE_COLUMN, RECORD_COLUMN, _MADE_MISSING_COLUMN]
        return StoredTable(self.name, self.meaning, tuple(columns), stats_columns=(CLIENT, SEQ))

    def stored_columns(self) -> dict[str, str]:
        """Column name -> SQL type of the Delta table."""
        return self.stored().types()

    def stored_schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Column name -> polars type of the stored rows, in the Delta table's order."""
        columns: dict[str, pl.DataType | type[pl.DataType]] = {
            column.name: column.kind.dtype for column in self.columns if not column.optional_column
        }
        if not self.client_column:
            columns[CLIENT] = Kind.IDENTIFIER.dtype
        return {**columns, SEQ: pl.Int64, FILE: pl.String, RECORD: pl.Int64, MADE_MISSING: pl.List(pl.String)}
