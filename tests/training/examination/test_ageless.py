from types import MappingProxyType

import numpy as np
import pytest

from credit_scoring.training.comparison import Compared
from credit_scoring.training.examination.ageless import ageless
from credit_scoring.training.examination.audit import Decided, audit
from credit_scoring.training.examination.groups import AGE_BAND, GENDER, Groups
from credit_scoring.training.intervals import Interval, Resampling

RESAMPLING, NONE = Resampling(repeats=100), Interval(0, 0, 0)


def compared(name: str, approved: np.ndarray) -> Compared:
    lost, dearer = Interval(0.002, 0.001, 0.003), Interval(0.1, 0.0, 0.2)
    return Compared(name, "", 1, NONE, lost, NONE, dearer, 0.0, 0.0, approved)


def test_approval_rates_with_age_and_without():
    # 200 young and 200 old, women and men in turn; with age 3 of 4 young are approved, without it half.
    young = np.arange(400) < 200
    codes = MappingProxyType({AGE_BAND: np.where(young, 0, 5), GENDER: np.arange(400) % 2})
    ours = Decided(np.zeros(400, int), np.full(400, 0.1), ~young | (np.arange(400) % 4 > 0))
    groups = Groups(np.arange(400), codes)
    without = compared("without_age", ~young | (np.arange(400) % 4 > 1))
    found = ageless([without], ours, audit(ours, groups, RESAMPLING), groups, RESAMPLING)
    rates = {label: (before.value, after.value) for label, before, after in found.approvals if before}
    assert rates["age: under 25"] == (pytest.approx(0.75), pytest.approx(0.5))
    assert rates["age: 62 and over"] == (1, 1)
    assert set(rates) == {"age: under 25", "age: 62 and over", "gender: women", "gender: men"}
    assert (found.auc_loss.value, found.cost_rise.value) == (0.002, 0.1)


def test_without_the_comparison_there_is_nothing_to_say():
    assert ageless([], Decided(*[np.zeros(1)] * 3), [], Groups(np.zeros(1), {}), RESAMPLING) is None
