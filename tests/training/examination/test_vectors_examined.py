"""What is told of vectors and applications: groups, samples, histograms and a model's explanation."""

import numpy as np
import polars as pl
import pytest

from credit_scoring.features import registry
from credit_scoring.model.scorer import scorer
from credit_scoring.schema.application import APPLICATION
from credit_scoring.training.examination.explained import explained
from credit_scoring.training.examination.groups import AGE_BAND, FAMILY_STATUS, GENDER, REGION_RATING, UNKNOWN, groups
from credit_scoring.training.examination.shifts import histograms, sample_of
from credit_scoring.training.examination.stability import edges_of, histogram
from credit_scoring.training.learners import Vectors

CLIENTS = 120


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(CLIENTS, len(registry.names()))).astype(np.float32) * 100
    vectors[random.random(vectors.shape) < 0.2] = np.nan
    return vectors


@pytest.fixture(scope="module")
def vectors(matrix):
    return Vectors(1000 + np.arange(CLIENTS), matrix)


def test_histograms_are_those_of_the_whole_matrix(matrix):
    positions = np.array([0, 7, 30])
    edges = edges_of(matrix[:, positions])
    found = histograms(matrix, np.arange(CLIENTS) % 3, positions, edges)
    for part in range(3):
        assert (found[part] == histogram(matrix[part::3][:, positions], edges)).all()


def test_a_sample_holds_the_right_vectors_by_ascending_id(vectors, matrix):
    found = sample_of(vectors, np.array([3, 1]))
    assert found.client_id.tolist() == vectors.client_id.tolist()
    np.testing.assert_array_equal(found.features, matrix[:, [3, 1]])
    # Of three times as many clients as may come, about a third does, and a client by its id alone.
    some = sample_of(vectors, np.array([0]), most=40)
    assert 20 <= len(some.client_id) <= 65
    np.testing.assert_array_equal(some.features[:, 0], matrix[some.client_id - 1000, 0])


def test_a_model_explains_clients_as_the_scorer_does(vectors, matrix, model_of_seed):
    texts = model_of_seed(1)
    found = explained(vectors, scorer(texts))
    wanted = scorer(texts).score(matrix)
    np.testing.assert_array_equal(found.margin, wanted.margin)
    np.testing.assert_array_equal(found.probability, scorer(texts).decision.scale.scale().probability(wanted.margin))
    assert (found.approved == (wanted.score >= scorer(texts).decision.cut_off)).all()
    assert found.points.sum(axis=1) == pytest.approx(wanted.contributions.sum(axis=1))
    assert set(found.reasons) == {feature.reason.code for feature in registry.FEATURES}


def test_groups_are_those_that_the_application_tells():
    year = 365.25
    types = APPLICATION.polars_schema()
    told = pl.DataFrame(
        {
            "SK_ID_CURR": [1, 2, 3],
            "CODE_GENDER": ["F", "M", "XNA"],
            "DAYS_BIRTH": [-int(24.9 * year), -int(62.1 * year), -int(30 * year)],
            "NAME_FAMILY_STATUS": ["Married", "Widow", "Unknown"],
            "REGION_RATING_CLIENT": [1, 3, None],
        },
        schema_overrides={name: types[name] for name in ("DAYS_BIRTH", "REGION_RATING_CLIENT")},
    )
    found = groups(told)
    assert found.client_id.tolist() == [1, 2, 3]
    assert found.members[GENDER].tolist() == [0, 1, UNKNOWN]
    assert [AGE_BAND.labels[band] for band in found.members[AGE_BAND]] == ["under 25", "62 and over", "25 to 34"]
    widow, married = FAMILY_STATUS.labels.index("Widow"), FAMILY_STATUS.labels.index("Married")
    assert found.members[FAMILY_STATUS].tolist() == [married, widow, UNKNOWN]
    assert found.members[REGION_RATING].tolist() == [0, 2, UNKNOWN]
