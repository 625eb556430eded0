"""Quarantined rows read again by the rules as they are now, where they lie: what passes, and what still does not."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from credit_scoring.intake.casting import REASONS, cast
from credit_scoring.intake.parsing import CELL_COUNT, LINE_END
from credit_scoring.intake.reading import QUARANTINED, with_outcomes
from credit_scoring.schema.table import FILE, RECORD, Table

_ROW = "row"
BEYOND_RULES = (CELL_COUNT, LINE_END)
"""Why a row was quarantined that no rule about its values can mend."""


def passing(rows: pl.DataFrame, table: Table, into: str) -> pl.DataFrame:
    """What rows of a table's quarantine (QUARANTINED) become in the table `into` that pass now: typed as intake types
    them. An application's outcome goes to the outcomes."""
    (found,) = [frame for each, frame in with_outcomes(table, tried_again(rows, table)[0]) if each.name == into]
    return found


def failing(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows (QUARANTINED) that still do not pass, with their reasons of now."""
    return tried_again(rows, table)[1]


def tried_again(rows: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows (QUARANTINED) that pass now, typed as intake types them, and those that do not, with their reasons of now.

    A row whose cells are gone, or never were those of the header, cannot be read again and keeps its reasons.
    """
    rows = rows.with_row_index(_ROW).with_columns(pl.col(_ROW).cast(pl.Int64))
    rules = pl.col(REASONS).list.eval(pl.element().struct.field("rule").is_in(BEYOND_RULES)).list.any()
    is_lost = rows.select((pl.col("cells").is_null() | rules.fill_null(False)).alias("lost"))["lost"]
    lost, readable = rows.filter(is_lost), rows.filter(~is_lost)
    read = [_texts(json.loads(text), table) for text in readable["cells"]]
    names = [column.name for column in table.columns]
    cells = pl.DataFrame(read, schema=dict.fromkeys(names, pl.String), orient="row")
    typed = cast(cells.with_columns(readable[_ROW].alias(RECORD)).select(RECORD, *names), table)
    places = readable.select(pl.col(_ROW), FILE, RECORD)
    good = typed.good.rename({RECORD: _ROW}).join(places, on=_ROW, how="left", maintain_order="left")
    kept = readable.drop(REASONS).join(typed.bad.rename({RECORD: _ROW}), on=_ROW, how="inner")
    bad = pl.concat([frame.select(QUARANTINED.names()).cast(QUARANTINED) for frame in (lost, kept)])
    return good.select(*typed.good.columns, FILE), bad


def _texts(cells: Mapping[str, object], table: Table) -> list[str | None]:
    """A row's cells as a file would hold them; conflicting rows were kept as typed values."""
    found = (cells.get(column.name) for column in table.columns)
    return [None if cell is None or cell == "" else str(cell) for cell in found]
