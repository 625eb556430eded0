"""What was known of a client at a delivery, from rows of all deliveries: pure polars, on one slot's clients.

Known at N is what accepted deliveries up to N brought; of an owner's rows (a client's, in bureau_balance a credit's)
only those of its latest such delivery, because a delivery's rows replace the owner's earlier rows of that table.

A client may be asked for at two deliveries at once. Each such *case* gets a number of its own, which stands in for the
client in the resolved rows: whoever groups them by SK_ID_CURR groups by case and need not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from credit_scoring.schema.table import CLIENT, SEQ, Table

INCOMPLETE = "incomplete"
"""Boolean column of the rows: a cell of the row was made missing at intake."""

CASE = "case"


@dataclass(frozen=True)
class Known:
    """Clients as known.

    `tables`: table -> its current rows, declared columns, with the case (0 .. n - 1) in SK_ID_CURR.
    `cases`: one row a case, sorted by case: case Int64, client_id, as_of, what else the cohort's rows held, and
    file_complete Boolean.
    """

    tables: Mapping[str, pl.DataFrame]
    cases: pl.DataFrame


def known(
    rows: Mapping[str, pl.DataFrame], quarantine: pl.DataFrame, cohort: pl.DataFrame, sources: Sequence[Table]
) -> Known:
    """Resolves a slot.

    `rows`: table -> declared columns, SK_ID_CURR, seq, incomplete; accepted seqs only, of any clients; every one of
    `sources` is there. `quarantine`: client_id, table, seq; accepted seqs only. `cohort`: client_id, as_of, ...
    """
    cases = cohort.sort("client_id", "as_of").with_row_index(CASE).with_columns(pl.col(CASE).cast(pl.Int64))
    keys = cases.select(CASE, "as_of", pl.col("client_id").alias(CLIENT))
    tables, flawed, current = {}, [], []
    for source in sources:
        seen = _up_to(rows[source.name], keys)
        now = _latest(seen, source)
        flawed.append(now.filter(pl.col(INCOMPLETE)).select(CASE))
        current.append(_current(seen, source.name))
        tables[source.name] = now.with_columns(pl.col(CASE).alias(CLIENT)).drop(CASE, SEQ, INCOMPLETE)
    flawed.append(_spoilt(quarantine.rename({"client_id": CLIENT}), keys, pl.concat(current), list(tables)))
    incomplete = pl.concat(flawed)[CASE].unique()
    return Known(tables, cases.with_columns(file_complete=~pl.col(CASE).is_in(incomplete.implode())))


def _up_to(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """The rows that each case could see, with its number."""
    return rows.join(keys, on=CLIENT).filter(pl.col(SEQ) <= pl.col("as_of")).drop("as_of")


def _latest(seen: pl.DataFrame, source: Table) -> pl.DataFrame:
    """Of each owner the rows of its latest delivery."""
    if seen[SEQ].n_unique() <= 1:
        return seen  # all of one delivery, as nearly always: nothing was replaced
    owner = [CASE] if source.owner == CLIENT else [CASE, source.owner]
    return seen.join(seen.group_by(owner).agg(pl.col(SEQ).max()), on=[*owner, SEQ], how="semi")


def _current(seen: pl.DataFrame, table: str) -> pl.DataFrame:
    """The latest delivery with rows of the client in the table: case, table, current."""
    latest = seen.group_by(CASE).agg(pl.col(SEQ).max().alias("current"))
    return latest.select(CASE, pl.lit(table).alias("table"), "current")


def _spoilt(quarantine: pl.DataFrame, keys: pl.DataFrame, current: pl.DataFrame, tables: Sequence[str]) -> pl.DataFrame:
    """Cases of whom a table has quarantined rows that no later delivery made good.

    Outcomes are not part of a client's file, so what was quarantined of them spoils nothing.
    """
    seen = _up_to(quarantine, keys)
    beside = seen.join(current, on=[CASE, "table"], how="left")
    made_good = pl.col("current").fill_null(-1) > pl.col(SEQ)
    return beside.filter(pl.col("table").is_in(tables) & ~made_good).select(CASE)
