import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from credit_scoring.explanation.points import NONE, by_reason, drivers

INCOME, LATE, AGENCY = range(3)
REASON_OF = np.array([INCOME, LATE, LATE, AGENCY, INCOME])


def one_client(contributions):
    return by_reason(np.array([contributions], float), REASON_OF, 3)


def test_a_reason_is_the_sum_of_its_features():
    assert one_client([-1, -2, -3, 10, 4]).points.tolist() == [[3, -5, 10]]


def test_worst_reason_comes_first():
    assert one_client([-1, -2, -3, 10, 4]).worst_first.tolist() == [[LATE, INCOME, AGENCY]]


def test_equal_reasons_keep_their_declared_order():
    assert one_client([-2, -1, -1, -2, 0]).worst_first.tolist() == [[INCOME, LATE, AGENCY]]


def test_principal_reasons_are_the_most_negative_and_only_negative():
    assert one_client([-1, -2, -3, 10, 0]).principal().tolist() == [[LATE, INCOME, NONE]]
    assert one_client([-1, -2, -3, 10, 0]).principal(most=1).tolist() == [[LATE]]
    assert one_client([0, 1, 1, 10, 0]).principal().tolist() == [[NONE, NONE, NONE]]


def test_at_most_four_principal_reasons():
    contributions = -np.arange(1.0, 8.0)[np.newaxis]
    summed = by_reason(contributions, np.arange(7), 7)
    assert summed.principal().tolist() == [[6, 5, 4, 3]]


def test_drivers_are_the_heaviest_features_ties_in_registry_order():
    assert drivers(np.array([[1.0, -5, 5, 0, 2]]), most=3).tolist() == [[1, 2, 4]]
    assert drivers(np.zeros((2, 3))).tolist() == [[0, 1, 2], [0, 1, 2]]


@given(
    hnp.arrays(np.float64, (30, 12), elements=st.floats(-50, 50)),
    hnp.arrays(np.int64, 12, elements=st.integers(0, 4)),
)
def test_reasons_keep_the_sum_and_do_not_depend_on_the_block(contributions, reason_of):
    whole = by_reason(contributions, reason_of, 5)
    assert whole.points.sum(axis=1) == pytest.approx(contributions.sum(axis=1), abs=1e-9)
    for i in range(len(contributions)):
        alone = by_reason(contributions[i : i + 1], reason_of, 5)
        assert alone.points.tolist() == whole.points[i : i + 1].tolist()
        assert alone.worst_first.tolist() == whole.worst_first[i : i + 1].tolist()


def test_no_clients():
    summed = by_reason(np.zeros((0, 5)), REASON_OF, 3)
    assert summed.principal().shape == (0, 3)
    assert drivers(np.zeros((0, 5))).shape == (0, 5)
