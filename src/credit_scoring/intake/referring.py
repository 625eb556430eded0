"""Whom what does not read concerns: how many clients of a delivery are referred for each column and reason, or get no
decision, because that is what a person asks who finds all clients referred.

Counted from the rows as they were appended, so that a client counts once whatever files and slots its rows lay in. A
row whose client cannot be told may be that of any client whom its delivery touches (see clients.snapshot).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.casting import REASONS
from credit_scoring.intake.quarantine import QUARANTINE, waits_for_client
from credit_scoring.intake.unread import MISSING, QUARANTINED
from credit_scoring.ledger.events import Referring
from credit_scoring.schema.table import CLIENT, MADE_MISSING, SEQ, Table
from credit_scoring.schema.tables import SOURCES

_CAUSE = ["table", "column", "rule"]


def referring(
    engine: Engine, incomplete: Mapping[str, Collection[int]], bad: Collection[int]
) -> dict[int, tuple[Referring, ...]]:
    """By seq, most clients first. `incomplete`: table -> the seqs with cells made missing in it; `bad`: the seqs with
    rows in quarantine."""
    found: dict[int, list[Referring]] = {}
    for table in SOURCES:
        if seqs := sorted(incomplete.get(table.name, ())):
            for seq, column, clients in _made_missing(engine, table, seqs).iter_rows():
                found.setdefault(seq, []).append(Referring(table.name, column, MISSING, "not_legitimate", clients))
    if bad:
        for seq, table_name, column, rule, clients in _quarantined(engine, sorted(bad)).iter_rows():
            found.setdefault(seq, []).append(Referring(table_name, column, QUARANTINED, rule, clients))
    return {
        seq: tuple(sorted(causes, key=lambda each: (-each.clients, each.table, each.column, each.rule)))
        for seq, causes in found.items()
    }


def _made_missing(engine: Engine, table: Table, seqs: Sequence[int]) -> pl.DataFrame:
    """SEQ, column, clients."""
    rows = engine.scan(Scan(table.name, (CLIENT, SEQ, MADE_MISSING), {SEQ: list(seqs)}, _incomplete))
    return rows.unique().group_by(SEQ, "column").agg(pl.col(CLIENT).n_unique().alias("clients"))


def _incomplete(rows: pl.DataFrame) -> pl.DataFrame:
    """Clients (those that are known) and columns, once each."""
    found = rows.filter(pl.col(MADE_MISSING).is_not_null() & pl.col(CLIENT).is_not_null())
    return found.select(CLIENT, SEQ, pl.col(MADE_MISSING).alias("column")).explode("column").unique()


def _quarantined(engine: Engine, seqs: Sequence[int]) -> pl.DataFrame:
    """SEQ and the cause, with the clients of whom rows are in quarantine for it, or may be."""
    columns = ("client_id", "table", SEQ, REASONS, "cells")
    rows = engine.scan(Scan(QUARANTINE, columns, {SEQ: list(seqs)}, _causes)).unique()
    told = rows.filter(pl.col("client_id").is_not_null())
    unattributed = rows.filter(pl.col("client_id").is_null()).select(SEQ, *_CAUSE)
    if unattributed.height:
        told = pl.concat([told, _any_clients(engine, unattributed).select(told.columns)])
    return told.group_by(SEQ, *_CAUSE).agg(pl.col("client_id").n_unique().alias("clients"))


def _causes(rows: pl.DataFrame) -> pl.DataFrame:
    """The client of each quarantined row, and why it is there; a balance that waits for its client is nobody's yet."""
    waits = pl.col("client_id").is_null() & waits_for_client()
    each = rows.filter(~waits).select("client_id", "table", SEQ, REASONS).explode(REASONS).unnest(REASONS)
    return each.select("client_id", SEQ, *_CAUSE).unique()


def _any_clients(engine: Engine, unattributed: pl.DataFrame) -> pl.DataFrame:
    """The clients whose a row may be that has none; whoever's own row is there, where a client has one, it is not."""
    among = {SEQ: unattributed[SEQ].unique().to_list()}
    touched = engine.scan(Scan(CLIENT_DELIVERIES, ("client_id", "table", SEQ), among))
    every = unattributed.join(touched.select("client_id", SEQ).unique(), on=SEQ)
    one_a_client = pl.col("table").is_in([source.name for source in SOURCES if source.key == (CLIENT,)])
    own = touched.filter(one_a_client).select("client_id", "table", SEQ).unique()
    return every.join(own, on=["client_id", "table", SEQ], how="anti")
