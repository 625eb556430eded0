"""What is quarantined of whom: by the id that a row shows, by its credit, or of anybody of its delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.snapshot import QUARANTINED
from credit_scoring.clients.waiting_balances import FROM, Waiting, waiting_of
from credit_scoring.engines.engine import Among, Scan
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.quarantine import QUARANTINE, credit_in_cells, waits_for_client
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, SEQ


@dataclass(frozen=True)
class Spoilt:
    """`quarantine`: as clients.snapshot wants it, of the cohort's clients. `waiting`: whose the balances are that came
    without a client, accepted and quarantined."""

    quarantine: pl.DataFrame
    waiting: Waiting


def spoilt(cohort: Cohort, seqs: Mapping[str, Sequence[int]]) -> Spoilt:
    """What the quarantine holds of the cohort's clients. `seqs`: the deliveries with rows of theirs.

    Rows that have no client, nor a credit which waits for one, may be those of any client that their delivery touches.
    """
    visible = sorted({seq for of_table in seqs.values() for seq in of_table})
    ids = cohort.ids()
    among: Among = {SEQ: list(cohort.accepted), **({} if ids is None else {"client_id": [None, *ids]})}
    bad = cohort.engine.scan(Scan(QUARANTINE, ("client_id", "table", SEQ, "reasons", "cells"), among, _facts)).unique()
    mine = cohort.cases.select("client_id").unique()
    told = bad.filter(pl.col("client_id").is_not_null()).join(mine, on="client_id", how="semi")
    nameless = bad.filter(pl.col("client_id").is_null())
    by_credit = nameless.filter(pl.col("waits") & pl.col("credit").is_not_null())
    waiting = waiting_of(cohort.engine, cohort.accepted, by_credit.rename({"credit": CREDIT}))
    balances = (
        by_credit.select(pl.col("credit").alias(CREDIT), SEQ)
        .unique()
        .join(waiting.owned, on=[CREDIT, SEQ])
        .select(
            pl.col(CLIENT).alias("client_id"),
            pl.lit(BUREAU_BALANCE.name).alias("table"),
            pl.col(FROM).alias(SEQ),
            pl.col(CREDIT).alias("credit"),
        )
        .join(mine, on="client_id", how="semi")
    )
    unattributed = (
        nameless.filter(~pl.col("waits") & pl.col(SEQ).is_in(visible)).select("table", SEQ, "credit").unique()
    )
    any_clients = _any_clients(cohort, unattributed).join(mine, on="client_id", how="semi")
    parts = [
        told.select("client_id", "table", SEQ, "credit").with_columns(any_clients=pl.lit(False)),
        balances.with_columns(any_clients=pl.lit(False)),
        any_clients.with_columns(any_clients=pl.lit(True)),
    ]
    every = pl.concat([part.select(QUARANTINED.names()).cast(QUARANTINED) for part in parts])
    return Spoilt(every.unique(), waiting)


def _any_clients(cohort: Cohort, unattributed: pl.DataFrame) -> pl.DataFrame:
    """client_id, table, seq, credit: rows of nobody, once for each client that their delivery touches."""
    ids = cohort.ids()
    among = {SEQ: unattributed[SEQ].unique().to_list(), **({} if ids is None else {"client_id": ids})}
    if unattributed.is_empty():
        return unattributed.with_columns(pl.lit(None, pl.Int64).alias("client_id"))
    touched = cohort.engine.scan(Scan(CLIENT_DELIVERIES, ("client_id", SEQ), among)).unique()
    return touched.join(unattributed, on=SEQ)


def _facts(rows: pl.DataFrame) -> pl.DataFrame:
    """client_id, table, seq, credit, waits: what is read of a quarantined row, where it lies."""
    facts = rows.select("client_id", "table", SEQ, credit_in_cells().alias("credit"), waits_for_client().alias("waits"))
    return facts.unique()
