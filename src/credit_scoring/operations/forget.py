"""Erasure: every row of one client, in every table, and the files that the tables were made of.

The client's number stands in no log: not in the ledger, which says only that somebody was erased, under a number of
that erasure; and not in the tables' own history, where a DELETE would leave its condition: rows are removed by a merge
with rows that hold the number, and looked for by functions that do. What the deleted rows were is gone with a VACUUM
that keeps nothing, so nothing else may be at work. Files of the landing and published folders are the lender's: those
that name the client are listed.

It begins with what says which balances are the client's and ends with what says where the client was, so that a run
that was killed is finished by the same command.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.casting import REASONS
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.parsing import CELL_COUNT, LINE_END
from credit_scoring.intake.quarantine import QUARANTINE, cell_of_credit, credit_in_cells
from credit_scoring.intake.staging import left_staged
from credit_scoring.ledger.events import Delivered
from credit_scoring.operations.claimed import claimed
from credit_scoring.operations.files_with_client import FileWithClient, files_with_client, number_pattern
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ

log = logging.getLogger(__name__)
_ERASURE = Delivered("erasure", 0)
_WHO = ("client_id", CLIENT)
"""How the columns are called that name a client."""
_LAST = (BUREAU.name, CLIENT_DELIVERIES)
_PLACE = ("table", SEQ, FILE, RECORD)


@dataclass(frozen=True)
class Forgotten:
    """An erasure: its number in the ledger, rows removed by table, and the files that still name the client."""

    erasure: str
    rows: dict[str, int]
    files: tuple[FileWithClient, ...]


def forget(context: Context, client: int) -> Forgotten:
    """Erases a client from every table that names clients, and looks for landed and published files and reports that
    name it, written as the settings or their manifests say.

    Run again, it does it again. RunActive while another run is at work.
    """
    engine, folders = context.engine, (context.landing, context.published, context.reports)
    with claimed(context, "forget", lambda events: [_ERASURE]) as claim:
        assert claim is not None
        for table in left_staged(engine):  # rows as they were delivered
            engine.drop(table)
        columns = {table: engine.columns(table) for table in engine.names()}
        of_clients = {
            table: who for table, names in columns.items() if (who := next(filter(names.__contains__, _WHO), None))
        }
        credits = _credits(engine, client) if BUREAU.name in of_clients else []
        log.info("Looking for files that name the client")
        files = files_with_client(folders, client, credits, context.settings.intake.format)
        rows = {}
        for table in sorted(of_clients, key=_order):
            log.info("Erasing from %s", table)
            rows[table] = _erase(engine, table, of_clients[table], client, credits)
        for table in of_clients:
            log.info("Deleting the old files of %s", table)
            engine.vacuum(table, keep_hours=0)
        erasure = claim.claim_id[:12]
        removed = ", ".join(f"{table} {count}" for table, count in rows.items() if count) or "none"
        context.ledger.record(
            claim, "erased", _ERASURE, context.now(),
            message=f"erasure {erasure}, rows by table: {removed}", rows=sum(rows.values()),
        )  # fmt: skip
    return Forgotten(erasure, rows, files)


def _order(table: str) -> tuple[int, str]:
    """What is found through another table goes before it; what says where the client was goes last."""
    first = (BUREAU_BALANCE.name, QUARANTINE)
    return (0 if table in first else 2 + _LAST.index(table) if table in _LAST else 1, table)


def _credits(engine: Engine, client: int) -> list[int]:
    """The client's credits, by accepted rows and by quarantined ones."""
    stored = engine.scan(Scan(BUREAU.name, (CREDIT, CLIENT), prepare=partial(_credits_of, client)))
    bad = engine.scan(Scan(QUARANTINE, ("client_id", "table", "cells"), prepare=partial(_bad_credits_of, client)))
    return sorted(pl.concat([stored, bad])[CREDIT].drop_nulls().unique())


def _erase(engine: Engine, table: str, who: str, client: int, credits: Sequence[int]) -> int:
    """Removes the client's rows of a table, whose column `who` names it; how many."""
    if table == QUARANTINE:
        return _erase_quarantined(engine, client, credits)
    count = engine.remove(table, pl.DataFrame({who: [client]}))
    if table == BUREAU_BALANCE.name and credits:
        waiting = Scan(table, (CREDIT, SEQ, FILE, RECORD), {CLIENT: [None]}, partial(_balances_of, tuple(credits)))
        count += engine.remove(table, engine.scan(waiting))
    return count


def _erase_quarantined(engine: Engine, client: int, credits: Sequence[int]) -> int:
    """Removes the client's quarantined rows, and those that cannot say whose they are but hold its number.

    A row whose cells may stand under any column may be another client's that only holds the number: its cells are
    emptied, and it stays, because it makes that client's file incomplete.
    """
    columns = (*_PLACE, "client_id", REASONS, "cells")
    found = engine.scan(Scan(QUARANTINE, columns, prepare=partial(_naming, client, tuple(credits))))
    count = engine.remove(QUARANTINE, found.filter("mine").select(_PLACE))
    return count + engine.remove(QUARANTINE, found.filter(~pl.col("mine")).select(_PLACE), blank=["cells"])


def _credits_of(client: int, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(CLIENT) == client).select(CREDIT).unique()


def _bad_credits_of(client: int, rows: pl.DataFrame) -> pl.DataFrame:
    mine = (pl.col("table") == BUREAU.name) & (pl.col("client_id") == client)
    return rows.filter(mine).select(cell_of_credit().alias(CREDIT)).unique()


def _balances_of(credits: Sequence[int], rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(CREDIT).is_in(credits)).select(SEQ, FILE, RECORD)


def _naming(client: int, credits: Sequence[int], rows: pl.DataFrame) -> pl.DataFrame:
    """The place of rows that are the client's (`mine`), or hold its number where any cell may stand."""
    pattern = re.compile(number_pattern([client]))
    held = pl.Series(
        "held", [cells is not None and pattern.search(cells) is not None for cells in rows["cells"]], pl.Boolean
    )
    rule = pl.element().struct.field("rule")
    misread = pl.col(REASONS).list.eval(rule.is_in([CELL_COUNT, LINE_END])).list.any().fill_null(False)
    named = pl.col("client_id").eq_missing(client) | (pl.col("client_id").is_null() & pl.col("held") & ~misread)
    mine = named | credit_in_cells().is_in(credits).fill_null(False)
    rows = rows.with_columns(held).with_columns(mine.alias("mine"), misread.alias("misread"))
    return rows.filter(pl.col("mine") | (pl.col("held") & pl.col("misread"))).select(*_PLACE, "mine")
