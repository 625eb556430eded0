"""Score runs on real tables: what is published, that it adds up, and that it comes once whatever happens."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter

import pytest

from credit_scoring.code_version import code_version
from credit_scoring.errors import ModelError, RunActive
from credit_scoring.ledger.events import open_claim, unpublished
from credit_scoring.publishing import latest, runs
from credit_scoring.publishing.explain import explain
from credit_scoring.scoring import history


def lines(office, delivery: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(office.csv(delivery), newline="")))


def without_moment(text: str) -> str:
    """The CSV without the column scored_at."""
    table = list(csv.reader(io.StringIO(text, newline="")))
    column = table[0].index("scored_at")
    return "\n".join(",".join(row[:column] + row[column + 1 :]) for row in table)


def test_exactly_the_touched_clients_with_an_application_and_no_outcome_are_published(office, generated) -> None:
    client = [row["SK_ID_CURR"] for row in generated(range(13))["application"]]
    assert [int(line["client_id"]) for line in lines(office, "d1")] == sorted(client[:3] + client[4:12])
    assert [int(line["client_id"]) for line in lines(office, "d2")] == sorted(
        [client[4], client[5], client[6], client[12]]
    )
    told = {p.delivery: (p.count.touched, p.summary.scored, p.file.clients) for p in office.first.published}
    assert told == {"d1": (12, 11, 11), "d2": (5, 4, 4)}


def test_points_of_every_client_add_up_in_the_table_and_in_the_file(office, stored) -> None:
    for row in stored:
        assert row["start_points"] + math.fsum(row["contributions"]) == pytest.approx(row["points"], abs=1e-9)
    for line in lines(office, "d1") + lines(office, "d2"):
        parts = [line["start_points"], line["other_points"], *(line[f"reason_{i}_points"] or "0" for i in range(1, 5))]
        assert sum(map(int, parts)) == int(line["score"])


def test_the_file_says_what_the_table_says(office, stored) -> None:
    of_table = {(row["delivery"], str(row["client_id"])): row for row in stored}
    of_file = lines(office, "d1") + lines(office, "d2")
    assert len(of_file) == len(of_table)
    for line in of_file:
        row = of_table[line["delivery"], line["client_id"]]
        assert (line["score"], line["decision"], line["model_version"]) == (str(row["score"]), row["decision"], "1")
        assert float(line["probability"]) == pytest.approx(row["probability"], abs=5e-7)
        assert line["scored_at"] == "2024-05-01T10:30:00Z"


def test_a_client_is_scored_as_known_at_each_delivery(stored, generated) -> None:
    """Clients 4 and 5 got a credit more in d2; of client 6 an application was quarantined there."""
    client = [row["SK_ID_CURR"] for row in generated(range(13))["application"]]
    of = {(row["client_id"], row["seq"]): row for row in stored}
    assert of[client[4], 1]["contributions"] != of[client[4], 2]["contributions"]
    assert of[client[6], 1]["contributions"] == of[client[6], 2]["contributions"]
    assert (of[client[6], 1]["file_complete"], of[client[6], 2]["file_complete"]) == (True, False)
    assert of[client[6], 2]["decision"] == "refer"


def test_scores_holds_the_latest_of_each_client(office, stored) -> None:
    newest = {}
    for row in sorted(stored, key=lambda row: row["seq"]):
        newest[row["client_id"]] = (row["seq"], row["score"])
    kept = office.rows(latest.TABLE)
    assert {row["client_id"]: (row["seq"], row["score"]) for row in kept} == newest
    assert len(kept) == len(newest) == 12


def test_every_row_and_run_can_be_traced(office, stored) -> None:
    assert {(r["run_id"], r["model_version"], r["code_version"]) for r in stored} == {("run-1", 1, code_version())}
    told = {row["delivery"]: row for row in office.rows(runs.TABLE)}
    second = told["d2"]
    assert (second["clients_touched"], second["scored"], second["without_application"]) == (5, 4, 1)
    assert (told["d1"]["scored"], told["d1"]["with_outcome"]) == (11, 1)
    decided = Counter(row["decision"] for row in stored if row["seq"] == 1)
    first = told["d1"]
    assert (first["approved"], first["refused"], first["referred"]) == tuple(
        decided[decision] for decision in ("approve", "refuse", "refer")
    )
    published = {event.delivery: event for event in office.ledger.events() if event.event == "published"}
    assert {d: (event.rows, event.sha256) for d, event in published.items()} == {
        p.delivery: (p.file.clients, p.file.sha256) for p in office.first.published
    }


def test_features_and_reasons_explain_the_table(office, stored) -> None:
    features = office.rows("features")
    assert len(features) == len(stored[0]["contributions"])
    codes = {row["code"] for row in office.rows("reasons")}
    assert {reason["code"] for row in stored for reason in row["reasons"]} <= codes
    assert {row["fingerprint"] for row in features} == {stored[0]["fingerprint"]}


def test_explains_the_latest_score_in_both_languages(office, stored) -> None:
    row = max(stored, key=lambda row: (row["client_id"], row["seq"]))
    english, french = (explain(office.engine, row["client_id"], language) for language in ("en", "fr"))
    assert english.start_points + math.fsum(points for _, points in english.parts) == pytest.approx(row["points"])
    assert (english.score, english.decision, english.delivery) == (row["score"], row["decision"], row["delivery"])
    assert [points for _, points in french.parts] == [points for _, points in english.parts]
    assert french.parts[0][0] != english.parts[0][0]
    assert english.scored_at == row["scored_at"].astimezone(english.scored_at.tzinfo)


def test_a_second_run_does_nothing(office) -> None:
    before = {delivery: office.csv(delivery) for delivery in ("d1", "d2")}
    versions = {table: _version(office, table) for table in ("deliveries", history.TABLE, latest.TABLE, runs.TABLE)}
    assert office.run("run-2", after_minutes=5).published == ()
    assert {delivery: office.csv(delivery) for delivery in before} == before
    assert {table: _version(office, table) for table in versions} == versions


def test_a_wiped_store_and_a_killed_run_give_the_same_bytes(office, open_office, tmp_path, stored, caplog) -> None:
    """Killed after its rows were committed: a folder that cannot be written stops it, another run finishes it.

    The other run has a new champion; what was begun is finished with the model that began it. Its report cannot be
    written, which holds nothing back.
    """
    again = open_office(tmp_path)
    again.published.write_text("no folder")
    with pytest.raises(OSError, match="published"):
        again.run("run-1")
    again.published.unlink()
    again.champion = 2
    again.reports.write_text("no folder")
    report = again.run("run-2", after_minutes=90)
    assert {p.model_version for p in report.published} == {1}
    assert report.page is None
    assert "published without a report" in caplog.text
    rows = again.rows(history.TABLE)
    assert {row["run_id"] for row in rows} == {"run-1"}

    def comparable(row) -> tuple[object, ...]:
        return tuple(row[name] for name in row if name not in ("scored_at", "run_id"))

    assert sorted(map(repr, map(comparable, rows))) == sorted(map(repr, map(comparable, stored)))
    for delivery in ("d1", "d2"):
        assert without_moment(again.csv(delivery)) == without_moment(office.csv(delivery))


def _version(office, table: str) -> int:
    return office.engine.version(table)


def test_without_a_model_nothing_is_claimed(open_office, tmp_path) -> None:
    opened = open_office(tmp_path)
    opened.champion = 7
    with pytest.raises(ModelError, match="no version 7"):
        opened.run("run-1")
    assert open_claim(opened.ledger.events(), "score") is None


def test_one_of_two_runs_is_told_that_another_is_active(open_office, tmp_path) -> None:
    opened = open_office(tmp_path)
    opened.ledger.claim("score", unpublished, "the other", opened.now, 60, 1)
    with pytest.raises(RunActive, match="the other"):
        opened.run("run-1")
    assert not opened.published.exists()
