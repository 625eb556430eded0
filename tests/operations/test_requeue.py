"""Requeueing: what passes a corrected rule is accepted once, beside what was accepted before; the rest stays out."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from credit_scoring.clients.waiting_balances import FROM, waiting_of
from credit_scoring.errors import UsageError
from credit_scoring.intake import appending
from credit_scoring.operations import requeue as module
from credit_scoring.operations.requeue import requeue
from credit_scoring.printing.operations import requeued
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import table as declared
from operations.conftest import frame, rows


def corrected(name: str) -> Table:
    """The declarations, but for amounts below 0 and credits of tomorrow, which are legitimate now."""
    wider = {"AMT_CREDIT": {"low": -10.0}, "DAYS_CREDIT": {"high": 10.0}}
    found = declared(name)
    return replace(found, columns=tuple(replace(each, **wider.get(each.name, {})) for each in found.columns))


def spoilt(frame: pl.DataFrame, column: str, rows: list[int], value: str | None) -> pl.DataFrame:
    here = pl.int_range(pl.len()).is_in(rows)
    return frame.with_columns(pl.when(here).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))


def test_what_passes_now_is_accepted_once_and_nothing_else_is_lost(lender, context_of, monkeypatch) -> None:
    """monday: of four applications the amounts of the first three are below 0; the second lacks its income as well, and
    the third comes again on wednesday, in order. tuesday: of a client with several credits one is of tomorrow, and
    balances wait for it.
    """

    def amounts(frame: pl.DataFrame) -> pl.DataFrame:
        return spoilt(spoilt(frame, "AMT_CREDIT", [0, 1, 2], "-5"), "AMT_INCOME_TOTAL", [1], None)

    lender.deliver("monday", range(4), only="application", application_test=amounts)
    source = lender.source("look", range(4))
    client = pl.read_csv(source / "application_test.csv", columns=["SK_ID_CURR"])["SK_ID_CURR"].to_list()
    credits = pl.read_csv(source / "bureau.csv", columns=["SK_ID_CURR", "SK_ID_BUREAU"])
    balances = pl.read_csv(source / "bureau_balance.csv", columns=["SK_ID_BUREAU"])["SK_ID_BUREAU"].unique()
    found = credits.with_row_index().with_columns(many=pl.len().over("SK_ID_CURR"))
    found = found.filter(pl.col("SK_ID_BUREAU").is_in(balances.implode()), pl.col("many") > 1)
    place, rich, credit, many = found.row(0)
    lender.deliver("tuesday", range(4), only="bureau", bureau=lambda frame: spoilt(frame, "DAYS_CREDIT", [place], "5"))
    lender.deliver("wednesday", range(2, 3), only="application")
    lender.intake()
    engine, context = lender.engine, context_of(lender)
    waiting = frame(engine, "bureau_balance").filter(SK_ID_BUREAU=credit)
    assert waiting.height == waiting["SK_ID_CURR"].null_count() > 0

    monkeypatch.setattr(module, "declared", corrected)
    whole = appending.Appends.client_deliveries

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(appending.Appends, "client_deliveries", killed)
    with pytest.raises(KeyboardInterrupt):
        requeue(context, None, "not_legitimate")
    monkeypatch.setattr(appending.Appends, "client_deliveries", whole)
    (done,) = requeue(context, None, "not_legitimate")

    assert (done.tried, done.left) == (3, 1)
    assert all(f.finding.records == f.accepted + f.duplicates + f.quarantined for f in done.files)
    assert f"2 passed and are accepted as delivery {done.delivery}" in requeued([done])
    again = lender.ledger.accepted()[-1]
    assert (again.name, again.origins) == (done.delivery, (1, 2))
    (passed,) = rows(engine, "application", seq=again.seq)
    assert (passed["SK_ID_CURR"], passed["file"], passed["record"]) == (client[0], "1#application_test.csv", 1)
    (left,) = rows(engine, "quarantine", seq=again.seq)
    assert (left["client_id"], left["file"], [reason["rule"] for reason in left["reasons"]]) == (
        client[1], "1#application_test.csv", ["missing"]
    )  # fmt: skip
    assert [row["SK_ID_CURR"] for row in rows(engine, "bureau", seq=again.seq)] == [rich] * many
    touched = {row["client_id"] for row in rows(engine, "client_deliveries", seq=again.seq)}
    assert touched == {client[0], client[1], rich}
    seqs = [each.seq for each in lender.ledger.accepted()]
    owned = waiting_of(engine, seqs).owned.filter(SK_ID_BUREAU=credit)
    assert owned.select("SK_ID_CURR", FROM).rows() == [(rich, again.seq)], "the balances' client is known from then on"

    held = {name: frame(engine, name).height for name in ("application", "bureau", "bureau_balance", "quarantine")}
    (once,) = requeue(context, "monday", None)
    assert (once.delivery, once.tried) == (None, 1)
    assert requeue(context, "tuesday", None) == ()
    assert {name: frame(engine, name).height for name in held} == held
    with pytest.raises(UsageError, match="no accepted delivery sunday"):
        requeue(context, "sunday", None)
