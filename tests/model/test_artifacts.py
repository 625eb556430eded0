import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.errors import ModelError
from credit_scoring.model.artifacts import Costs, Decision, Features
from credit_scoring.model.scorer import Probe


def test_threshold_is_where_approving_begins_to_cost():
    # 100 p = 10 (1 - p)
    assert Costs().threshold() == pytest.approx(1 / 11)


def test_decision_comes_back_from_its_text(decision):
    assert Decision.from_json(decision.to_json(), "decision.json") == decision


def test_refer_band_comes_back_from_its_text(decision):
    banded = decision.model_copy(update={"refer_band": (500, 520)})
    assert Decision.from_json(banded.to_json(), "decision.json").refer_band == (500, 520)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_exactly(numbers):
    probe = Probe(vectors=(tuple(numbers), (None, *numbers[1:])), points=(numbers[0], 0.0))
    again = Probe.from_json(probe.to_json(), "probe.json")
    assert again == probe
    assert [math.copysign(1, x) for x in again.vectors[0]] == [math.copysign(1, x) for x in numbers]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"cut_off": "554"}, "cut_off"),
        ({"cut_off": 554.5}, "cut_off"),
        ({"cutoff": 554}, "cutoff"),
        ({"threshold": 1.5}, "threshold"),
        ({"start_points": None}, "start_points"),
        ({"refer_band": [1, 2, 3]}, "refer_band"),
        ({"reference": {"feature_1": True}}, "reference.feature_1"),
    ],
)
def test_a_wrong_file_is_a_sentence_with_file_and_key(decision, change, key):
    text = json.dumps({**json.loads(decision.to_json()), **change})
    with pytest.raises(ModelError, match=rf"decision\.json of the model does not hold at {key}"):
        Decision.from_json(text, "decision.json")


@pytest.mark.parametrize("text", ["", "[]", "null", '{"scale"', "\x00"])
def test_a_file_that_is_no_such_json_is_a_sentence(text):
    with pytest.raises(ModelError, match=r"features\.json"):
        Features.from_json(text, "features.json")


def test_other_features_than_the_codes_are_refused(features):
    """A model of an earlier release holds one fingerprint for all features: it needs all of them as they were."""
    assert features.on(features) == features
    with pytest.raises(ModelError, match="fingerprint f1, this code computes those of f2"):
        features.on(features.model_copy(update={"fingerprint": "f2"}))
    with pytest.raises(ModelError, match="another order"):
        features.on(features.model_copy(update={"features": features.features[::-1]}))
