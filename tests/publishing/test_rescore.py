"""Scoring again: who, as known when, by which model; what it leaves alone; and that it too comes once."""

from __future__ import annotations

import csv
import io

import pytest

from credit_scoring.errors import RunActive, UsageError
from credit_scoring.intake.events import unpublished
from credit_scoring.publishing import history, latest, runs

AGAIN = "rescore-2-again"


@pytest.fixture(scope="module")
def rescored(open_office, tmp_path_factory):
    """An office with a published d1 and d2 by version 1, where version 2 scored the clients of d1 again as known at d2;
    the first try was killed after its rows were committed, and a later run of the same request finished it."""
    office = open_office(tmp_path_factory.mktemp("rescored"))
    office.run("first")
    office.before = {name: office.csv(name) for name in ("d1", "d2")}
    office.champion = 2
    (office.published / AGAIN).write_text("no folder")
    with pytest.raises(OSError, match=AGAIN):
        office.rescore("again", clients_of="d1", as_of="2")
    (office.published / AGAIN).unlink()
    office.report = office.rescore("later", clients_of="d1", as_of="d2")
    return office


@pytest.fixture(scope="module")
def clients(generated) -> list[int]:
    return [row["SK_ID_CURR"] for row in generated(range(13))["application"]]


def rows(office, **wanted) -> list:
    found = office.tables.read(history.TABLE).collect()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def test_the_clients_of_the_delivery_are_scored_as_known_at_the_other(rescored, clients) -> None:
    """Client 3 has an outcome; 12 came in d2 alone; of client 6 an application was quarantined in d2."""
    again = {row["client_id"]: row for row in rows(rescored, delivery=AGAIN)}
    assert set(again) == {clients[i] for i in range(12) if i != 3}
    assert {(row["seq"], row["model_version"]) for row in again.values()} == {(2, 2)}
    assert again[clients[6]]["decision"] == "refer"
    told = {row["delivery"]: row for row in rescored.tables.read(runs.TABLE).collect()}[AGAIN]
    assert (told["clients_touched"], told["scored"], told["with_outcome"]) == (12, 11, 1)


def test_it_has_a_file_of_its_own_and_leaves_the_published_ones(rescored) -> None:
    lines = list(csv.DictReader(io.StringIO(rescored.csv(AGAIN), newline="")))
    assert [line["delivery"] for line in lines] == [AGAIN] * 11
    assert {name: rescored.csv(name) for name in rescored.before} == rescored.before
    assert len(rows(rescored, model_version=1)) == 15


def test_a_killed_rescore_is_finished_not_repeated(rescored) -> None:
    (published,) = rescored.report.published
    assert (published.delivery, published.model_version) == (AGAIN, 2)
    assert {row["run_id"] for row in rows(rescored, delivery=AGAIN)} == {"again"}
    assert [(e["event"], e["run_id"]) for e in rescored.ledger.events() if e["delivery"] == AGAIN] == [
        ("claimed", "again"),
        ("released", "again"),
        ("claimed", "later"),
        ("rescored", "later"),
    ]
    assert rescored.ledger.unpublished() == ()


def test_latest_scores_are_replaced_by_higher_seq_and_version_only(rescored, clients) -> None:
    """As known at d2 by version 2: higher than anything of version 1. Then a look back at d1: lower than that."""
    held = {row["client_id"]: row for row in rescored.tables.read(latest.TABLE).collect()}
    assert {client for client, row in held.items() if row["delivery"] == AGAIN} == {
        clients[i] for i in range(12) if i != 3
    }
    assert held[clients[12]]["delivery"] == "d2"
    report = rescored.rescore("back", as_of="d1")
    assert (report.published[0].delivery, report.published[0].summary.scored) == ("rescore-2-back", 11)
    after = {row["client_id"]: row["delivery"] for row in rescored.tables.read(latest.TABLE).collect()}
    assert after == {client: row["delivery"] for client, row in held.items()}
    assert {row["client_id"] for row in rows(rescored, delivery="rescore-2-back")} == set(held) - {clients[12]}


def test_a_look_back_gives_what_was_said_then(rescored, open_office, tmp_path) -> None:
    """By version 2 at d1, whether d1 is scored for the first time or again: the same rows but for their stamps."""
    fresh = open_office(tmp_path)
    fresh.champion = 2
    fresh.run("first")
    stamps = ("delivery", "scored_at", "run_id")

    def said(found) -> list[str]:
        return sorted(repr([row[name] for name in row.__fields__ if name not in stamps]) for row in found)

    rescored.rescore("once-more", clients_of="d1")
    assert said(rows(rescored, delivery="rescore-2-once-more")) == said(rows(fresh, delivery="d1"))


def test_what_cannot_be_asked_for_is_a_sentence(rescored) -> None:
    for wrong in ({"clients_of": "d9"}, {"as_of": "3"}):
        with pytest.raises(UsageError, match="There is no accepted delivery"):
            rescored.rescore("wrong", **wrong)


def test_while_a_score_run_is_at_work_nothing_is_rescored(open_office, tmp_path) -> None:
    opened = open_office(tmp_path)
    opened.ledger.claim("score", unpublished, "the other", opened.now, 600, 1)
    with pytest.raises(RunActive, match="the other"):
        opened.rescore("again")
