import pickle
import re
import subprocess
import sys
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from credit_scoring.errors import ModelError
from credit_scoring.explanation.by_lightgbm import margins_and_contributions, proof
from credit_scoring.explanation.contributions import explaining, predicting
from credit_scoring.explanation.treeshap import Explainer


def by_lightgbm(booster):
    return lambda rows: margins_and_contributions(booster, rows)


def by_kernel(booster):
    explainer = Explainer.of(booster.model_to_string())
    return lambda rows: (*explainer.explain(rows), explainer.phi_0)


both = pytest.mark.parametrize("way", [by_lightgbm, by_kernel])


@both
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("parameters", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_contributions_are_shapley_values_by_definition(train, draw, shapley_by_definition, missing, parameters, way):
    booster = train(400, 5, 12, missing, seed=1, **parameters)
    rows = draw(np.random.default_rng(2), 12, 5, 0.3)
    margin, phi, phi_0 = way(booster)(rows)
    for i, row in enumerate(rows):
        expected, expected_0 = shapley_by_definition(booster.model_to_string(), row)
        tolerance = 1e-9 * max(abs(margin[i]), abs(phi_0), *map(abs, expected))
        assert phi[i] == pytest.approx(expected, abs=tolerance)
        assert phi_0 == pytest.approx(expected_0, abs=tolerance)


@both
def test_margin_is_the_raw_score_bit_for_bit_and_the_sum_of_its_shares(train, draw, way):
    booster = train(3000, 30, 80, 0.2, seed=3)
    rows = draw(np.random.default_rng(4), 500, 30, 0.2)
    margin, phi, phi_0 = way(booster)(rows)
    assert (margin == booster.predict(rows, raw_score=True)).all()
    largest = np.maximum(np.abs(phi).max(axis=1), abs(phi_0))
    assert (np.abs(phi.sum(axis=1) + phi_0 - margin) <= 1e-9 * largest).all()


@both
@pytest.mark.parametrize("block", [1, 7, 1000])
def test_numbers_of_a_client_do_not_depend_on_its_block(train, draw, block, way):
    booster = train(2000, 20, 40, 0.2, seed=5)
    rows = draw(np.random.default_rng(6), 1000, 20, 0.2)
    explain = way(booster)
    margin, phi, phi_0 = explain(rows)
    for first in range(0, 1000, block):
        margin_part, phi_part, phi_0_part = explain(rows[first : first + block])
        assert (margin_part == margin[first : first + block]).all()
        assert (phi_part == phi[first : first + block]).all()
        assert phi_0_part == phi_0


@both
def test_no_clients_give_empty_arrays_and_the_same_expectation(train, draw, way):
    booster = train(400, 5, 10, 0.2, seed=7)
    margin, phi, phi_0 = way(booster)(np.zeros((0, 5), np.float32))
    assert margin.shape == (0,)
    assert phi.shape == (0, 5)
    assert phi_0 == way(booster)(draw(np.random.default_rng(8), 3, 5, 0))[2]


@both
def test_model_without_any_split_has_no_shares(way):
    rows = np.ones((50, 3), np.float32)
    booster = lgb.train({"objective": "binary", "verbose": -1}, lgb.Dataset(rows, np.arange(50) % 2), 3)
    margin, phi, phi_0 = way(booster)(rows[:2])
    assert (phi == 0).all()
    assert (margin == phi_0).all()


def test_linear_trees_are_refused(draw):
    random = np.random.default_rng(9)
    rows = draw(random, 500, 4, 0)
    linear = {"objective": "binary", "linear_tree": True, "num_leaves": 4, "verbose": -1}
    booster = lgb.train(linear, lgb.Dataset(rows, (rows[:, 0] + random.normal(size=500) > 0).astype(float)), 5)
    with pytest.raises(ModelError, match="linear trees"):
        margins_and_contributions(booster, rows)


def test_trees_whose_client_counts_contradict_are_refused(train, draw):
    text = train(400, 5, 1, 0, seed=11).model_to_string()
    # A node that nobody passed, above leaves that have clients: their shares are no numbers.
    wrong = lgb.Booster(model_str=re.sub(r"internal_count=\d+", "internal_count=0", text))
    with pytest.raises(ModelError, match="do not add up"):
        margins_and_contributions(wrong, draw(np.random.default_rng(12), 5, 5, 0))


def test_a_model_of_three_outcomes_is_refused(draw):
    rows = draw(np.random.default_rng(10), 300, 4, 0)
    classes = {"objective": "multiclass", "num_class": 3, "verbose": -1}
    booster = lgb.train(classes, lgb.Dataset(rows, np.arange(300) % 3), 2)
    with pytest.raises(ModelError, match="more than one margin"):
        margins_and_contributions(booster, rows)


def test_models_the_kernel_does_not_take_are_explained_by_lightgbm_and_one_line_says_so(draw, caplog):
    random = np.random.default_rng(13)
    rows = draw(random, 500, 4, 0)
    forest = {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5, "verbose": -1}
    booster = lgb.train(forest, lgb.Dataset(rows, (rows[:, 0] + random.normal(size=500) > 0).astype(float)), 5)
    margin, phi, phi_0 = explaining(booster.model_to_string())(rows)
    expected = margins_and_contributions(booster, rows)
    assert (margin == expected[0]).all()
    assert (phi == expected[1]).all()
    assert phi_0 == expected[2]
    assert [record.message for record in caplog.records if "random forest" in record.message] == caplog.messages
    assert len(caplog.messages) == 1
    assert (predicting(booster.model_to_string())(rows) == expected[0]).all()


def test_the_kernel_explains_what_it_has_proven_itself_on(train, draw, caplog):
    booster = train(400, 5, 10, 0.2, seed=16)
    rows = draw(np.random.default_rng(17), 50, 5, 0.2)
    margin, phi, _ = explaining(booster.model_to_string(), proof(booster.model_to_string(), rows))(rows)
    expected_margin, expected_phi = Explainer.of(booster.model_to_string()).explain(rows)
    assert (margin == expected_margin).all()
    assert (phi == expected_phi).all()
    assert (predicting(booster.model_to_string())(rows) == margin).all()
    assert caplog.messages == []


@pytest.mark.parametrize(
    "other",
    [
        lambda proof: {"margin": np.nextafter(proof.margin, np.inf)},
        lambda proof: {"phi": proof.phi[:, ::-1]},
        lambda proof: {"phi_0": proof.phi_0 + 1e-6},
        lambda proof: {"vectors": proof.vectors[:, :4]},
    ],
    ids=["another margin", "other shares", "another expectation", "other features"],
)
def test_a_kernel_that_disagrees_with_lightgbm_is_not_used(train, draw, other, caplog):
    booster = train(400, 5, 3, 0.2, seed=14)
    text, rows = booster.model_to_string(), draw(np.random.default_rng(15), 50, 5, 0.2)
    told = proof(text, rows)
    margin, phi, _ = explaining(text, replace(told, **other(told)))(rows)
    expected = margins_and_contributions(booster, rows)
    assert (margin == expected[0]).all()
    assert (phi == expected[1]).all()
    assert "other numbers than LightGBM" in caplog.text


def test_who_scores_with_a_proof_needs_no_lightgbm(train, draw):
    """It brings pandas and scikit-learn along, more than a second of every process."""
    text = train(400, 5, 10, 0.2, seed=18).model_to_string()
    told = proof(text, draw(np.random.default_rng(19), 50, 5, 0.2))
    code = (
        "import pickle, sys; from credit_scoring.explanation.contributions import explaining;"
        "text, proof = pickle.load(sys.stdin.buffer); explaining(text, proof)(proof.vectors);"
        "sys.exit(bool({'lightgbm', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], input=pickle.dumps((text, told)), check=True)
