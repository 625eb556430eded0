"""Scoring again: who, as known when, by which model; what it leaves alone; and that it too comes once."""

from __future__ import annotations

import csv
import io

import pytest

from credit_scoring.errors import RunActive, UsageError
from credit_scoring.ledger.events import unpublished
from credit_scoring.publishing import latest, runs
from credit_scoring.scoring import history

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
    (office.reports / "again.html.123.part").write_text("half")
    office.report = office.rescore("later", clients_of="d1", as_of="d2")
    return office


@pytest.fixture(scope="module")
def clients(generated) -> list[int]:
    return [row["SK_ID_CURR"] for row in generated(range(13))["application"]]


def rows(office, **wanted) -> list:
    return [row for row in office.rows(history.TABLE) if all(row[name] == value for name, value in wanted.items())]


def stands(office) -> list[tuple[int, int, int]]:
    return sorted((row["client_id"], row["seq"], row["model_version"]) for row in office.rows(latest.TABLE))


def test_the_clients_of_the_delivery_are_scored_as_known_at_the_other(rescored, clients) -> None:
    """Client 3 has an outcome; 12 came in d2 alone; of client 6 an application was quarantined in d2."""
    again = {row["client_id"]: row for row in rows(rescored, delivery=AGAIN)}
    assert set(again) == {clients[i] for i in range(12) if i != 3}
    assert {(row["seq"], row["model_version"]) for row in again.values()} == {(2, 2)}
    assert again[clients[6]]["decision"] == "refer"
    told = {row["delivery"]: row for row in rescored.rows(runs.TABLE)}[AGAIN]
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
    assert sorted(page.name for page in rescored.reports.iterdir()) == ["first.html", "later.html"]
    assert [(e.event, e.run_id) for e in rescored.ledger.events() if e.delivery == AGAIN] == [
        ("claimed", "again"),
        ("released", "again"),
        ("claimed", "later"),
        ("rescored", "later"),
    ]
    assert rescored.ledger.unpublished() == ()


def test_latest_scores_are_those_of_the_higher_seq_and_version(rescored, clients) -> None:
    held = {row["client_id"]: row["delivery"] for row in rescored.rows(latest.TABLE)}
    assert held == {clients[i]: AGAIN for i in range(12) if i != 3} | {clients[12]: "d2"}


def test_a_look_back_gives_what_was_said_then_and_replaces_no_newer_score(rescored) -> None:
    """The old model at the first delivery: the rows of that delivery, but for their stamps."""
    held = stands(rescored)
    rescored.champion = 1
    report = rescored.rescore("back", as_of="d1")

    def said(delivery: str) -> list[str]:
        stamps = ("delivery", "scored_at", "run_id")
        found = rows(rescored, delivery=delivery)
        return sorted(repr([row[name] for name in row if name not in stamps]) for row in found)

    assert [(each.delivery, each.summary.scored) for each in report.published] == [("rescore-1-back", 11)]
    assert said("rescore-1-back") == said("d1")
    assert stands(rescored) == held


def test_what_cannot_be_asked_for_is_a_sentence(rescored) -> None:
    for wrong in ({"clients_of": "d9"}, {"as_of": "3"}):
        with pytest.raises(UsageError, match="There is no accepted delivery"):
            rescored.rescore("wrong", **wrong)


def test_while_a_score_run_is_at_work_nothing_is_rescored(open_office, tmp_path) -> None:
    opened = open_office(tmp_path)
    opened.ledger.claim("score", unpublished, "the other", opened.now, 600, 1)
    with pytest.raises(RunActive, match="the other"):
        opened.rescore("again")
