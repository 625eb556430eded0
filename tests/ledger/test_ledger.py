"""Claims keep two runs apart, and an interrupted one is finished by the next."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import on_both_engines
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import RunActive
from credit_scoring.ledger.events import (
    DELIVERIES,
    Claim,
    Delivered,
    FileAccount,
    LedgerEvent,
    event_of,
    from_frame,
    next_seq,
    to_frame,
)
from credit_scoring.ledger.lease import present
from credit_scoring.ledger.ledger import Ledger

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MONDAY, TUESDAY = Delivered("monday", 1, "m"), Delivered("tuesday", 2, "t")


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    made = Ledger(engine)
    made.create()
    return made


def claim(ledger: Ledger, run: str, *deliveries: Delivered, at: datetime = NOW) -> Claim:
    made = ledger.claim("intake", lambda events: deliveries, run, at, minutes=60)
    assert made is not None
    return made


def test_the_second_run_is_told_who_is_at_work(ledger: Ledger) -> None:
    claim(ledger, "first", MONDAY)
    with pytest.raises(RunActive, match=r"\(first\) is at work on monday; its claim ends at 2026-01-05 09:00 UTC"):
        claim(ledger, "second", TUESDAY, at=NOW + timedelta(minutes=59))


def test_an_expired_claim_is_taken_over_as_it_was(ledger: Ledger) -> None:
    first = claim(ledger, "first", MONDAY)
    second = claim(ledger, "second", TUESDAY, at=NOW + timedelta(minutes=61))
    assert (second.claim_id, second.deliveries) == (first.claim_id, (MONDAY,))
    assert (second.number, second.run_id) == (first.number + 1, "second")


def test_a_released_claim_is_taken_over_at_once(ledger: Ledger) -> None:
    first = claim(ledger, "first", MONDAY)
    ledger.release(first, NOW)
    assert claim(ledger, "second", MONDAY).claim_id == first.claim_id


def test_a_claim_whose_run_has_died_on_this_machine_is_taken_over_at_once(ledger: Ledger) -> None:
    alive = str(present())
    first = claim(replace(ledger, holder=alive), "first", MONDAY)
    with pytest.raises(RunActive):
        claim(ledger, "second", MONDAY)
    ledger.release(first, NOW)
    place, me, *_ = alive.split(" ")
    claim(replace(ledger, holder=f"{place} {me}0"), "second", MONDAY)
    third = claim(ledger, "third", TUESDAY)
    assert (third.claim_id, third.deliveries, third.number) == (first.claim_id, (MONDAY,), 3)


def test_a_finished_claim_makes_way(ledger: Ledger) -> None:
    first = claim(ledger, "first", MONDAY, TUESDAY)
    ledger.record(first, "accepted", MONDAY, NOW)
    with pytest.raises(RunActive):
        claim(ledger, "second", MONDAY)
    ledger.record(first, "refused", TUESDAY, NOW, message="why")
    assert claim(ledger, "second", Delivered("wednesday", 3)).claim_id != first.claim_id
    assert ledger.accepted() == (MONDAY,)


def test_of_a_claim_taken_over_what_was_finished_stays_so(ledger: Ledger) -> None:
    first = claim(ledger, "first", MONDAY, TUESDAY)
    ledger.record(first, "accepted", MONDAY, NOW)
    ledger.release(first, NOW)
    second = claim(ledger, "second")
    assert (second.claim_id, second.deliveries) == (first.claim_id, (TUESDAY,))
    ledger.record(second, "refused", TUESDAY, NOW)
    assert ledger.claim("intake", lambda events: (), "third", NOW, minutes=60) is None


def test_intake_and_scoring_do_not_wait_for_each_other(ledger: Ledger) -> None:
    claim(ledger, "first", MONDAY)
    scoring = ledger.claim("score", lambda events: [TUESDAY], "second", NOW, minutes=60, model_version=4)
    assert scoring is not None
    assert (scoring.purpose, scoring.model_version) == ("score", 4)


def test_an_event_is_recorded_once(ledger: Ledger) -> None:
    mine = claim(ledger, "first", MONDAY)
    for _ in range(2):
        ledger.record(mine, "accepted", MONDAY, NOW)
    assert [event.event for event in ledger.events()] == ["accepted", "claimed"]


def test_events_of_many_deliveries_are_one_commit_and_land_once(ledger: Ledger) -> None:
    mine = claim(ledger, "first", MONDAY, TUESDAY)
    before = ledger.engine.version(DELIVERIES.name)
    for _ in range(2):
        ledger.record_all(mine, "accepted", {MONDAY: {}, TUESDAY: {"message": "late"}}, NOW)
    assert ledger.accepted() == (MONDAY, TUESDAY)
    assert [event.message for event in ledger.events() if event.event == "accepted"] == [None, "late"]
    assert ledger.engine.version(DELIVERIES.name) == before + 1


@on_both_engines
def test_of_runs_that_start_together_one_wins(ledger: Ledger) -> None:
    def attempt(run: str) -> str:
        try:
            return claim(ledger, run, MONDAY).run_id
        except RunActive:
            return "told to wait"

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(attempt, ["a", "b", "c"]))
    assert answers.count("told to wait") == 2
    claims = [event for event in ledger.events() if event.event == "claimed"]
    assert [(event.claim_number, event.run_id) for event in claims] == [(1, answers[0])]


def test_seqs_are_never_used_twice(ledger: Ledger) -> None:
    assert next_seq(ledger.events()) == 1
    mine = claim(ledger, "first", MONDAY, TUESDAY)
    assert next_seq(ledger.events()) == 3
    ledger.record(mine, "refused", TUESDAY, NOW)
    assert next_seq(ledger.events()) == 3


def test_what_another_run_did_meanwhile_is_not_claimed_again(ledger: Ledger) -> None:
    """Between the plan and the swap another run claims and finishes the same delivery: the plan is made anew."""
    asked: list[int] = []

    def plan(events: Sequence[LedgerEvent]) -> list[Delivered]:
        asked.append(len(events))
        if len(asked) == 1:
            ledger.record(claim(ledger, "other", MONDAY), "accepted", MONDAY, NOW)
            return [MONDAY]
        return [] if any(event.event == "accepted" for event in events) else [MONDAY]

    assert ledger.claim("intake", plan, "this", NOW, minutes=60) is None
    assert asked == [0, 2]


def test_what_another_run_recorded_is_seen_at_once(ledger: Ledger) -> None:
    """Events are kept until something is committed: by whomever."""
    other = Ledger(ledger.engine)
    before = ledger.events()
    assert (before, ledger.events()) == ([], [])
    mine = claim(other, "other", MONDAY)
    assert [event.event for event in ledger.events()] == ["claimed"]
    other.record(mine, "accepted", MONDAY, NOW + timedelta(minutes=1))
    assert [event.event for event in ledger.events()] == ["claimed", "accepted"]
    assert ledger.accepted() == (MONDAY,)


@pytest.mark.parametrize("engine_at", ["spark"], indirect=True)
def test_events_are_read_by_spark_only_after_a_commit(ledger: Ledger, spark: SparkSession) -> None:
    claim(ledger, "first", MONDAY)
    events = ledger.events()
    jobs = spark.sparkContext.statusTracker()
    spark.sparkContext.setJobGroup("reading again", "")
    try:
        assert ledger.events() == events
        assert list(jobs.getJobIdsForGroup("reading again")) == []
        ledger.record(Claim("", 0, "score", "second", (MONDAY,), NOW), "published", MONDAY, NOW)
        assert len(ledger.events()) == len(events) + 1
        assert list(jobs.getJobIdsForGroup("reading again")) != []
    finally:
        spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)


def test_of_an_earlier_release_names_tell_what_a_delivery_withdraws_or_tries_again(ledger: Ledger) -> None:
    """Its ledger has no `origins`; a rescore as of the same seq has none either."""

    def events(origins: bool) -> list[LedgerEvent]:
        unclaimed = Claim("", 0, "score", "run", (), NOW)
        file = FileAccount("1#bureau.csv", "bureau", 1, "", 5, 5, 0, 0, 0)
        told = [
            ("accepted", MONDAY, {}),
            ("accepted", TUESDAY, {}),
            ("claimed", Delivered("withdrawal~tuesday", 3, origins=(2,) if origins else ()), {}),
            ("accepted", Delivered("requeue~4", 4, origins=(1,) if origins else ()), {"files": (file,)}),
            ("rescored", Delivered("rescore-1-run", 4), {}),
        ]
        rows = [event_of(unclaimed, event, of, NOW, **more) for event, of, more in told]
        frame = to_frame(rows)
        return from_frame(frame if origins else frame.drop("origins"))

    assert events(origins=False) == events(origins=True)
    assert {event.delivery: event.origins for event in events(origins=False)} == {
        "monday": (), "tuesday": (), "withdrawal~tuesday": (2,), "requeue~4": (1,), "rescore-1-run": (),
    }  # fmt: skip
