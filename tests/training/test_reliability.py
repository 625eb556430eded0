import numpy as np
import pytest

from credit_scoring.training.measures import gains, reliability


def test_bins_hold_everybody_once_and_follow_the_probability():
    random = np.random.default_rng(1)
    probability = random.random(2000)
    target = (random.random(2000) < probability).astype(int)
    found = reliability(target, probability)
    assert [b.clients for b in found] == [100] * 20
    assert [b.predicted for b in found] == sorted(b.predicted for b in found)
    assert sum(b.clients * b.actual.value for b in found) == pytest.approx(target.sum())
    covered = [b.actual.low <= b.predicted <= b.actual.high for b in found]
    assert sum(covered) >= 16


def test_wilsons_interval_by_hand():
    # Ten clients a bin. Of the first ten 2 defaulted: (0.2 + 0.192 -+ 1.96 sqrt(0.016 + 0.0096)) / 1.384
    target = np.zeros(200, int)
    target[[0, 1]], target[190:] = 1, 1
    found = reliability(target, np.linspace(0.1, 0.9, 200))
    assert (found[0].actual.low, found[0].actual.high) == pytest.approx((0.0567, 0.5098), abs=1e-4)
    assert (found[1].actual.low, found[1].actual.value) == (0, 0)
    assert (found[19].actual.value, found[19].actual.high) == (1, 1)


def test_gains_by_hand():
    probability = np.linspace(1, 0.01, 20)
    target = np.array([1, 1, 1, 0, 1, *[0] * 15])
    found = gains(target, probability)
    assert [tenth.defaults for tenth in found] == [2, 1, 1, *[0] * 7]
    assert [tenth.caught for tenth in found[:4]] == [0.5, 0.75, 1.0, 1.0]
    assert found[0].rate == 1
    assert found[0].lowest == probability[1]
