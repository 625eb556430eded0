import re

import lightgbm as lgb
import numpy as np
import pytest

from credit_scoring.explanation.trees import Unsupported, forest
from credit_scoring.explanation.treeshap import Explainer

# One tree: split 0 on feature 1 at 0.5 (NaN goes left), below it on the right split 1 on feature 0, the set {1, 33}.
TEXT = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=age income
feature_infos=none none

Tree=0
num_leaves=3
num_cat=1
split_feature=1 0
threshold=0.5 0
decision_type=10 1
left_child=-1 -2
right_child=1 -3
leaf_value=-1 2 3.5
leaf_count=60 10 30
internal_count=100 40
cat_boundaries=0 2
cat_threshold=2 2
is_linear=0
shrinkage=1


end of trees
"""


def test_a_tree_is_read_from_its_text():
    model = forest(TEXT)
    (tree,) = model.trees
    assert model.features == 2
    assert tree.feature.tolist() == [1, 0]
    assert tree.threshold[0] == 0.5
    assert tree.default_left[0]
    assert tree.categories == (None, bytes([2, 0, 0, 0, 2, 0, 0, 0]))
    assert tree.share_left().tolist() == [0.6, 0.25]
    # 0.6 (-1) + 0.1 2 + 0.3 3.5
    assert model.expectation() == pytest.approx(0.65)


def test_its_contributions_can_be_done_by_hand():
    explainer = Explainer.of(TEXT)
    # Income 1 goes right, age 33 is in the set: 2. Not knowing age, right is 0.25 2 + 0.75 3.5 = 3.125; not knowing
    # income, 0.6 (-1) + 0.4 2 = 0.2; knowing nothing, 0.65.
    margin, phi = explainer.explain(np.array([[33, 1]], np.float32))
    income = ((3.125 - 0.65) + (2 - 0.2)) / 2
    age = ((0.2 - 0.65) + (2 - 3.125)) / 2
    assert margin.tolist() == [2]
    assert phi[0] == pytest.approx([age, income])


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason"),
    [
        ("objective=", "average_output\nobjective=", "random forest"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "more than one outcome"),
        ("num_tree_per_iteration=1\n", "", "more than one outcome"),
        ("max_feature_idx=1", "max_feature_idx=one", "how many features"),
        ("max_feature_idx=1", "max_feature_idx=999999999", "1000000000 features"),
        ("max_feature_idx=1", "max_feature_idx=0", "Tree 0: A split asks for a feature"),
        ("is_linear=0", "is_linear=1", "linear"),
        ("leaf_value=.*", "", "no leaf"),
        ("leaf_value=-1 2", "leaf_value=-1 nan", "not a number"),
        ("threshold=0.5", "threshold=nan", "not a number"),
        ("threshold=0.5", "threshold=half", "threshold is not a list of numbers"),
        ("threshold=0.5 0", "threshold=0.5", "threshold has 1 numbers where the leaves ask for 2"),
        ("threshold=0.5 0", "threshold=0.5 1", "set that is not there"),
        ("threshold=0.5 0", "threshold=0.5 -1", "set that is not there"),
        ("threshold=0.5 0", "threshold=0.5 nan", "set that is not there"),
        ("cat_boundaries=0 2", "cat_boundaries=0 3", "set that is not there"),
        ("cat_boundaries=0 2", "cat_boundaries=-1 2", "set that is not there"),
        ("cat_threshold=2 2", "cat_threshold=2 4294967296", "not sets of bits"),
        ("split_feature=1 0", "split_feature=1 2", "feature that the model does not have"),
        ("split_feature=1 0", "split_feature=-1 0", "feature that the model does not have"),
        ("decision_type=10", "decision_type=14", "unknown way"),
        ("decision_type=10", "decision_type=" + "9" * 30, "decision_type is not a list of whole numbers"),
        ("right_child=1 -3", "right_child=0 -3", "do not make a tree"),
        ("right_child=1 -3", "right_child=1 1", "do not make a tree"),
        ("right_child=1 -3", "right_child=1 -2", "do not make a tree"),
        ("right_child=1 -3", "right_child=7 -3", "do not make a tree"),
        ("left_child=-1 -2\nright_child=1 -3", "left_child=-1 1\nright_child=-2 -3", "before its parent"),
        ("leaf_count=60", "leaf_count=61", "inconsistent"),
        ("internal_count=100", "internal_count=99", "inconsistent"),
        ("leaf_count=60 10 30\ninternal_count=100 40", "leaf_count=60 0 0\ninternal_count=60 0", "impossible"),
        ("leaf_count=60 10", "leaf_count=60 -10", "impossible"),
    ],
)
def test_what_the_kernel_does_not_take_is_said(pattern, replacement, reason):
    changed = re.sub(pattern, replacement, TEXT, count=1)
    assert changed != TEXT
    with pytest.raises(Unsupported, match=reason) as error:
        Explainer.of(changed)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize("text", ["", "not a model", "\nTree=0\n", TEXT[: len(TEXT) // 2]])
def test_other_texts_are_no_models(text):
    with pytest.raises(Unsupported):
        forest(text)


def test_a_chain_too_large_for_the_memory_is_refused_before_it_takes_any():
    m = 40_000
    clients = np.arange(m + 1, 1, -1)
    fields = {
        "split_feature": np.arange(m) % 2_000,
        "threshold": np.zeros(m, int),
        "decision_type": np.full(m, 2),
        "left_child": -1 - np.arange(m),
        "right_child": np.append(np.arange(1, m), -1 - m),
        "leaf_value": np.zeros(m + 1, int),
        "leaf_count": np.ones(m + 1, int),
        "internal_count": clients,
    }
    head = "num_tree_per_iteration=1\nmax_feature_idx=1999\n\nTree=0\n"
    with pytest.raises(Unsupported, match="memory"):
        Explainer.of(head + "\n".join(f"{key}={' '.join(map(str, values.tolist()))}" for key, values in fields.items()))


def test_the_text_above_is_one_that_lightgbm_reads():
    booster = lgb.Booster(model_str=TEXT)
    rows = np.array([[33, 1], [1, 1], [2, 1], [33, 0], [33, np.nan], [np.nan, 1], [-1, 1], [64, 1]], np.float32)
    explainer = Explainer.of(TEXT)
    margin, phi = explainer.explain(rows)
    assert margin.tolist() == booster.predict(rows, raw_score=True).tolist() == [2, 2, 3.5, -1, -1, 3.5, 3.5, 3.5]
    assert phi == pytest.approx(booster.predict(rows, pred_contrib=True)[:, :-1], abs=1e-12)
