import numpy as np
import pytest

from credit_scoring.training.evaluate import calibration_error, discrimination, truth


def test_order_by_hand():
    # Of the 2 x 2 pairs of a defaulted and a good client, three stand in the right order.
    found = discrimination(np.array([0, 1, 0, 1]), np.array([-3.0, -2.0, -1.0, 0.0]))
    assert found.auc == pytest.approx(0.75)
    assert found.gini == pytest.approx(0.5)
    assert found.ks == pytest.approx(0.5)


def test_order_is_all_that_counts_for_it():
    random = np.random.default_rng(1)
    target, margin = random.integers(0, 2, 500), random.normal(size=500)
    assert discrimination(target, margin) == discrimination(target, np.exp(margin) * 3 - 1)


def test_brier_by_hand():
    # (.5^2 + .5^2 + .1^2) / 3
    assert truth(np.array([0, 1, 0]), np.array([0.5, 0.5, 0.1])).brier == pytest.approx(0.17)


def test_calibration_error_by_hand():
    # 20 bins of 2 clients, half of each defaulted, where 30 % were predicted.
    target, probability = np.array([0, 1] * 20), np.full(40, 0.3)
    assert calibration_error(target, probability) == pytest.approx(0.2)


def test_true_probabilities_have_next_to_no_calibration_error():
    random = np.random.default_rng(1)
    probability = random.uniform(0, 0.3, 200_000)
    assert calibration_error((random.random(200_000) < probability).astype(int), probability) < 0.004
