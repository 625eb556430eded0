import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.training.examination.stability import BINS, compare, edges_of, histogram, shift

counts = st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(lambda found: sum(found) > 0)


def test_psi_by_hand():
    found = shift("x", np.array([50, 50]), np.array([80, 20]))
    assert found.psi == pytest.approx(0.3 * math.log(0.8 / 0.5) - 0.3 * math.log(0.2 / 0.5))
    assert found.chance == pytest.approx(1 * (1 / 100 + 1 / 100))
    assert found.reading == "shifted"


@given(counts, counts)
def test_psi_is_never_negative_and_the_same_both_ways(one, other):
    there, back = (shift("x", np.array(a), np.array(b)).psi for a, b in ((one, other), (other, one)))
    assert there >= 0
    assert there == pytest.approx(back)
    assert shift("x", np.array(one), np.array(one) * 3).psi == pytest.approx(0)


def test_readings():
    readings = [shift("x", np.array([50, 50]), np.array([50 + d, 50 - d])).reading for d in (5, 20, 30)]
    assert readings == ["stable", "shifting", "shifted"]


def test_bins_are_deciles_and_missing_has_its_own():
    values = np.array([[*range(1, 101), np.nan, np.nan]], np.float32).T
    edges = edges_of(values)
    (found,) = histogram(values, edges)
    assert len(edges[0]) == BINS - 1
    assert found[BINS] == 2
    assert found.sum() == 102
    assert max(found[:BINS]) - min(found[:BINS]) <= 2


def test_a_column_of_few_values_has_few_bins_and_one_that_is_missing_has_none():
    flags = np.array([0, 0, 0, 1, 1], np.float32)
    missing = np.full(5, np.nan, np.float32)
    values = np.column_stack([flags, missing])
    assert [len(edges) for edges in edges_of(values)] == [2, 0]
    found = histogram(values, edges_of(values))
    assert found[0][:2].tolist() == [3, 2]
    assert found[1][BINS] == 5


def test_histograms_of_parts_add_up():
    random = np.random.default_rng(1)
    values = random.normal(size=(300, 2)).astype(np.float32)
    edges = edges_of(values)
    assert (histogram(values[:100], edges) + histogram(values[100:], edges) == histogram(values, edges)).all()


def test_a_comparison_orders_features_by_their_shift():
    expected = np.array([[50, 50], [50, 50]])
    actual = np.array([[50, 50], [90, 10]])
    found = compare("new clients", ("still", "moved"), (expected, actual), (expected[0], actual[0]))
    assert [each.name for each in found.features] == ["moved", "still"]
    assert found.counts() == {"stable": 1, "shifting": 0, "shifted": 1}
    assert (found.clients, found.expected, found.score.psi) == (100, 100, pytest.approx(0))
