import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from credit_scoring.errors import ModelError
from credit_scoring.training.calibrate import calibrate


def drawn(a, b, clients=20_000, seed=1):
    random = np.random.default_rng(seed)
    margin = random.normal(-2, 1, clients)
    return margin, (random.random(clients) < 1 / (1 + np.exp(-(a * margin + b)))).astype(np.int64)


def test_the_curve_behind_the_outcomes_is_found():
    found = calibrate(*drawn(0.8, -0.3))
    # Standard errors here: slope .03, intercept .05.
    assert found.a == pytest.approx(0.8, abs=0.1)
    assert found.b == pytest.approx(-0.3, abs=0.15)


def test_it_is_the_most_likely_curve():
    margin, target = drawn(0.8, -0.3)
    found = calibrate(margin, target)
    error = 1 / (1 + np.exp(-(found.a * margin + found.b))) - target
    # The score equations of logistic regression: residuals sum to 0, alone and weighted by the margin.
    assert abs(error.mean()) < 1e-9
    assert abs((error * margin).mean()) < 1e-9


def test_two_margins_by_hand():
    # At margin 0 one of 4 defaults (odds 1:3), at margin 1 one of 2 (odds 1:1): b = ln(1/3), a + b = 0.
    found = calibrate(np.array([0.0] * 4 + [1.0] * 2), np.array([1, 0, 0, 0, 1, 0]))
    assert found.b == pytest.approx(np.log(1 / 3))
    assert found.a == pytest.approx(np.log(3))


def test_a_falling_curve_is_refused():
    margin, target = drawn(0.8, -0.3)
    with pytest.raises(ModelError, match="no better than chance"):
        calibrate(-margin, target)


def test_outcomes_that_the_margins_give_away_are_refused():
    with pytest.raises(ModelError, match="contains the outcome"):
        calibrate(np.array([-3.0, -2.0, 2.0, 3.0]), np.array([0, 0, 1, 1]))


def test_the_number_of_threads_does_not_change_a_bit():
    margin, target = drawn(0.8, -0.3, clients=40_000)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(calibrate(margin, target))
    assert found[0] == found[1]
