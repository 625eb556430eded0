import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.model.artifacts import Costs
from credit_scoring.training.intervals import Resampling
from credit_scoring.training.threshold import (
    approved_by_search,
    cost,
    cost_above_best_by_chance,
    cost_report,
)

COSTS = Costs(default=100.0, good=10.0, handling=1.0)


def test_costs_by_hand():
    #               paid  paid  late  paid
    probability = np.array([0.01, 0.05, 0.08, 0.60])
    target = np.array([0, 0, 1, 0])
    found = cost_report(target, probability, COSTS)
    assert found.threshold == pytest.approx(1 / 11)
    assert found.cost == (100 - 10 - 10) / 4 + 1  # the first three are approved
    assert found.best_threshold == 0.08  # the first two
    assert found.best_cost == (-10 - 10) / 4 + 1
    assert found.cost_at_half == (100 - 20) / 4 + 1
    assert found.cost_approve_all == (100 - 30) / 4 + 1


def test_at_the_threshold_approving_costs_nothing_on_average():
    p = COSTS.threshold()
    assert 100 * p - 10 * (1 - p) == pytest.approx(0)


def test_nobody_in_default_means_approve_all():
    found = cost_report(np.zeros(3, int), np.array([0.2, 0.3, 1.0]), COSTS)
    assert found.best_threshold > 1
    assert found.best_cost == -10 + 1


def test_a_searched_threshold_is_that_of_the_other_folds():
    #                       paid  late  paid | paid  paid  late
    probability = np.array([0.01, 0.30, 0.40, 0.02, 0.20, 0.50])
    target = np.array([0, 1, 0, 0, 0, 1])
    fold = np.array([0, 0, 0, 1, 1, 1])
    # The second fold would approve below 0.50: the whole first. The first would approve below 0.30: 0.02 and 0.20.
    assert approved_by_search(target, probability, fold, COSTS).tolist() == [True, True, True, True, True, False]


def test_what_hindsight_finds_by_chance_by_hand():
    # One client, approved. Pays (95 of 100): approving was best. Defaults: refusing would have been, 100 cheaper.
    found = cost_above_best_by_chance(np.array([0.05]), COSTS, Resampling(20_000, seed=1))
    assert found == pytest.approx(0.05 * 100, abs=0.5)


def test_true_probabilities_are_as_far_from_the_best_in_hindsight_as_chance_says():
    random = np.random.default_rng(3)
    probability = random.beta(1, 9, 2_000)
    distances = []
    for _ in range(200):
        found = cost_report((random.random(2_000) < probability).astype(int), probability, COSTS)
        distances.append(found.cost - found.best_cost)
    by_chance = cost_above_best_by_chance(probability, COSTS, Resampling(500))
    assert by_chance == pytest.approx(np.mean(distances), rel=0.25)
    doubled = (random.random(2_000) < probability * 2).astype(int)  # twice the risk that was predicted
    assert (
        cost_report(doubled, probability, COSTS).cost - cost_report(doubled, probability, COSTS).best_cost > by_chance
    )


CLIENTS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0]), st.integers(0, 1)), min_size=1, max_size=30)


@given(CLIENTS)
def test_no_threshold_is_cheaper_than_the_best(clients):
    probability, target = (np.array(values) for values in zip(*clients, strict=True))
    found = cost_report(target, probability, COSTS)
    every = [cost(target, probability < threshold, COSTS) for threshold in (*probability, 2.0)]
    assert found.best_cost == pytest.approx(min(every))
    assert cost(target, probability < found.best_threshold, COSTS) == pytest.approx(found.best_cost)
