"""Withdrawing: what is known, and every score, become what the remaining deliveries say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from credit_scoring.errors import RunActive, UsageError
from credit_scoring.ledger.events import Delivered
from credit_scoring.operations.maintain import expire
from credit_scoring.operations.withdraw import withdraw
from credit_scoring.printing.operations import withdrawal
from credit_scoring.publishing import latest
from credit_scoring.scoring import history
from credit_scoring.settings import RetentionSettings
from operations.conftest import rows


def scores(office, table: str = latest.TABLE, **where: object) -> dict[int, tuple[int, list[float], str]]:
    """Client -> score, reasons' points, decision: what does not tell when and under which delivery it was given."""
    found = rows(office.engine, table, **where)
    return {row["client_id"]: (row["score"], [r["points"] for r in row["reasons"]], row["decision"]) for row in found}


def test_the_scores_are_those_of_a_store_without_the_delivery(
    open_office, generated, context_of, tmp_path, monkeypatch
) -> None:
    """d2 holds client 12, who is nowhere else, credits of clients 4 and 5, a quarantined application of client 6, and
    client 99, of whom there never was an application. Without it 4, 5 and 6 are as d1 left them, and 12 has gone.

    The command is killed half-way, and repeated; until it is, nothing else may begin.
    """
    client = [row["SK_ID_CURR"] for row in generated(range(13))["application"]]
    office = open_office(tmp_path)
    office.run("run-1")
    without = scores(office, history.TABLE, seq=1)
    assert scores(office) != without
    assert client[12] in scores(office)

    context = context_of(office)
    office.ledger.claim("intake", lambda events: [Delivered("d3", 3)], "late", office.now, minutes=5)
    with pytest.raises(RunActive, match="late"):
        withdraw(context, "d2", "sent by mistake")
    office.now = office.now.replace(hour=12)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(latest, "restore", killed)
    with pytest.raises(KeyboardInterrupt):
        withdraw(context, "d2", "sent by mistake")
    monkeypatch.undo()
    with pytest.raises(RunActive, match="withdrawal of d2 was begun and is not finished"):
        office.ledger.claim("intake", lambda events: [Delivered("d4", 9)], "night", office.now, minutes=5)
    done = withdraw(context, "d2", "sent by mistake")
    assert office.ledger.accepted()[-1].origins == (2,)
    assert scores(office) == without
    report = office.run("run-2", after_minutes=5)
    assert [each.delivery for each in report.published] == ["withdrawal~d2"]
    assert scores(office) == without

    rescored = rows(office.engine, latest.TABLE, delivery="withdrawal~d2")
    assert {row["client_id"] for row in rescored} == {client[4], client[5], client[6]}
    assert (report.published[0].count.touched, report.published[0].count.without_application) == (5, 2)
    assert office.csv("withdrawal~d2").count("\n") == 4
    assert len(rows(office.engine, history.TABLE, seq=2)) == 4, "what was given is history"
    assert (done.clients, done.with_it) == (5, ())
    assert [(copy.delivery, copy.clients) for copy in done.copies] == [("d2", 4)]
    assert done.copies[0].path in withdrawal(done)

    assert withdraw(context, "d2", "again") == done
    told = [(event.delivery, event.message) for event in office.ledger.events() if event.event == "withdrawn"]
    assert told == [("d2", "sent by mistake")]
    _its_files_are_told_of_although_its_scores_have_expired(office, context_of)
    for name, sentence in (("d9", "no accepted delivery d9"), ("withdrawal~d2", "is a withdrawal itself")):
        with pytest.raises(UsageError, match=sentence):
            withdraw(context, name, "why")


def _its_files_are_told_of_although_its_scores_have_expired(office, context_of) -> None:
    office.now += timedelta(days=2)
    expire(context_of(office, retention=RetentionSettings(score_history_days=1)))
    told = withdraw(context_of(office), "d2", "once more")
    assert [(copy.delivery, copy.clients) for copy in told.copies] == [("d2", None)]
    assert f"{told.copies[0].path} (its scores have expired: look there)" in withdrawal(told)
