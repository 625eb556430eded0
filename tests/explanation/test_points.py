import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from credit_scoring.errors import Fault, ModelError
from credit_scoring.explanation.points import Scale, contributions, cut_off, score, whole_points

scales = st.builds(
    Scale,
    a=st.floats(0.05, 5),
    b=st.floats(-5, 5),
    pdo=st.floats(5, 100),
    anchor_points=st.floats(0, 1000),
    anchor_odds=st.floats(0.5, 200),
)
margins = st.floats(-15, 15)
phis = hnp.arrays(np.float64, (4, 6), elements=st.floats(-3, 3))


def test_the_anchor_and_the_points_that_double_the_odds():
    scale = Scale(a=1, b=0, pdo=20, anchor_points=600, anchor_odds=50)
    # Odds of 50 and 100 good to one bad: log-odds of default of -ln 50 and -ln 100.
    assert scale.points(np.array([-math.log(50), -math.log(100)])) == pytest.approx([600, 620])
    assert scale.probability(np.array([-math.log(50)])) == pytest.approx([1 / 51])


def test_calibration_comes_before_the_scale():
    scale = Scale(a=0.5, b=1)
    # L = 0.5 * -2 + 1 = 0: one good to one bad.
    assert scale.probability(np.array([-2.0])) == pytest.approx([0.5])
    assert scale.points(np.array([-2.0])) == pytest.approx([600 - 20 * math.log2(50)])


def test_cut_off_is_the_points_at_the_threshold_rounded_up():
    # 10 good to one bad at p = 1/11: 600 - 20 log2(50 / 10) = 553.56.
    assert cut_off(Scale(a=0.9, b=0.1), 1 / 11) == 554


@pytest.mark.parametrize("odds", [10, 25, 50, 75, 99])
def test_a_threshold_on_a_whole_number_of_points_is_not_rounded_up(odds):
    assert cut_off(Scale(a=1, b=0, anchor_odds=odds), 1 / (odds + 1)) == 600


def test_half_points_round_upwards():
    assert score(np.array([552.5, 553.5, 552.49, -0.5])).tolist() == [553, 554, 552, 0]


@given(scales, margins, margins, st.floats(0, 1))
def test_points_are_affine_in_the_margin(scale, first, second, share):
    between = share * first + (1 - share) * second
    at_first, at_second, at_between = scale.points(np.array([first, second, between]))
    assert at_between == pytest.approx(share * at_first + (1 - share) * at_second, rel=1e-9, abs=1e-6)


@given(scales, margins)
def test_points_probability_and_margin_say_the_same(scale, margin):
    probability = float(scale.probability(np.array([margin]))[0])
    if 1e-6 < probability < 1 - 1e-6:
        assert scale.margin_at(probability) == pytest.approx(margin, rel=1e-6, abs=1e-6)
        assert scale.points_at(probability) == pytest.approx(float(scale.points(np.array([margin]))[0]), abs=1e-4)


@given(scales, margins, margins)
def test_a_riskier_client_never_has_more_points_nor_a_lower_probability(scale, first, second):
    points = scale.points(np.array(sorted((first, second))))
    probability = scale.probability(np.array(sorted((first, second))))
    assert points[0] >= points[1]
    assert probability[0] <= probability[1]


@given(scales, st.floats(-3, 3), phis, hnp.arrays(np.float64, 6, elements=st.floats(-40, 40)))
def test_start_points_and_contributions_add_up_to_the_points(scale, phi_0, phi, reference):
    points = scale.points(phi_0 + phi.sum(axis=1))
    added = contributions(scale.raw_points(phi), reference)
    total = scale.start_points(phi_0, reference) + added.sum(axis=1)
    largest = max(np.abs(points).max(), np.abs(added).max(), np.abs(reference).max(), 1)
    assert np.abs(total - points).max() <= 1e-9 * largest


@given(hnp.arrays(np.float64, 50, elements=margins))
def test_probability_does_not_depend_on_the_block(margin):
    scale = Scale(a=0.9, b=-0.1)
    one_by_one = [scale.probability(margin[i : i + 1])[0] for i in range(len(margin))]
    assert scale.probability(margin).tolist() == one_by_one


def test_extreme_margins_give_probabilities_without_overflow():
    assert Scale(a=1, b=0).probability(np.array([-2000.0, 2000.0])).tolist() == [0, 1]


@pytest.mark.parametrize("a", [0, -0.5, math.nan, math.inf])
def test_a_slope_that_is_not_above_zero_is_refused(a):
    with pytest.raises(ModelError, match=r"slope|finite"):
        Scale(a=a, b=0)


@pytest.mark.parametrize("wrong", [{"pdo": 0}, {"anchor_odds": -1}, {"b": math.nan}, {"anchor_points": math.inf}])
def test_a_scale_without_meaning_is_refused(wrong):
    with pytest.raises(ModelError):
        Scale(**{"a": 1, "b": 0, **wrong})


def test_whole_points_by_largest_remainder():
    # Down: 552, -13, 7; they miss 546 and a half by 1 of score 547: the largest remainder (.9) takes it.
    assert whole_points(np.array([552.3, -12.4, 7.1]), 547).tolist() == [552, -12, 7]


def test_ties_of_remainders_go_to_the_earlier_part():
    assert whole_points(np.array([0.5, 0.5, 0.5, 0.5]), 2).tolist() == [1, 1, 0, 0]


parts_of_clients = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.floats(-300, 900)
)


@given(parts_of_clients)
def test_whole_points_are_near_their_parts_and_add_up(parts):
    total = score(parts.sum(axis=1))
    whole = whole_points(parts, total)
    assert (whole.sum(axis=1) == total).all()
    assert (np.abs(whole - parts) <= 1).all()
    assert [whole_points(row, int(t)).tolist() for row, t in zip(parts, total, strict=True)] == whole.tolist()


def test_parts_of_another_score_are_a_fault():
    with pytest.raises(Fault):
        whole_points(np.array([500.2, 10.1]), 600)
