"""Changed values of a published client, asked for through HTTP: both scores are those of really changed files."""

from __future__ import annotations

from typing import Any

import pytest

import served
from credit_scoring.features.promises import PROMISES
from credit_scoring.scoring.on_the_fly.score import score_files
from credit_scoring.scoring.what_if import TOGETHER
from serving.conftest import Caller


@pytest.fixture
def files(adviser: Caller, generated: list[int]) -> dict[int, dict[str, Any]]:
    return {client: adviser.ask(f"/v1/clients/{client}/file").body["rows"] for client in generated}


def points(api: served.Api, file: Any) -> float:
    model = api.service.champion.current
    assert model is not None
    (scored,) = score_files([file], model.scorer)
    assert scored.score is not None
    return float(scored.score["points"])


def test_both_scores_are_those_of_the_files(adviser: Caller, api: served.Api, files: dict[int, Any]) -> None:
    for client, file in list(files.items())[:3]:
        income = file["application"][0]["AMT_INCOME_TOTAL"]
        change = {"table": "application", "column": "AMT_INCOME_TOTAL", "value": income * 3}
        answer = adviser.ask(f"/v1/clients/{client}/what-if", {"changes": [change]})
        assert answer.status == 200
        assert answer.body["before"]["points"] == points(api, file)
        file["application"][0]["AMT_INCOME_TOTAL"] = income * 3
        assert answer.body["after"]["points"] == points(api, file)
        for said in (answer.body["before"], answer.body["after"]):
            added = said["start_points"] + sum(each["points"] for each in said["reasons"])
            assert added == pytest.approx(said["points"])
        moved = {each["feature"]: each for each in answer.body["moved"]}
        assert moved["income"]["before"] != moved["income"]["after"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_least_improvements_are_approved_and_said(adviser: Caller, files: dict[int, Any], language: str) -> None:
    words = {getattr(each, language) for each in (*(promise.words for promise in PROMISES), TOGETHER)}
    for client in list(files)[:6]:
        answer = adviser.ask(f"/v1/clients/{client}/what-if?language={language}", {"changes": []}).body
        assert answer["before"] == answer["after"]
        assert answer["moved"] == []
        assert bool(answer["improvements"]) <= (answer["before"]["decision"] == "refuse")
        for each in answer["improvements"]:
            assert each["decision"] == "approve"
            assert each["score"] >= answer["cut_off"]
            assert each["improvement"] in words
            assert each["changes"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"table": "application", "column": "AMT_CREDIT", "value": -1}, "/body/changes/0/value", "change-unusable"),
        ({"table": "application", "column": "INCOME", "value": 1}, "/body/changes/0/column", "request-wrong"),
        ({"table": "application", "column": "SK_ID_CURR", "value": 1}, "/body/changes/0/column", "request-wrong"),
        (
            {"table": "application", "row": 3, "column": "AMT_CREDIT", "value": 1},
            "/body/changes/0/row",
            "request-wrong",
        ),
        ({"table": "loans", "column": "AMT_CREDIT", "value": 1}, "/body/changes/0/table", "request-wrong"),
    ],
)
def test_changes_that_cannot_be_are_told_where(
    adviser: Caller, generated: list[int], change: object, pointer: str, code: str
) -> None:
    answer = adviser.ask(f"/v1/clients/{generated[0]}/what-if", {"changes": [change]})
    assert (answer.status, answer.body["code"]) == (422, code)
    assert pointer in [each["pointer"] for each in answer.body["errors"]]


def test_of_nobody_nothing_is_told(adviser: Caller) -> None:
    assert adviser.ask("/v1/clients/9/what-if", {"changes": []}).status == 404
