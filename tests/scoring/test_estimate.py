"""Estimates: on features that a person can state, never lower for more income, a range that training measured."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.features.fingerprint import raw_columns
from credit_scoring.features.registry import MORE, NEEDED, stateable
from credit_scoring.features.vector import application_vectors, client_vectors
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.schema.application import APPLICATION
from credit_scoring.scoring.on_the_fly.estimate import Impossible, Person, estimate, is_estimate
from credit_scoring.synthetic.lender import known
from drawn_model import drawn_model
from fitted_models import estimate_model, learners

FOUR = Person(450_000, 27_000, 400_000, 180_000)
TEN = dataclasses.replace(
    FOUR, children=1, age_years=41, employment_years=6.5, car=False, realty=True, education="Higher education"
)


@pytest.fixture(scope="module")
def model() -> Scorer:
    return scorer(estimate_model())


def test_no_input_is_protected_and_no_feature_reads_anything_else() -> None:
    columns = (*NEEDED, *MORE)
    assert len(columns) == 10
    assert not any(APPLICATION.column(column).protected for column in columns)
    assert {column for feature in stateable() for _, column in raw_columns(feature)} == set(columns)
    assert {feature.name for feature in stateable(NEEDED)} < {feature.name for feature in stateable()}


def test_the_features_are_those_of_whole_files_to_the_bit() -> None:
    rows = known(range(50), 7)
    _, whole = client_vectors(rows)
    alone = application_vectors(rows["application"], stateable())
    places = [i for i in range(whole.shape[1]) if not np.isnan(alone[:, i]).all()]
    assert len(places) == len(stateable())
    assert alone[:, places].tobytes() == np.ascontiguousarray(whole[:, places]).tobytes()


@settings(max_examples=60)
@given(
    income=st.floats(20_000, 2_000_000),
    more=st.floats(1.0, 5.0),
    amount=st.floats(30_000, 3_000_000),
    person=st.sampled_from([FOUR, TEN]),
)
def test_more_income_never_lowers_it(income: float, more: float, amount: float, person: Person) -> None:
    model = scorer(estimate_model())
    low, high = (
        estimate(dataclasses.replace(person, income=income * by, amount=amount), model).points for by in (1.0, more)
    )
    assert high >= low


def test_fewer_inputs_are_a_range_of_their_own_and_named(model: Scorer) -> None:
    four, ten = estimate(FOUR, model), estimate(TEN, model)
    assert (four.unstated, ten.unstated) == (
        ("children", "age_years", "employment_years", "car", "realty", "education"),
        (),
    )
    lineage = model.decision.lineage
    assert four.low == np.floor(four.points + lineage["estimate_below_few"])
    assert ten.high == np.ceil(ten.points + lineage["estimate_above"])


def test_reasons_are_of_what_was_stated_and_add_up(model: Scorer) -> None:
    found = estimate(TEN, model)
    families = {feature.reason.code for feature in stateable()}
    assert {each["code"].split(".")[0] for each in found.reasons} <= families
    total = model.decision.start_points + sum(each["points"] for each in found.reasons)
    assert total == pytest.approx(found.points, abs=1e-9)
    stated = {each["code"] for each in estimate(FOUR, model).reasons if each["absent"]}
    assert {"EDUCATION", "HOUSEHOLD"} <= stated


def test_what_is_beyond_the_clients_of_the_training_is_named_and_taken_as_it_is(model: Scorer) -> None:
    assert estimate(TEN, model).outside == ()
    (rich,) = estimate(dataclasses.replace(TEN, income=9e7), model).outside
    assert (rich.name, rich.value) == ("income", 9e7)
    assert rich.high == pytest.approx(model.decision.lineage["seen_income_high"])


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"age_years": 12.0}, "age_years"), ({"age_years": 20.0, "employment_years": 30.0}, "employment_years")],
)
def test_what_cannot_be_is_told_by_its_input(model: Scorer, changes: dict[str, float], name: str) -> None:
    with pytest.raises(Impossible) as raised:
        estimate(dataclasses.replace(TEN, **changes), model)
    assert [each for each, _ in raised.value.wrong] == [name]


def test_eight_in_ten_held_out_clients_are_in_the_range(model: Scorer) -> None:
    held_out = learners().holdout.features
    whole = scorer(drawn_model(1)).score(held_out).points
    apart = whole - model.score(held_out).points
    lineage = model.decision.lineage
    inside = (apart >= float(lineage["estimate_below"])) & (apart <= float(lineage["estimate_above"]))
    assert inside.mean() == pytest.approx(0.8, abs=0.02)


def test_a_model_of_whole_files_is_no_estimate(model: Scorer) -> None:
    assert is_estimate(model)
    assert not is_estimate(scorer(drawn_model(1)))
