"""The bins that a model keeps: every client of a training is counted once, means are those of contributions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from credit_scoring.model.bins import Bins
from credit_scoring.model.scorer import scorer
from credit_scoring.training.bins import bin_edges, bins
from credit_scoring.training.source import Outcomes

VOCABULARY = {"NAME_CONTRACT_TYPE": {"Cash loans": 9, "Revolving loans": 1}}


@pytest.fixture(scope="module")
def outcomes(learners, lender) -> Outcomes:
    found = learners(lender)
    n = len(found.client_id)
    application = pl.DataFrame(
        {
            "SK_ID_CURR": found.client_id,
            "CODE_GENDER": np.where(np.arange(n) % 3, "F", "M"),
            "DAYS_BIRTH": np.full(n, -40 * 366),
            "NAME_FAMILY_STATUS": [None] * n,
            "REGION_RATING_CLIENT": np.full(n, 2),
        },
        schema_overrides={"NAME_FAMILY_STATUS": pl.String},
    )
    return Outcomes(found, np.ones(n, np.int64), application)


@pytest.fixture(scope="module")
def found(outcomes, trained, texts) -> Bins:
    return bins(outcomes, trained, texts, VOCABULARY)


def test_every_client_is_in_one_bin_of_each_feature_and_has_one_score(found, outcomes):
    learners = outcomes.learners
    for i, feature in enumerate(found.features):
        column = learners.features[:, i].astype(float)
        assert sum(feature.clients) == len(learners.client_id)
        assert feature.clients[-1] == np.isnan(column).sum()
        known = column[~np.isnan(column)]
        assert feature.clients[0] == (known <= feature.edges[0]).sum()
        assert feature.clients[-2] == (known > feature.edges[-1]).sum()
    assert (found.clients, found.default_rate) == (len(learners.client_id), learners.target.mean())


def test_points_are_the_means_of_the_contributions(found, outcomes, texts):
    vectors = outcomes.learners.features
    points = scorer(texts).score(vectors).contributions
    for i, feature in enumerate(found.features):
        low, high = feature.edges[0], feature.edges[1]
        here = (vectors[:, i] > low) & (vectors[:, i] <= high)
        assert feature.points[1] == pytest.approx(points[here, i].mean())
        assert feature.points[-1] == pytest.approx(points[np.isnan(vectors[:, i]), i].mean())


def test_groups_are_counted_and_approved_by_score(found, texts):
    assert {name: sum(group.clients for group in groups.values()) for name, groups in found.groups.items()} == {
        "gender": found.clients,
        "age": found.clients,
        "rating of the region": found.clients,
    }
    cut_off = scorer(texts).decision.cut_off
    approved = sum(clients for score, clients, _ in found.scores if score >= cut_off)
    assert sum(group.approved for group in found.groups["gender"].values()) == approved


def test_they_come_back_from_their_text_and_an_earlier_model_has_none(found):
    assert Bins.of_texts(found.to_json()) == found
    assert Bins.of_texts("") is None


def test_a_rare_value_of_a_flag_has_a_bin_of_its_own():
    flag = np.array([0.0] * 3 + [1.0] * 97 + [np.nan], np.float32)[:, None]
    (edges,) = bin_edges(flag)
    assert edges.tolist() == [0.0]
