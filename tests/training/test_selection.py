import lightgbm as lgb
import numpy as np

from credit_scoring.training.selection import carrying


def model_on(informative: list[int], inputs) -> str:
    """A model of the eight inputs, of which it can split on the informative ones only."""
    random = np.random.default_rng(3)
    values = np.zeros((500, len(inputs.names)))
    values[:, informative] = random.normal(size=(500, len(informative)))
    target = values[:, informative] @ (1.0 + np.arange(len(informative))) > 0
    data = lgb.Dataset(values, target, feature_name=list(inputs.names), params={"verbose": -1})
    return lgb.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 5).model_to_string()


def test_what_no_fold_splits_on_is_left_out_in_the_order_of_the_inputs(inputs):
    folds = [model_on([5, 1], inputs), model_on([5, 3], inputs)]
    assert carrying(folds, inputs, 1e-9) == ("income", "age", "noise_2")


def test_nothing_is_left_out_unless_it_is_asked_for(inputs):
    assert carrying([model_on([5, 1], inputs)], inputs, 0.0) == inputs.names


def test_what_gains_too_little_is_left_out(inputs):
    text = model_on([0, 1, 2], inputs)
    gain = lgb.Booster(model_str=text).feature_importance("gain")
    shares = gain / gain.sum()
    kept = carrying([text], inputs, float(shares[1]))
    assert kept == ("income", "missing_tells")
    assert shares[0] < shares[1] < shares[2]


def test_constraints_follow_their_features(inputs):
    chosen = inputs.only(("income", "noise_1"))
    assert (chosen.names, chosen.constraints) == (("income", "noise_1"), (-1, 0))
    assert chosen.declared.names == inputs.declared.names
