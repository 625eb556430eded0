from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import text

import served
from serving.conftest import Caller


def records(database: served.Database) -> list[dict[str, object]]:
    with database.transaction() as connection:
        return [dict(row) for row in connection.execute(text("SELECT * FROM request ORDER BY id")).mappings()]


def test_an_answer_is_recorded(adviser: Caller, database: served.Database) -> None:
    answer = adviser.ask("/v1/clients/7/score")
    assert (answer.status, answer.body["code"]) == (404, "client-unknown")
    recorded = {row["id"]: row for row in records(database)}[uuid.UUID(answer.headers["x-request-id"])]
    assert recorded["client_id"] == 7
    assert recorded["route"] == "/v1/clients/{client_id}/score"
    assert recorded["status"] == 404
    assert json.loads(str(recorded["answer"])) == answer.body


def test_no_key_is_recorded(adviser: Caller, database: served.Database) -> None:
    before = len(records(database))
    assert Caller(adviser.url, "").ask("/v1/clients/7/score").status == 401
    assert len(records(database)) == before + 1


def test_ready(adviser: Caller) -> None:
    answer = Caller(adviser.url, "").ask("/ready")
    assert (answer.status, answer.body["ready"]) == (200, True)


def test_everything_that_is_wrong_is_told(adviser: Caller) -> None:
    answer = adviser.ask("/v1/clients/nobody/score?language=de&other=1")
    assert answer.status == 422
    assert {each["pointer"] for each in answer.body["errors"]} == {"/path/client_id", "/query/language", "/query/other"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/features?%00=1&%ff=2", None),
        ("/v1/decisions", rb'{"client_id": 7, "\ud800": "\u0000\udfff", "\u0000": 1}'),
    ],
)
def test_texts_that_postgresql_does_not_hold_are_recorded_all_the_same(
    api: served.Api, database: served.Database, path: str, body: bytes | None
) -> None:
    answer = Caller(api.url, database.key("admin")).ask(path, body)
    assert (answer.status, answer.body["code"]) == (422, "request-wrong")
    recorded = {row["id"]: row for row in records(database)}[uuid.UUID(answer.headers["x-request-id"])]
    assert json.loads(str(recorded["input"]))
