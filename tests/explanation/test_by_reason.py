import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from credit_scoring.explanation.by_reason import NONE, by_reason, drivers

INCOME, LATE, AGENCY = range(3)
REASON_OF = np.array([INCOME, LATE, LATE, AGENCY, INCOME])


def one_client(contributions, missing=()):
    flags = np.array([[i in missing for i in range(len(REASON_OF))]])
    return by_reason(np.array([contributions], float), flags, REASON_OF, 3)


def test_a_reason_is_the_sum_of_its_features():
    assert one_client([-1, -2, -3, 10, 4]).points.tolist() == [[3, -5, 10]]


def test_worst_reason_comes_first():
    assert one_client([-1, -2, -3, 10, 4]).worst_first.tolist() == [[LATE, INCOME, AGENCY]]


def test_equal_reasons_keep_their_declared_order():
    assert one_client([-2, -1, -1, -2, 0]).worst_first.tolist() == [[INCOME, LATE, AGENCY]]


def test_a_reason_is_absent_when_its_heaviest_feature_has_no_value():
    assert one_client([0, -2, -3, 0, 0], missing={2}).absent.tolist() == [[False, True, False]]
    assert one_client([0, -2, -3, 0, 0], missing={1}).absent.tolist() == [[False, False, False]]


def test_the_heaviest_feature_may_be_one_that_adds():
    assert one_client([-3, 0, 0, 0, 5], missing={4}).absent[0, INCOME]


@pytest.mark.parametrize("sign", [1, -1])
def test_of_equally_heavy_features_the_first_decides(sign):
    assert one_client([0, -2, sign * 2, 0, 0], missing={1}).absent[0, LATE]
    assert not one_client([0, -2, sign * 2, 0, 0], missing={2}).absent[0, LATE]


def test_features_without_weight_still_say_whether_they_are_there():
    assert one_client([0, 0, 0, 0, 0], missing={3}).absent.tolist() == [[False, False, True]]


def test_principal_reasons_are_the_most_negative_and_only_negative():
    assert one_client([-1, -2, -3, 10, 0]).principal().tolist() == [[LATE, INCOME, NONE]]
    assert one_client([-1, -2, -3, 10, 0]).principal(most=1).tolist() == [[LATE]]
    assert one_client([0, 1, 1, 10, 0]).principal().tolist() == [[NONE, NONE, NONE]]


def test_at_most_four_principal_reasons():
    contributions = -np.arange(1.0, 8.0)[np.newaxis]
    summed = by_reason(contributions, np.zeros((1, 7), bool), np.arange(7), 7)
    assert summed.principal().tolist() == [[6, 5, 4, 3]]


def test_drivers_are_the_heaviest_features_ties_in_registry_order():
    assert drivers(np.array([[1.0, -5, 5, 0, 2]]), most=3).tolist() == [[1, 2, 4]]
    assert drivers(np.zeros((2, 3))).tolist() == [[0, 1, 2], [0, 1, 2]]


@given(
    hnp.arrays(np.float64, (30, 12), elements=st.floats(-50, 50)),
    hnp.arrays(np.int64, 12, elements=st.integers(0, 4)),
    st.data(),
)
def test_reasons_keep_the_sum_and_do_not_depend_on_the_block(contributions, reason_of, data):
    missing = data.draw(hnp.arrays(np.bool_, contributions.shape))
    whole = by_reason(contributions, missing, reason_of, 5)
    assert whole.points.sum(axis=1) == pytest.approx(contributions.sum(axis=1), abs=1e-9)
    for i in range(len(contributions)):
        alone = by_reason(contributions[i : i + 1], missing[i : i + 1], reason_of, 5)
        assert alone.points.tolist() == whole.points[i : i + 1].tolist()
        assert alone.absent.tolist() == whole.absent[i : i + 1].tolist()
        assert alone.worst_first.tolist() == whole.worst_first[i : i + 1].tolist()


def test_no_clients():
    summed = by_reason(np.zeros((0, 5)), np.zeros((0, 5), bool), REASON_OF, 3)
    assert summed.principal().shape == (0, 3)
    assert drivers(np.zeros((0, 5))).shape == (0, 5)
