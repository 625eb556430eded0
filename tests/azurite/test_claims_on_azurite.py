"""Delta on wasb: of commits that meet, one wins, whatever the network does; and of claims, too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from azurite.fault_proxy import Fault
from credit_scoring.errors import RunActive
from credit_scoring.intake.events import Delivered
from credit_scoring.intake.ledger import Ledger
from credit_scoring.storage.tables import Tables

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MONDAY = Delivered("monday", 1, "m")
COMMIT = r"PUT .*/_delta_log/0000\d+\.json"
"""The copy of a commit to its name: the request that decides."""


@pytest.fixture
def tables(spark_on_azurite, storage, new_root) -> Tables:
    return Tables(spark_on_azurite, new_root() + "/tables", storage=storage)


@pytest.fixture
def ledger(tables) -> Ledger:
    # The container of Azurite is made by who reaches it first through Python.
    assert not tables.exists("deliveries")
    made = Ledger(tables)
    made.create()
    return made


def claim(ledger: Ledger, run: str):
    return ledger.claim("intake", lambda events: [MONDAY], run, NOW, minutes=60)


def test_of_claims_that_meet_one_wins(ledger) -> None:
    def attempt(run: str) -> str:
        try:
            return claim(ledger, run).run_id
        except RunActive:
            return "told to wait"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["a", "b"]))
    assert answers.count("told to wait") == 1
    claims = [event for event in ledger.events() if event.event == "claimed"]
    assert [(event.claim_number, event.run_id) for event in claims] == [(1, answers[0])]


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.DROPPED, Fault.BUSY])
def test_a_claim_is_ones_own_although_its_commit_was_tried_twice(ledger, proxy, fault) -> None:
    """The answer to the deciding request is lost: asked again, the store says that the commit is there already."""
    with proxy.spoiling(fault, COMMIT) as rule:
        mine = claim(ledger, "mine")
    assert rule.met == 1
    assert mine is not None
    assert [(event.claim_number, event.run_id) for event in ledger.events()] == [(1, "mine")]
    with pytest.raises(RunActive, match=r"\(mine\) is at work"):
        claim(ledger, "another")
