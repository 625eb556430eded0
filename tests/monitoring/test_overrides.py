"""What people decided against the score, as the database of the API has it, and who was right by the outcomes since."""

from __future__ import annotations

import uuid

import polars as pl
import pytest
from sqlalchemy import insert

import served
from credit_scoring.monitoring.outcome_sections import people
from credit_scoring.monitoring.overrides import Overrides, human_decisions, overrides
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.models import HumanDecision
from credit_scoring.pages.page import Table

SCORED = pl.DataFrame(
    {"client_id": [1, 2, 3, 4, 9], "probability": [0.2, 0.3, 0.1, 0.05, 0.5], "target": [0, 1, None, 0, 1]}
)


def decided(client: int | None, computed: str, decision: str, *, instead_of: uuid.UUID | None = None) -> dict:
    override = computed in ("approve", "refuse") and computed != decision
    return {
        "id": uuid.uuid4(), "client_id": client, "seq": 1, "model_version": 1, "score": 540, "computed": computed,
        "decision": decision, "override": override, "reason": "seen", "actor": "adviser", "request_id": uuid.uuid4(),
        "supersedes": instead_of,
    }  # fmt: skip


@pytest.fixture(scope="module")
def human(postgres: Cluster) -> pl.DataFrame:
    """Decisions in a real PostgreSQL: about 1 and 2 against the score, about 3 twice, about 4 as computed, about one
    who was erased, and about one whom nobody scored."""
    database = served.new_database(postgres)
    first = decided(3, "approve", "approve")
    rows = [
        decided(1, "refuse", "approve"), decided(2, "refuse", "approve"), first,
        decided(3, "approve", "refuse", instead_of=first["id"]), decided(4, "refer", "approve"),
        decided(None, "refuse", "approve"), decided(5, "refuse", "refuse"),
    ]  # fmt: skip
    with database.transaction() as connection:
        connection.execute(insert(HumanDecision), rows)
    with database.transaction() as connection:
        return human_decisions(connection)


def test_the_decisions_that_stand_are_read_and_none_of_an_erased_client(human: pl.DataFrame) -> None:
    assert human.sort("client_id").rows() == [
        (1, "refuse", "approve", True),
        (2, "refuse", "approve", True),
        (3, "approve", "refuse", True),
        (4, "refer", "approve", False),
        (5, "refuse", "refuse", False),
    ]


def test_who_was_right_follows_from_the_outcomes_of_those_who_were_approved(human: pl.DataFrame) -> None:
    """The adviser about 1, who paid; the model about 2, who defaulted; of 3, who was refused, nobody can tell."""
    told = overrides(human, SCORED)
    assert told == Overrides(decisions=4, overrides=3, approved=2, refused=1, paid=1, defaulted=1, expected=0.5)


def test_the_page_says_who_was_right(human: pl.DataFrame) -> None:
    (section,) = people(overrides(human, SCORED))
    table = next(part for part in section.parts if isinstance(part, Table))
    told = dict(table.rows)
    assert told["approved against the score, and paid: the adviser was right"] == 1
    assert told["approved against the score, and defaulted: the model was right"] == 1


def test_nobody_decided_is_no_decision(postgres: Cluster) -> None:
    with served.new_database(postgres).transaction() as connection:
        assert overrides(human_decisions(connection), SCORED) == Overrides()
