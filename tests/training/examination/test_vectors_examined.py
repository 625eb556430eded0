"""What is read of vectors and applications where they are: groups, samples, histograms and a model's explanation."""

import numpy as np
import pytest
from pyspark.sql import functions as F

from credit_scoring.features import registry
from credit_scoring.model.scorer import scorer
from credit_scoring.training.examination.explained import explained
from credit_scoring.training.examination.groups import AGE_BAND, FAMILY_STATUS, GENDER, REGION_RATING, UNKNOWN, groups
from credit_scoring.training.examination.histograms import histograms, vector_sample
from credit_scoring.training.examination.stability import edges_of, histogram

SCHEMA = "client_id BIGINT, part INT, features ARRAY<FLOAT>"
CLIENTS = 120


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(CLIENTS, len(registry.names()))).astype(np.float32) * 100
    vectors[random.random(vectors.shape) < 0.2] = np.nan
    return vectors


@pytest.fixture(scope="module")
def vectors(spark, matrix):
    rows = [(1000 - i, i % 3, row.tolist()) for i, row in enumerate(matrix)]
    return spark.createDataFrame(rows, SCHEMA).repartition(3)


def test_histograms_are_those_of_the_whole_matrix(vectors, matrix):
    positions = [0, 7, 30]
    edges = edges_of(matrix[:, positions])
    found = histograms(vectors, F.col("part"), positions, edges)
    for part in range(3):
        assert (found[part] == histogram(matrix[part::3][:, positions], edges)).all()


def test_a_sample_holds_the_right_vectors_by_ascending_id(vectors, matrix):
    found = vector_sample(vectors, CLIENTS, [3, 1])
    assert found.client_id.tolist() == sorted(1000 - i for i in range(CLIENTS))
    np.testing.assert_array_equal(found.vectors, matrix[::-1][:, [3, 1]])
    # Of three times as many clients as may come, about a third does, the same ones each time.
    some = vector_sample(vectors, 60_000, [0])
    assert 20 <= len(some.client_id) <= 65
    assert some.client_id.tolist() == vector_sample(vectors.repartition(1), 60_000, [0]).client_id.tolist()


def test_a_model_explains_clients_as_the_scorer_does(vectors, matrix, model_of_seed):
    texts = model_of_seed(1)
    found = explained(vectors, texts)
    wanted = scorer(texts).score(matrix[::-1])
    np.testing.assert_array_equal(found.margin, wanted.margin)
    np.testing.assert_array_equal(found.probability, wanted.probability)
    assert (found.approved == (wanted.score >= scorer(texts).decision.cut_off)).all()
    assert found.points.sum(axis=1) == pytest.approx(wanted.contributions.sum(axis=1))
    assert set(found.reasons) == {feature.reason.code for feature in registry.FEATURES}


def test_groups_are_those_of_the_application_that_was_first_accepted(stored_lender, tables, drawn):
    def applicant(client, gender, days, family, rating):
        told = {"CODE_GENDER": gender, "DAYS_BIRTH": days, "NAME_FAMILY_STATUS": family, "REGION_RATING_CLIENT": rating}
        return {**drawn("application", client, 1), **told}

    year = 365.25
    first = [
        applicant(1, "F", -int(24.9 * year), "Married", 1),
        applicant(2, "M", -int(62.1 * year), "Widow", 3),
        applicant(3, "XNA", -int(30 * year), "Unknown", None),
    ]
    later = [applicant(1, "M", -int(50 * year), "Widow", 3)]
    stored_lender.deliver(1, {"application": first})
    stored_lender.deliver(2, {"application": later})
    cohort = tables.spark.createDataFrame([(2, 1), (1, 1), (3, 1)], "client_id BIGINT, as_of BIGINT")
    found = groups(tables, cohort)
    assert found.client_id.tolist() == [1, 2, 3]
    assert found.members[GENDER].tolist() == [0, 1, UNKNOWN]
    assert [AGE_BAND.labels[band] for band in found.members[AGE_BAND]] == ["under 25", "62 and over", "25 to 34"]
    widow, married = FAMILY_STATUS.labels.index("Widow"), FAMILY_STATUS.labels.index("Married")
    assert found.members[FAMILY_STATUS].tolist() == [married, widow, UNKNOWN]
    assert found.members[REGION_RATING].tolist() == [0, 2, UNKNOWN]
