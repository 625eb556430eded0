"""A whole file, asked for through HTTP: the batch's bits, all reasons against it, and a record of it."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

import served
from credit_scoring.features.statements import by_code
from credit_scoring.model.scorer import scorer
from credit_scoring.online.loading import Champion, load, register
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.on_the_fly.client_file import example
from credit_scoring.scoring.on_the_fly.score import score_files
from drawn_model import drawn_model
from published_lender import PublishedLender
from serving.conftest import Caller, until


@pytest.fixture(autouse=True)
def ready(generated: list[int]) -> None:
    """The champion is loaded."""


def record(database: served.Database, request_id: str) -> dict[str, Any]:
    with database.transaction() as connection:
        found = connection.execute(text("SELECT * FROM request WHERE id = :id"), {"id": uuid.UUID(request_id)})
        return dict(found.mappings().one())


def test_the_files_of_published_clients_have_their_published_scores(
    adviser: Caller, lender: PublishedLender, generated: list[int]
) -> None:
    for client in generated:
        row = lender.scores[client]
        file = adviser.ask(f"/v1/clients/{client}/file").body["rows"]
        answer = adviser.ask("/v1/scores", file)
        assert answer.status == 200
        said = {name: answer.body[name] for name in ("client_id", "score", "points", "probability", "start_points")}
        assert said == {name: row[name] for name in said}
        assert answer.body["drivers"] == row["drivers"]
        reasons = [{k: v for k, v in each.items() if k != "sentence"} for each in answer.body["reasons"]]
        assert reasons == row["reasons"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_example_of_the_documentation_is_scored(adviser: Caller, language: str) -> None:
    answer = adviser.ask(f"/v1/scores?language={language}", example())
    assert answer.status == 200
    assert answer.body["problems"] == []
    for each in answer.body["reasons"]:
        assert each["sentence"] == getattr(by_code()[each["code"], each["absent"]], language)


def test_who_asks_for_a_score_is_in_the_journal_with_file_and_answer(
    adviser: Caller, database: served.Database
) -> None:
    answer = adviser.ask("/v1/scores", example())
    row = record(database, answer.headers["x-request-id"])
    assert (row["client_id"], row["route"], row["status"]) == (500001, "/v1/scores", 200)
    assert json.loads(row["input"])["body"] == example()
    assert json.loads(row["answer"]) == answer.body
    assert (row["model_version"], row["fingerprint"]) == (answer.body["model_version"], answer.body["fingerprint"])


def test_what_cannot_be_used_is_told_and_the_client_referred(adviser: Caller) -> None:
    file = example()
    file["application"][0]["CNT_CHILDREN"] = "many"
    file["bureau"][0]["DAYS_CREDIT"] = 12
    answer = adviser.ask("/v1/scores", file)
    assert (answer.status, answer.body["decision"], answer.body["file_complete"]) == (200, "refer", False)
    told = [(each["pointer"], each["code"], each["effect"]) for each in answer.body["problems"]]
    assert told == [
        ("/body/application/0/CNT_CHILDREN", "not_legitimate", "made_missing"),
        ("/body/bureau/0/DAYS_CREDIT", "not_legitimate", "left_out"),
        ("/body/bureau_balance/0/SK_ID_BUREAU", "credit_unknown", "no_effect"),
    ]
    in_french = adviser.ask("/v1/scores", file, Accept_Language="fr").body["problems"]
    assert in_french[0]["detail"] == "CNT_CHILDREN doit être un nombre entier de 0 à 30"


def test_a_file_by_which_nobody_can_be_scored_is_refused_and_not_kept(
    adviser: Caller, database: served.Database
) -> None:
    file = example()
    file["application"][0] |= {"AMT_CREDIT": None, "AMT_INCOME_TOTAL": -3}
    answer = adviser.ask("/v1/scores?language=fr", file)
    assert (answer.status, answer.body["code"]) == (422, "file-unusable")
    assert "demande utilisable" in answer.body["detail"]
    assert [(each["pointer"], each["code"]) for each in answer.body["errors"]] == [
        ("/body/application/0/AMT_INCOME_TOTAL", "not_legitimate"),
        ("/body/application/0/AMT_CREDIT", "missing"),
    ]
    assert "500001" not in record(database, answer.headers["x-request-id"])["input"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"[]", "/body"),
        (b"{}", "/body/application"),
        (b'{"application": [{"SK_ID_CURR": true}]}', "/body/application/0/SK_ID_CURR"),
        (b'{"application": [{"INCOME": 1}]}', "/body/application/0/INCOME"),
        (b'{"application": [{}], "loans": []}', "/body/loans"),
        (b'{"application": [{}], "\\ud800": []}', "/body/?"),
        (b'{"application": [{"OCCUPATION_TYPE": "\\ud800"}]}', "/body/application/0/OCCUPATION_TYPE"),
        (b'{"application": [', "/body/17"),
    ],
)
def test_what_is_no_file_is_told_where(adviser: Caller, body: bytes, pointer: str) -> None:
    answer = adviser.ask("/v1/scores", body)
    assert (answer.status, answer.body["code"]) == (422, "request-wrong")
    assert pointer in [each["pointer"] for each in answer.body["errors"]]


def test_auditors_have_nobody_scored(api: served.Api, database: served.Database) -> None:
    assert Caller(api.url, database.key("auditor")).ask("/v1/scores", example()).status == 403


def test_many_at_once_have_what_each_has_alone(adviser: Caller, api: served.Api, generated: list[int]) -> None:
    clients = generated
    files = [adviser.ask(f"/v1/clients/{client}/file").body["rows"] for client in clients]
    answers: dict[int, dict[str, Any]] = {}

    def ask(client: int, file: object) -> None:
        answers[client] = adviser.ask("/v1/scores", file).body

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(clients, files, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    model = api.service.champion.current
    assert model is not None
    for client, file in zip(clients, files, strict=True):
        (alone,) = score_files([file], model.scorer)
        assert alone.score is not None
        assert answers[client]["points"] == alone.score["points"]
        assert [each["points"] for each in answers[client]["reasons"]] == [
            each["points"] for each in alone.score["reasons"]
        ]


def test_every_answer_is_wholly_one_models_while_the_champion_changes(
    adviser: Caller, api: served.Api, database: served.Database, lender: PublishedLender
) -> None:
    expected = {}
    for version in (1, 2):
        (scored,) = score_files([example()], scorer(drawn_model(version)))
        assert scored.score is not None
        expected[version] = (scored.score["points"], scored.score["start_points"], scored.score["cut_off"])
    seen: list[tuple[int, tuple[float, float, int]]] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            body = adviser.ask("/v1/scores", example()).body
            seen.append((body["model_version"], (body["points"], body["start_points"], body["cut_off"])))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(seen) > 5)
    lender.score(4, sorted(lender.scores), version=2, name="rescore-2")
    lender.publish("rescore-2", 4, "rescored")
    with database.transaction() as connection:
        load(connection, lender.store, lender.champions(2), "run")
    until(lambda: any(version == 2 for version, _ in seen))
    ended.set()
    for thread in threads:
        thread.join()
    assert {version for version, _ in seen} == {1, 2}
    assert all(numbers == expected[version] for version, numbers in seen)


def test_one_file_at_fault_does_not_fail_the_others(adviser: Caller) -> None:
    assert adviser.ask("/v1/scores", {"application": [example()["application"][0] | {CLIENT: "9" * 400}]}).status == 422


def test_a_model_that_fails_its_probe_is_not_taken_and_ready_says_so(
    adviser: Caller, api: served.Api, database: served.Database, generated: list[int]
) -> None:
    model = api.service.champion.current
    assert model is not None
    sound = drawn_model(3)
    probe = json.loads(sound.probe)
    probe["points"][0] += 1
    with database.transaction() as connection:
        register(connection, Champion("credit_default", 9, lambda: replace(sound, probe=json.dumps(probe))))
    until(lambda: api.service.champion.problem)
    ready = adviser.ask("/ready")
    assert (ready.status, ready.body["model_version"]) == (200, model.version)
    assert any("version 9 is not taken" in each for each in ready.body["problems"])
    assert adviser.ask("/v1/scores", example()).body["model_version"] == model.version
    with database.transaction() as connection:
        register(connection, Champion("credit_default", 10, lambda: sound))
    until(lambda: not api.service.champion.problem)
    assert adviser.ask("/v1/scores", example()).body["model_version"] == 10
