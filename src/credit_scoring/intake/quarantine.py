"""The quarantine: rows that could not be accepted, and what can be read of whose they are."""

from __future__ import annotations

import polars as pl

from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.parsing import CELL_COUNT, LINE_END
from credit_scoring.intake.reading import READABLE_ID
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.schema.table import FILE_COLUMN, RECORD_COLUMN, SEQ, SEQ_COLUMN

QUARANTINE = "quarantine"
QUARANTINED = StoredTable(
    QUARANTINE,
    "Rows that could not be accepted, each with all its reasons",
    (
        StoredColumn("delivery", "STRING", "Name of the delivery"),
        SEQ_COLUMN,
        StoredColumn("table", "STRING", "The source table that the row is of"),
        FILE_COLUMN,
        RECORD_COLUMN,
        StoredColumn("client_id", "BIGINT", "The client, where the row tells it (SK_ID_CURR); else null"),
        StoredColumn(
            "reasons",
            "ARRAY<STRUCT<rule: STRING, column: STRING, sentence: STRING>>",
            "Why the row was not accepted: every rule that it breaks, with the column and a sentence",
        ),
        StoredColumn("cells", "STRING", "The row's cells as they came, as JSON by column name"),
    ),
    stats_columns=("client_id", SEQ),
)


def cell_of_credit() -> pl.Expr:
    """The credit that the cells of a quarantined row name, null where it cannot be read."""
    digits = pl.col("cells").str.json_path_match(f"$.{CREDIT}").str.extract(READABLE_ID, 1)
    number = digits.cast(pl.Int64, strict=False)
    return pl.when(number >= 1).then(number)


def credit_in_cells() -> pl.Expr:
    """The credit that a quarantined row of bureau_balance names, null where it cannot be read and in other tables."""
    return pl.when(pl.col("table") == BUREAU_BALANCE.name).then(cell_of_credit())


def waits_for_client() -> pl.Expr:
    """Whether a quarantined row is a balance whose credit could be read, so that it waits for nobody but its client.

    Its reasons say so when its cells are gone, as those of old rows are.
    """
    element = pl.element().struct
    unread = (element.field("column") == CREDIT) | element.field("rule").is_in([CELL_COUNT, LINE_END])
    told = pl.col("cells").is_null() & ~pl.col("reasons").list.eval(unread.fill_null(False)).list.any().fill_null(False)
    return (pl.col("table") == BUREAU_BALANCE.name) & (credit_in_cells().is_not_null() | told)
