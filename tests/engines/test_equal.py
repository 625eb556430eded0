"""Both engines give the same: rows of every table, bytes of every file, though a store changes hands in between."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from conftest import embedded, frame
from credit_scoring.clients.waiting_balances import waiting_of
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.schema.table import CLIENT
from engines.conftest import STEPS, Life
from operations.conftest import naming

NewLife = Callable[[], Life]


def differing(expected: Life, found: Life) -> list[str]:
    """What is not the same in two homes."""
    one, other = expected.left(), found.left()
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


@pytest.fixture(scope="module")
def by_local(new_life: NewLife) -> Life:
    """All steps by the embedded engine."""
    life = new_life()
    for step in STEPS:
        life.take(step, embedded)
    return life


def test_the_steps_do_what_they_are_for(by_local: Life) -> None:
    """Else they would be equal for want of anything to differ in."""
    engine = by_local.engine
    rows = frame(engine, "bureau_balance")
    assert 0 < rows[CLIENT].null_count() < rows.height
    seqs = [each.seq for each in Ledger(engine).accepted()]
    assert waiting_of(engine, seqs).owned.height > 0, "some balances were claimed by bureau rows that came later"
    assert frame(engine, "quarantine").height > 10
    events = {event.event for event in Ledger(engine).events()}
    assert {"accepted", "refused", "published", "withdrawn", "rescored", "erased", "maintained"} <= events
    published = [path.parent.name for path in (by_local.home / "published").glob("*/scores.csv")]
    assert sorted(published) == [
        "monday", "requeue~6", "rescore-2-run-9", "tuesday", "wednesday", "withdrawal~tuesday",
    ]  # fmt: skip
    decided = frame(engine, "score_history").group_by("decision").len()
    assert decided.height > 1
    assert pl.Series(["monday", "wednesday"]).is_in(frame(engine, "runs")["delivery"].implode()).all()


HANDS = (
    "spark", "spark", "local", "local", "spark", "local", "spark", "local", "spark", "spark", "spark",
)  # fmt: skip
"""By which engine each of STEPS is taken: Spark does everything once, and this process what comes again."""


def test_a_store_that_changes_hands_is_what_one_engine_leaves(by_local: Life, new_life: NewLife, spark_at) -> None:
    """What one takes in the other scores, withdraws and tries again; and of whom Spark forgot nothing is left."""
    life = new_life()
    for step, hand in zip(STEPS, HANDS, strict=True):
        life.take(step, {"spark": spark_at, "local": embedded}[hand])
    assert differing(by_local, life) == []
    assert naming(life.home / "tables", life.forgotten) == []
