"""Appends and merges that are repeated, out of order, or of a second model version land once."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from conftest import frame, on_both_engines
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import Fault
from credit_scoring.ledger.events import Claim, Delivered
from credit_scoring.publishing import latest
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.scoring import history
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.rows import SCORE_HISTORY

NOW = datetime(2024, 5, 1, 10, 30, tzinfo=UTC)


def delivered(seq: int) -> Delivered:
    return Delivered(f"d{seq}", seq)


def claim(claim_id: str, *seqs: int) -> Claim:
    return Claim(claim_id, 1, "score", "run", tuple(map(delivered, seqs)), NOW)


def rows(*places: tuple[int, int, int, int]) -> pl.DataFrame:
    """(client, seq, model_version, score) as rows of score_history."""
    lines = []
    for client, seq, version, score in places:
        told = {
            "client_id": client, "delivery": f"d{seq}", "seq": seq, "scored_at": NOW, "points": float(score),
            "score": score, "decision": "approve" if score >= 500 else "refuse", "model_version": version,
        }  # fmt: skip
        lines.append(told)
    return pl.DataFrame(lines, polars_schema(SCORE_HISTORY.types()))


@pytest.fixture
def created(engine: Engine) -> Engine:
    history.create(engine)
    latest.create(engine)
    return engine


def held(engine: Engine, table: str) -> list[tuple[int, int, int, int]]:
    return sorted(frame(engine, table).select("client_id", "seq", "model_version", "score").iter_rows())


def test_appends_repeated_out_of_order_and_of_a_second_model_land_once(created) -> None:
    """Delta skips a lower transaction version of the same application silently; no order of ours may meet that."""
    third, first = [(7, 3, 1, 510), (8, 3, 1, 480)], [(7, 1, 1, 500)]
    second_model = [(7, 3, 2, 520)]
    history.append(created, rows(*third), claim("c", 3), 1)
    history.append(created, rows(*first), claim("b", 1), 1)
    history.append(created, rows(*third), claim("c", 3), 1)
    history.append(created, rows(*second_model), claim("a", 3), 2)
    history.append(created, rows(*first), claim("b", 1), 1)
    assert held(created, history.TABLE) == sorted([*third, *first, *second_model])

    every = [delivered(1), delivered(2), delivered(3)]
    assert history.missing(created, every, 1) == [delivered(2)]
    assert history.missing(created, every, 2) == [delivered(1), delivered(2)]
    assert history.summaries(created, every, 1) == {
        "d1": Summary(1, approved=1, refused=0, referred=0, median_score=500.0),
        "d2": Summary(),
        "d3": Summary(2, approved=1, refused=1, referred=0, median_score=495.0),
    }


def test_a_client_that_stands_there_twice_is_a_fault(created) -> None:
    history.append(created, rows((7, 1, 1, 500), (7, 1, 1, 500)), claim("a", 1), 1)
    with pytest.raises(Fault, match="2 rows of delivery d1 and model version 1 for 1 clients"):
        history.summaries(created, [delivered(1)], 1)


def test_fewer_committed_than_the_cohort_had_is_a_fault() -> None:
    with pytest.raises(Fault, match="1 clients of delivery d1, expected 2"):
        history.verify({"d1": Summary(1)}, {"d1": 2})


@on_both_engines
def test_the_merge_never_goes_back(created) -> None:
    """Client  merged in this order                       stays

    7       d2 by 1, then d1 by 1                      d2 by 1
    8       d1 by 2, then d1 by 1                      d1 by 2
    9       d1 by 1, then d1 by 2, then d2 by 1        d2 by 1
    """
    history.append(
        created,
        rows(
            (7, 2, 1, 720), (7, 1, 1, 710),
            (8, 1, 2, 812), (8, 1, 1, 811),
            (9, 1, 1, 911), (9, 1, 2, 912), (9, 2, 1, 921),
        ),
        claim("a", 1, 2),
        1,
    )  # fmt: skip
    latest.merge(created, [delivered(1)], 1)
    assert held(created, latest.TABLE) == [(7, 1, 1, 710), (8, 1, 1, 811), (9, 1, 1, 911)]
    latest.merge(created, [delivered(1)], 2)
    assert held(created, latest.TABLE) == [(7, 1, 1, 710), (8, 1, 2, 812), (9, 1, 2, 912)]
    latest.merge(created, [delivered(1), delivered(2)], 1)
    expected = [(7, 2, 1, 720), (8, 1, 2, 812), (9, 2, 1, 921)]
    assert held(created, latest.TABLE) == expected
    latest.merge(created, [delivered(1)], 1)
    latest.merge(created, [delivered(1)], 2)
    assert held(created, latest.TABLE) == expected


def test_two_deliveries_of_a_client_in_one_merge_leave_the_later(created) -> None:
    history.append(created, rows((7, 1, 1, 710), (7, 2, 1, 720)), claim("a", 1, 2), 1)
    latest.merge(created, [delivered(1), delivered(2)], 1)
    assert held(created, latest.TABLE) == [(7, 2, 1, 720)]
