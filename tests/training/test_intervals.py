import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from credit_scoring.model.artifacts import Costs
from credit_scoring.training.evaluate import auc_of, calibration_error, calibration_error_of
from credit_scoring.training.intervals import Resampling, bootstrap, difference, intervals, mean_of, ratio
from credit_scoring.training.threshold import best_cost_of, cost, cost_curve, cost_of, cost_report

COSTS = Costs(default=100.0, good=10.0, handling=1.0)


def once(clients: int) -> np.ndarray:
    return np.ones((1, clients))


@pytest.fixture(scope="module")
def clients():
    """target, margin (with ties), probability of 2,000 clients, some 15 % defaulted."""
    random = np.random.default_rng(4)
    margin = np.round(random.normal(-2, 1, 2_000), 2)
    probability = 1 / (1 + np.exp(-margin))
    return (random.random(2_000) < probability).astype(np.int64), margin, probability


def test_counts_stand_for_clients_drawn_several_times(clients):
    target, margin, probability = clients
    drawn = np.random.default_rng(1).integers(0, 2_000, 2_000)
    counts = np.bincount(drawn, minlength=2_000)[np.newaxis].astype(float)
    approved = probability < COSTS.threshold()
    assert auc_of(target, margin)(counts)[0] == pytest.approx(roc_auc_score(target[drawn], margin[drawn]))
    assert cost_of(target, approved, COSTS)(counts)[0] == pytest.approx(cost(target[drawn], approved[drawn], COSTS))
    best = cost_report(target[drawn], probability[drawn], COSTS).best_cost
    assert best_cost_of(target, probability, COSTS)(counts)[0] == pytest.approx(best)


def test_a_group_is_measured_as_if_it_stood_alone(clients):
    target, margin, probability = clients
    group = np.arange(2_000) % 3 == 0
    approved = probability < 0.1
    assert auc_of(target, margin, group)(once(2_000))[0] == pytest.approx(roc_auc_score(target[group], margin[group]))
    alone = calibration_error(target[group], probability[group])
    assert calibration_error_of(target, probability, group)(once(2_000))[0] == pytest.approx(alone)
    assert mean_of(approved, group)(once(2_000))[0] == pytest.approx(approved[group].mean())
    alone = cost(target[group], approved[group], COSTS)
    assert cost_of(target, approved, COSTS, group)(once(2_000))[0] == pytest.approx(alone)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=2, max_size=20))
def test_the_auc_is_the_share_of_pairs_in_the_right_order(clients):
    target, margin = (np.array(values) for values in zip(*clients, strict=True))
    pairs = [(d > g) + (d == g) / 2 for d in margin[target == 1] for g in margin[target == 0]]
    expected = np.mean(pairs) if pairs else np.nan
    assert auc_of(target, margin.astype(float))(once(len(target)))[0] == pytest.approx(expected, nan_ok=True)


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(5).normal(3, 2, 5_000)
    found = bootstrap(mean_of(values), 5_000, Resampling(repeats=2_000))
    half = 1.96 * values.std() / np.sqrt(5_000)  # .055
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.005)
    assert found.high == pytest.approx(values.mean() + half, abs=0.005)


def test_a_paired_difference_is_narrower_than_the_values():
    random = np.random.default_rng(6)
    common = random.normal(0, 5, 3_000)
    first, second = mean_of(common + 1), mean_of(common + random.normal(0, 0.1, 3_000))
    found = intervals(
        {"first": first, "less": difference(first, second), "by": ratio(first, first)}, 3_000, Resampling()
    )
    assert found["less"].low < 1 < found["less"].high
    assert found["less"].high - found["less"].low < (found["first"].high - found["first"].low) / 10
    assert (found["by"].low, found["by"].high) == (1, 1)


def test_the_same_seed_gives_the_same_interval_and_company_changes_nothing(clients):
    target, margin, probability = clients
    alone = bootstrap(auc_of(target, margin), 2_000, Resampling(repeats=100, seed=3))
    statistics = {"auc": auc_of(target, margin), "ece": calibration_error_of(target, probability)}
    assert intervals(statistics, 2_000, Resampling(repeats=100, seed=3))["auc"] == alone
    assert bootstrap(auc_of(target, margin), 2_000, Resampling(repeats=100, seed=4)) != alone


def test_true_probabilities_have_a_calibration_error_by_chance_that_the_interval_takes_off(clients):
    target, _, probability = clients
    found = bootstrap(calibration_error_of(target, probability), 2_000, Resampling())
    assert found.low < 0.005
    assert found.value > 0.01


def test_what_a_group_does_not_have_is_not_a_number(clients):
    target, margin, probability = clients
    nobody = np.zeros(2_000, bool)
    statistics = {
        "auc": auc_of(target, margin, target == 0),
        "ece": calibration_error_of(target, probability, nobody),
        "mean": mean_of(margin, nobody),
    }
    for found in intervals(statistics, 2_000, Resampling(repeats=10)).values():
        assert np.isnan([found.value, found.low, found.high]).all()


def test_the_cost_curve_by_hand():
    #                        paid  paid  late  paid
    found = cost_curve(np.array([0, 0, 1, 0]), np.array([0.01, 0.05, 0.05, 0.60]), COSTS)
    assert [(p.threshold, p.approved) for p in found[:3]] == [(0.01, 0), (0.05, 0.25), (0.60, 0.75)]
    assert [p.cost for p in found] == [1, -10 / 4 + 1, (-10 - 10 + 100) / 4 + 1, (-30 + 100) / 4 + 1]
    assert found[3].threshold > 1


def test_the_cost_curve_steps_by_a_percent_from_nobody_to_all(clients):
    target, _, probability = clients
    found = cost_curve(target, probability, COSTS)
    assert (found[0].approved, found[-1].approved) == (0, 1)
    assert found[-1].cost == cost_report(target, probability, COSTS).cost_approve_all
    assert max(np.diff([point.approved for point in found])) < 0.03
    point = found[50]
    assert point.cost == pytest.approx(cost(target, probability < point.threshold, COSTS))
