"""Estimates, asked for through HTTP: a range that says what it is, in both languages, and never an approval."""

from __future__ import annotations

import pytest

import served
from credit_scoring.features.statements import by_code
from credit_scoring.model.scorer import scorer
from credit_scoring.online.loading import Champion, register
from credit_scoring.scoring.on_the_fly.estimate import SAYS, Person, estimate
from drawn_model import drawn_model
from fitted_models import estimate_model
from serving.conftest import Caller, until

FOUR = {"amount": 450_000, "annuity": 27_000, "goods_price": 400_000, "income": 180_000}


@pytest.fixture(autouse=True)
def loaded(database: served.Database, api: served.Api) -> None:
    with database.transaction() as connection:
        register(connection, Champion("credit_estimate", 1, estimate_model))
    until(lambda: api.service.estimates.current is not None)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_four_inputs_are_enough(adviser: Caller, language: str) -> None:
    answer = adviser.ask(f"/v1/estimates?language={language}", FOUR)
    assert answer.status == 200
    found = estimate(Person(**FOUR), scorer(estimate_model()))
    assert (answer.body["low"], answer.body["high"]) == (found.low, found.high)
    assert answer.body["low"] < answer.body["high"]
    assert answer.body["says"] == getattr(SAYS, language)
    assert "decision" not in answer.body
    assert set(answer.body["unstated"]) == {"children", "age_years", "employment_years", "car", "realty", "education"}
    for each in answer.body["reasons"]:
        assert each["sentence"] == getattr(by_code()[each["code"], each["absent"]], language)


def test_an_income_beyond_all_others_is_named(adviser: Caller) -> None:
    (outside,) = adviser.ask("/v1/estimates?language=fr", FOUR | {"income": 9e7}).body["outside"]
    assert (outside["input"], outside["value"]) == ("income", 9e7)
    assert "hasardeuse" in outside["sentence"]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"age_years": 12}, "/body/age_years"),
        ({"age_years": 30, "employment_years": 29.5, "income": 0}, "/body/income"),
        ({"education": "School"}, "/body/education"),
        ({"gender": "F"}, "/body/gender"),
    ],
)
def test_what_is_wrong_is_told_where(adviser: Caller, more: dict[str, object], pointer: str) -> None:
    answer = adviser.ask("/v1/estimates", FOUR | more)
    assert (answer.status, answer.body["code"]) == (422, "request-wrong")
    assert pointer in [each["pointer"] for each in answer.body["errors"]]


def test_a_model_of_whole_files_is_not_taken_and_ready_says_so(
    adviser: Caller, database: served.Database, api: served.Api
) -> None:
    with database.transaction() as connection:
        register(connection, Champion("credit_estimate", 2, lambda: drawn_model(2)))
    until(lambda: api.service.estimates.problem)
    (problem,) = [each for each in adviser.ask("/ready").body["problems"] if "estimate" in each]
    assert "version 2 is not taken" in problem
    assert adviser.ask("/v1/estimates", FOUR).body["model_version"] == 1


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"amount": None}, "/body/amount", "Doit être un nombre"),
        ({"amount": 0}, "/body/amount", "Doit être supérieur à 0"),
        ({"amount": 1e13}, "/body/amount", "Doit être d'au plus 1e+12"),
        ({"children": 1.5}, "/body/children", "Doit être un nombre entier, sans partie décimale"),
        ({"children": -1}, "/body/children", "Doit être d'au moins 0"),
        ({"car": "yes"}, "/body/car", "Doit être true ou false"),
        ({"unknown": 1}, "/body/unknown", "Champ ou paramètre inconnu"),
        ({"education": "x"}, "/body/education", "Doit être l'une des valeurs 'Lower secondary'"),
    ],
)
def test_what_is_wrong_is_said_in_french(adviser: Caller, body: dict[str, object], pointer: str, detail: str) -> None:
    errors = adviser.ask("/v1/estimates?language=fr", FOUR | body).body["errors"]
    assert [(each["pointer"], each["detail"][: len(detail)]) for each in errors] == [(pointer, detail)]


def test_what_is_absent_or_unreadable_is_said_in_french(adviser: Caller) -> None:
    (absent,) = adviser.ask("/v1/estimates?language=fr", {k: v for k, v in FOUR.items() if k != "income"}).body[
        "errors"
    ]
    assert absent["detail"] == "Champ obligatoire"
    (unknown,) = adviser.ask("/v1/estimates?language=fr&x=1", FOUR).body["errors"]
    assert unknown["detail"] == "Champ ou paramètre inconnu"
