import numpy as np
import pytest

from credit_scoring.model.artifacts import Costs
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.comparison import Compared, compare
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.intervals import Resampling
from credit_scoring.training.threshold import cost

RIVALS = ("prior", "logistic_regression", "class_weights", "undersampling", "without_age")


@pytest.fixture(scope="module")
def wanted(parameters):
    return parameters.model_copy(update={"compare": RIVALS, "folds": 2})


@pytest.fixture(scope="module")
def ours(learners, lender, inputs, wanted):
    development = learners(lender, wanted).development
    return development, fit_folds(LightGbm(), development, inputs, wanted)


@pytest.fixture(scope="module")
def table(ours, inputs, wanted) -> dict[str, Compared]:
    development, folds = ours
    lines = compare(LightGbm(), development, inputs, wanted, folds.out_of_fold, Costs(), Resampling(repeats=200))
    return {line.name: line for line in lines}


def test_everybody_is_in_the_table_by_auc_and_then_by_cost(table):
    assert set(table) == {"ours", *RIVALS}
    lines = list(table.values())
    assert lines == sorted(lines, key=lambda line: (-line.auc.value, line.cost.value))


def test_the_same_probability_for_everybody_orders_nobody(table, ours):
    prior, target = table["prior"], ours[1].out_of_fold.target
    assert (prior.auc.value, prior.auc.low, prior.auc.high, prior.features) == (0.5, 0.5, 0.5, 0)
    # 15 % default, above 1/11: nobody is approved.
    assert prior.cost.value == cost(target, np.zeros(len(target), bool), Costs()) == 1


def test_a_regression_finds_what_is_linear_here_and_the_trees_what_is_missing(table):
    assert table["logistic_regression"].auc.value > 0.7
    assert table["logistic_regression"].auc_below_ours.low > 0


def test_differences_are_paired_and_above_zero_where_ours_is_better(table):
    for line in table.values():
        assert line.auc_below_ours.value == pytest.approx(table["ours"].auc.value - line.auc.value)
        assert line.cost_above_ours.value == pytest.approx(line.cost.value - table["ours"].cost.value)
    assert (table["ours"].auc_below_ours.low, table["ours"].auc_below_ours.high) == (0, 0)


def test_remedies_against_rare_defaults_keep_the_order_and_spoil_the_probabilities(table):
    for name in ("class_weights", "undersampling"):
        assert table[name].auc_below_ours.low < 0.03
        assert table[name].ece_as_it_comes > 3 * table["ours"].ece_as_it_comes
        assert table[name].cost_as_it_comes > table[name].cost.value


def test_without_age_there_is_a_feature_less(table):
    assert (table["ours"].features, table["without_age"].features) == (8, 7)


def test_a_row_is_flat_and_numbers_have_the_rivals_name(table):
    row = table["without_age"].row()
    assert (row["auc"], row["auc_low"]) == (table["without_age"].auc.value, table["without_age"].auc.low)
    assert all(isinstance(value, str | int | float) for value in row.values())
    assert table["without_age"].metrics()["without_age_auc_below_ours"] == table["without_age"].auc_below_ours.value
