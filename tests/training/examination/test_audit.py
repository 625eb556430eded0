import numpy as np
import pytest

from credit_scoring.training.examination.audit import FEW_CLIENTS, Decided, approval_ratio_of, audit, named
from credit_scoring.training.examination.groups import GENDER, UNKNOWN, Grouping, Groups
from credit_scoring.training.intervals import Resampling

WOMEN, MEN = 0, 1
FEW_RESAMPLES = Resampling(repeats=200)


def decided(*blocks: tuple[int, int, bool, int]) -> tuple[Decided, np.ndarray]:
    """Blocks of (group, target, approved, clients); everybody's probability is a tenth."""
    group, target, approved = (np.concatenate([np.full(block[3], block[i]) for block in blocks]) for i in range(3))
    return Decided(target, np.full(len(target), 0.1), approved.astype(bool)), group


def groups(codes: np.ndarray, grouping: Grouping = GENDER) -> Groups:
    return Groups(np.arange(len(codes)), {grouping: codes})


def test_rates_of_a_group_by_hand():
    clients, gender = decided(
        (WOMEN, 0, True, 140),
        (WOMEN, 0, False, 20),
        (WOMEN, 1, True, 10),
        (WOMEN, 1, False, 30),
        (MEN, 0, True, 60),
        (MEN, 0, False, 40),
    )
    found = named(audit(clients, groups(gender), FEW_RESAMPLES), GENDER)
    women, men = found.groups
    assert (women.clients, women.defaults) == (200, 40)
    assert women.approval.value == pytest.approx(150 / 200)
    assert women.caught.value == pytest.approx(30 / 40)
    assert women.turned_away.value == pytest.approx(20 / 160)
    assert (women.predicted, women.actual.value) == (pytest.approx(0.1), pytest.approx(40 / 200))
    assert women.calibration_error.value > 0
    assert men.approval.value == pytest.approx(60 / 100)
    assert women.approval.low < women.approval.value < women.approval.high
    assert (found.lowest, found.highest) == ("men", "women")
    assert found.approval_ratio.value == pytest.approx(0.6 / 0.75)


def test_what_a_group_is_too_small_for_is_not_said():
    clients, gender = decided((WOMEN, 0, True, 150), (WOMEN, 1, False, 5), (MEN, 0, True, FEW_CLIENTS - 1))
    found = named(audit(clients, groups(gender), FEW_RESAMPLES), GENDER)
    women, men = found.groups
    assert women.approval is not None
    assert (women.caught, women.actual, women.predicted, women.calibration_error) == (None, None, None, None)
    assert (men.clients, men.approval) == (FEW_CLIENTS - 1, None)
    assert found.approval_ratio is None


def test_clients_of_unknown_group_are_counted_and_left_out():
    clients, gender = decided((WOMEN, 0, True, 200), (MEN, 0, True, 200), (UNKNOWN, 0, False, 500))
    found = named(audit(clients, groups(gender), FEW_RESAMPLES), GENDER)
    assert found.unknown == 500
    assert found.approval_ratio.value == 1


def test_the_ratio_takes_the_lowest_and_the_highest_of_many_groups():
    rates = {0: 0.9, 1: 0.5, 2: 0.75}
    members = np.repeat(list(rates), 200)
    approved = np.concatenate([np.arange(200) < 200 * rate for rate in rates.values()])
    ratio = approval_ratio_of(approved, members)
    assert ratio(np.ones((1, len(members))))[0] == pytest.approx(0.5 / 0.9)


def test_groups_follow_the_clients_asked_for():
    told = Groups(np.array([3, 5, 9]), {GENDER: np.array([0, 1, 0])})
    assert told.of(np.array([9, 4, 5])).members[GENDER].tolist() == [0, UNKNOWN, 1]
    nobody = Groups(np.array([], np.int64), {GENDER: np.array([], np.int64)})
    assert nobody.of(np.array([1])).members[GENDER].tolist() == [UNKNOWN]
