import numpy as np

from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.split import HOLDOUT, Split
from credit_scoring.training.tune import SPACE, Trial, tune


def test_the_first_trial_is_the_settings_and_the_best_wins_and_the_holdout_has_no_say(
    learners, lender, inputs, parameters
):
    small = parameters.model_copy(
        update={"learning_rate": 0.08, "lambda_l2": 1.0, "feature_fraction": 0.5, "max_rounds": 15, "folds": 2}
    )
    part = Split(small.folds, small.holdout_percent).parts(lender.client_id.to_numpy())
    turned = lender.assign(target=np.where(part == HOLDOUT, 1 - lender.target, lender.target))
    found: list[list[Trial]] = []
    winners = []
    for rows in (lender, turned):
        trials: list[Trial] = []
        winners.append(tune(LightGbm(), learners(rows, small), inputs, small, 2, trials.append))
        found.append(trials)
    first, best = found[0][0], max(found[0], key=lambda trial: trial.auc)
    assert first.parameters == {name: getattr(small, name) for name in SPACE}
    assert {name: getattr(winners[0], name) for name in SPACE} == best.parameters
    assert winners[0].model_copy(update=first.parameters) == small
    assert [trial.folds for trial in found[0]] == [2, 2]
    outcome = [[(trial.parameters, trial.auc, trial.rounds) for trial in trials] for trials in found]
    assert (outcome[0], winners[0]) == (outcome[1], winners[1])
    for trial in found[0]:
        for name, value in trial.parameters.items():
            assert SPACE[name].low <= value <= SPACE[name].high


def test_every_parameter_of_the_space_is_a_setting_and_the_defaults_lie_inside(parameters):
    defaults = type(parameters)()
    for name, values in SPACE.items():
        assert values.low <= getattr(defaults, name) <= values.high
