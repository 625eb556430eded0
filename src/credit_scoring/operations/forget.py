"""Erasure: every row of one client, in every table, and the files that the tables were made of.

The client's number stands in no log: not in the ledger, which says only that somebody was erased, under a number of
that erasure; and not in the tables' own history, where a DELETE would leave its condition: rows are removed by a MERGE
with a view that holds the number. What the deleted rows were is gone with a VACUUM that keeps nothing, so nothing else
may be at work. Files of the landing and published folders are the lender's: those that name the client are listed.

It begins with what says which balances are the client's and ends with what says where the client was, so that a run
that was killed is finished by the same command.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.intake.appending import CLIENT_DELIVERIES, QUARANTINE, cell_of_credit, credit_in_cells
from credit_scoring.intake.events import Delivered
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.parsing import CELL_COUNT, LINE_END
from credit_scoring.intake.staging import left_staged
from credit_scoring.operations.naming import Naming, files_naming, number
from credit_scoring.operations.working import Desk
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ
from credit_scoring.storage.files import Folder
from credit_scoring.storage.tables import Tables
from credit_scoring.storage.upkeep import names, remove, vacuum

log = logging.getLogger(__name__)
_WORK = Delivered("erasure", 0)
_WHO = ("client_id", CLIENT)
"""How the columns are called that name a client."""
_LAST = (BUREAU.name, CLIENT_DELIVERIES)


@dataclass(frozen=True)
class Forgotten:
    """An erasure: its number in the ledger, rows removed by table, and the files that still name the client."""

    erasure: str
    rows: dict[str, int]
    files: tuple[Naming, ...]


def forget(desk: Desk, client: int, folders: Sequence[Folder]) -> Forgotten:
    """Erases a client from every table that names clients, and looks for files of `folders` that name it.

    Run again, it does it again. RunActive while another run is at work.
    """
    desk.ledger.create()
    tables = desk.tables
    with desk.claimed("forget", lambda events: [_WORK]) as claim:
        assert claim is not None
        for table in left_staged(tables):  # rows as they were delivered
            tables.drop(table)
        of_clients = [table for table in names(tables) if set(_WHO) & set(tables.read(table).columns)]
        credits = _credits(tables, client) if BUREAU.name in of_clients else []
        log.info("Looking for files that name the client")
        files = files_naming(folders, client, credits)
        rows = {}
        for table in sorted(of_clients, key=_order):
            log.info("Erasing from %s", table)
            rows[table] = _erase(tables, table, client, credits)
        for table in of_clients:
            log.info("Deleting the old files of %s", table)
            vacuum(tables, table, keep_hours=0)
        erasure = claim.claim_id[:12]
        removed = ", ".join(f"{table} {count}" for table, count in rows.items() if count) or "none"
        desk.ledger.record(
            claim, "erased", _WORK, desk.clock(),
            message=f"erasure {erasure}, rows by table: {removed}", rows=sum(rows.values()),
        )  # fmt: skip
    return Forgotten(erasure, rows, files)


def _order(table: str) -> tuple[int, str]:
    """What is found through another table goes before it; what says where the client was goes last."""
    first = (BUREAU_BALANCE.name, QUARANTINE)
    return (0 if table in first else 2 + _LAST.index(table) if table in _LAST else 1, table)


def _credits(tables: Tables, client: int) -> list[int]:
    """The client's credits, by accepted rows and by quarantined ones."""
    who = _who(tables, client)
    stored = tables.read(BUREAU.name).join(who, F.col(CLIENT) == F.col("who"), "left_semi").select(CREDIT)
    named = cell_of_credit().alias(CREDIT)
    bad = tables.read(QUARANTINE).where(F.col("table") == BUREAU.name)
    bad = bad.join(who, F.col("client_id") == F.col("who"), "left_semi").select(named)
    found = stored.unionByName(bad).where(F.col(CREDIT).isNotNull()).distinct().collect()
    return sorted(row[CREDIT] for row in found)


def _erase(tables: Tables, table: str, client: int, credits: Sequence[int]) -> int:
    """Removes the client's rows of a table; how many."""
    if table == QUARANTINE:
        return _erase_quarantined(tables, client, credits)
    rows = tables.read(table)
    column = next(name for name in _WHO if name in rows.columns)
    count = remove(tables, table, _who(tables, client).withColumnRenamed("who", column), [column])
    if table == BUREAU_BALANCE.name and credits:
        waiting = rows.where(F.col(CLIENT).isNull()).join(_of_credits(tables, credits), CREDIT, "left_semi")
        count += remove(tables, table, waiting, [SEQ, FILE, RECORD])
    return count


def _erase_quarantined(tables: Tables, client: int, credits: Sequence[int]) -> int:
    """Removes the client's quarantined rows, and those that cannot say whose they are but hold its number.

    A row whose cells may stand under any column may be another client's that only holds the number: its cells are
    emptied, and it stays, because it makes that client's file incomplete.
    """
    place = ["table", SEQ, FILE, RECORD]
    rows = tables.read(QUARANTINE).crossJoin(F.broadcast(_who(tables, client)))
    held = F.coalesce(F.expr("cells RLIKE pattern"), F.lit(False))
    misread = F.exists("reasons", lambda each: F.coalesce(each["rule"].isin(CELL_COUNT, LINE_END), F.lit(False)))
    mine = F.col("client_id").eqNullSafe(F.col("who")) | (F.col("client_id").isNull() & held & ~misread)
    count = remove(tables, QUARANTINE, rows.where(mine), place)
    if credits:
        balances = tables.read(QUARANTINE).withColumn(CREDIT, credit_in_cells())
        count += remove(tables, QUARANTINE, balances.join(_of_credits(tables, credits), CREDIT, "left_semi"), place)
    return count + remove(tables, QUARANTINE, rows.where(held & misread & ~mine), place, blank="cells")


def _who(tables: Tables, client: int) -> DataFrame:
    """One row: the client's number, and how cells may write it. Joined with, so that no plan or log says it."""
    return tables.spark.createDataFrame([(client, number([client]))], "who BIGINT, pattern STRING")


def _of_credits(tables: Tables, credits: Sequence[int]) -> DataFrame:
    return tables.spark.createDataFrame([(credit,) for credit in credits], f"{CREDIT} BIGINT")
