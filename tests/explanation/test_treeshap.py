"""The kernel against Shapley values by definition on small models, and against LightGBM on large ones.

Tolerances are relative to the largest absolute value of the row.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from math import comb

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.explanation.trees import MISSING_NAN, MISSING_NONE, MISSING_ZERO, Unsupported, forest
from credit_scoring.explanation.treeshap import Explainer

KINDS = {
    "nan is missing": {},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "categories": {"categories": [3, 4], "min_data_per_group": 5, "cat_smooth": 1, "max_cat_to_onehot": 1},
    "deep chains": {"num_leaves": 60, "max_depth": -1, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0},
    "stumps": {"num_leaves": 2},
    "monotone": {"monotone_constraints": [1, 1, 1, 0, 0]},
}
SPECIAL = np.array([0, -0.0, 1e-35, -1e-35, 1e-36, np.nan, np.inf, -np.inf, 3e38, 2**31, -0.5, 1e-45], np.float32)


def rows_of(random, clients, features=5):
    """Values with ties, zeros and missing ones; the last two features are categories."""
    rows = np.round(random.normal(size=(clients, features)), 1).astype(np.float32)
    rows[:, 3:5] = random.integers(0, 45, size=(clients, 2))
    rows[random.random(rows.shape) < 0.2] = np.nan
    return rows


def model(rounds, seed=0, clients=1500, features=5, categories=(), **parameters):
    random = np.random.default_rng(seed)
    rows = rows_of(random, clients, features)
    risk = np.nan_to_num(rows[:, :3]).sum(axis=1) + np.sin(np.nan_to_num(rows[:, 3])) + np.isnan(rows[:, 1])
    outcome = (random.random(clients) < 1 / (1 + np.exp(-risk))).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": 8,
        "min_data_in_leaf": 5,
        "num_threads": 1,
        "verbose": -1,
        **parameters,
    }
    return lgb.train(parameters, lgb.Dataset(rows, outcome, categorical_feature=list(categories)), rounds)


def assert_agrees(booster, rows):
    explainer = Explainer.of(booster.model_to_string())
    margin, phi = explainer.explain(rows)
    assert margin.tobytes() == booster.predict(rows, raw_score=True).tobytes()
    assert margin.tobytes() == explainer.predict(rows).tobytes()
    expected = booster.predict(rows, pred_contrib=True)
    largest = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(phi - expected[:, :-1]) <= 1e-9 * largest).all()
    assert abs(explainer.phi_0 - expected[0, -1]) <= 1e-9 * largest.min()


def awkward(random, clients, features=5):
    """Rows of which a third of the values are zeros, infinities, missing and other corners."""
    rows = rows_of(random, clients, features)
    some = random.random(rows.shape) < 0.3
    rows[some] = random.choice(SPECIAL, some.sum())
    return rows


@pytest.mark.parametrize("kind", KINDS)
def test_shapley_values_by_definition(kind, shapley_by_definition):
    booster = model(5, seed=1, **KINDS[kind])
    text, rows = booster.model_to_string(), rows_of(np.random.default_rng(2), 8)
    phi = Explainer.of(text).shap(rows)
    for found, row in zip(phi, rows, strict=True):
        expected, expected_0 = shapley_by_definition(text, row)
        assert found == pytest.approx(expected, abs=1e-9 * max(map(abs, [*expected, expected_0])), rel=0)


def test_the_small_models_are_what_they_are_called():
    trees = {kind: forest(model(5, seed=1, **parameters).model_to_string()).trees for kind, parameters in KINDS.items()}
    ways = {kind: {way for tree in trees[kind] for way in tree.missing.tolist()} for kind in KINDS}
    assert ways["nan is missing"] == {MISSING_NAN}
    assert ways["zero is missing"] == {MISSING_ZERO}
    assert ways["nothing is missing"] == {MISSING_NONE}
    assert any(each is not None and len(each) > 4 for tree in trees["categories"] for each in tree.categories)
    assert all(len(tree.feature) == 1 for tree in trees["stumps"])
    chain_of = trees["deep chains"][0]
    assert len(chain_of.feature) == 59 > 10 * len(np.unique(chain_of.feature))


@pytest.mark.parametrize("kind", KINDS)
def test_lightgbms_bits_and_contributions_on_awkward_values(kind):
    booster = model(60, seed=3, **{"num_leaves": 31, **KINDS[kind]})
    assert_agrees(booster, awkward(np.random.default_rng(4), 700))


def test_every_threshold_and_its_neighbours():
    """More than 255 thresholds a feature; values at, just below and just above each of them."""
    random = np.random.default_rng(5)
    x = random.normal(size=(20_000, 2)).astype(np.float32)
    outcome = np.sin(40 * x[:, 0]) + x[:, 1] + random.normal(size=len(x)) > 0
    parameters = {"objective": "binary", "num_leaves": 63, "max_bin": 4000, "min_data_in_bin": 1, "verbose": -1}
    booster = lgb.train(parameters, lgb.Dataset(x, outcome.astype(float)), 30)
    thresholds = np.unique(
        np.concatenate([t.threshold[t.feature == 0] for t in forest(booster.model_to_string()).trees])
    )
    assert len(thresholds) > 600
    near = thresholds.astype(np.float32)
    corners = np.concatenate([near, np.nextafter(near, np.float32(-np.inf)), np.nextafter(near, np.float32(np.inf))])
    assert_agrees(booster, np.column_stack([corners, np.resize(x[:, 1], len(corners))]))


def test_a_chain_that_asks_for_many_features_and_for_each_again():
    """One leaf split off at a time: 40 features on one path, then the same ones again; 20 quadrature points.

    LightGBM's contributions have lost their digits here (it divides by shares of clients, path length times), so the
    definition is summed up instead, leaf by leaf.
    """
    random = np.random.default_rng(6)
    text = chain([*range(40), *range(40)], random)
    rows = random.normal(size=(4, 40)).astype(np.float32)
    explainer = Explainer.of(text)
    margin, phi = explainer.explain(rows)
    assert (margin == lgb.Booster(model_str=text).predict(rows, raw_score=True)).all()
    for found, row in zip(phi, rows, strict=True):
        expected = leaf_by_leaf(forest(text).trees[0], row)
        assert found == pytest.approx(expected, abs=1e-9 * max(np.abs(expected).max(), abs(explainer.phi_0)), rel=0)


def leaf_by_leaf(tree, row):
    """Shapley values of one tree without missing values.

    The game of a leaf of value v pays v times the product, over the d features of its path, of o (1: the client follows
    the path there) for known features and z (the share of training clients that do) for others. The coefficients of
    the product of (z + o y) over the other features sum these products by the number of known ones; every term is
    positive, so nothing cancels.
    """
    phi = np.zeros(len(row))
    share = tree.share_left()
    paths = {0: {}}
    for i, (feature, left, right) in enumerate(zip(tree.feature, tree.left, tree.right, strict=True)):
        path = paths.pop(i)
        goes_left = row[feature] <= tree.threshold[i]
        for child, cover, follows in ((left, share[i], goes_left), (right, 1 - share[i], not goes_left)):
            z, o = path.get(feature, (1.0, 1.0))
            paths[child] = {**path, feature: (z * cover, o * follows)}
    for leaf, path in paths.items():
        d = len(path)
        weights = [1 / (d * comb(d - 1, k)) for k in range(d)]
        for feature, (z, o) in path.items():
            products = np.ones(1)
            for other, (z_other, o_other) in path.items():
                if other != feature:
                    products = np.convolve(products, [z_other, o_other])
            phi[feature] += tree.leaf_value[~leaf] * (o - z) * (weights @ products)
    return phi


def chain(features, random):
    """A model text of one tree, in which split i has a leaf on one side and split i + 1 on the other."""
    m = len(features)
    clients = 10_000 - 10 * np.arange(m)
    leaf_clients = [10] * m + [int(clients[-1]) - 10]
    left = [~i if i % 2 else i + 1 for i in range(m)]
    right = [i + 1 if i % 2 else ~i for i in range(m)]
    # The last split has two leaves: m - 1 and m.
    left[-1], right[-1] = ~(m - 1), ~m
    F = max(features) + 1
    fields = {
        "num_leaves": [m + 1],
        "num_cat": [0],
        "split_feature": features,
        "split_gain": [1] * m,
        "threshold": np.where(np.arange(m) % 2, -1.5, 1.5).tolist(),
        "decision_type": [2] * m,
        "left_child": left,
        "right_child": right,
        "leaf_value": random.normal(size=m + 1).tolist(),
        "leaf_weight": [1] * (m + 1),
        "leaf_count": leaf_clients,
        "internal_value": [0] * m,
        "internal_weight": [0] * m,
        "internal_count": clients.tolist(),
        "is_linear": [0],
        "shrinkage": [1],
    }
    tree = "\n".join(f"{key}={' '.join(map(str, values))}" for key, values in fields.items())
    names = " ".join(f"f{i}" for i in range(F))
    return (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
        f"max_feature_idx={F - 1}\nobjective=binary sigmoid:1\nfeature_names={names}\n"
        f"feature_infos={' '.join(['[-9:9]'] * F)}\n\nTree=0\n{tree}\n\n\nend of trees\n"
    )


def test_trees_without_a_split_and_models_without_a_tree():
    booster = model(3, seed=7, min_data_in_leaf=1000)
    rows = rows_of(np.random.default_rng(8), 10)
    assert_agrees(booster, rows)
    head = booster.model_to_string().split("\nTree=")[0]
    empty = Explainer.of(head + "\nend of trees\n")
    margin, phi = empty.explain(rows)
    assert (margin == 0).all()
    assert (phi == 0).all()
    assert empty.phi_0 == 0


@pytest.mark.parametrize("clients", [0, 1, 31, 32, 33, 255, 256, 257, 1000])
def test_any_number_of_clients(clients):
    booster = model(20, seed=9)
    explainer = Explainer.of(booster.model_to_string())
    rows = awkward(np.random.default_rng(10), 1000)
    margin, phi = explainer.explain(rows)
    part_margin, part_phi = explainer.explain(rows[1000 - clients :])
    assert part_margin.tobytes() == margin[1000 - clients :].tobytes()
    assert part_phi.tobytes() == phi[1000 - clients :].tobytes()


def test_threads_change_no_bit():
    explainer = Explainer.of(model(100, seed=11, num_leaves=31).model_to_string())
    rows = awkward(np.random.default_rng(12), 3000)
    margin, phi = explainer.explain(rows)
    with ThreadPoolExecutor(8) as pool:
        for found_margin, found_phi in pool.map(lambda _: explainer.explain(rows), range(24)):
            assert found_margin.tobytes() == margin.tobytes()
            assert found_phi.tobytes() == phi.tobytes()


def test_rows_that_may_not_be_written_or_lie_apart_in_memory():
    explainer = Explainer.of(model(20, seed=9).model_to_string())
    rows = awkward(np.random.default_rng(13), 300)
    expected = explainer.shap(rows).tobytes()
    apart = np.asfortranarray(rows)
    apart.flags.writeable = False
    assert explainer.shap(apart).tobytes() == expected


@pytest.mark.parametrize("wrong", [np.zeros((2, 4), np.float32), np.zeros((2, 5)), np.zeros(5, np.float32)])
def test_other_vectors_than_the_models_are_no_input(wrong):
    explainer = Explainer.of(model(2, seed=9).model_to_string())
    with pytest.raises(ValueError, match="was expected"):
        explainer.explain(wrong)


def test_other_lanes_give_the_same_margins_and_contributions(tmp_path):
    """As on a processor without AVX-512, in the same cache."""
    booster = model(40, seed=14, num_leaves=31)
    rows = awkward(np.random.default_rng(15), 300)
    (tmp_path / "model.txt").write_text(booster.model_to_string())
    np.save(tmp_path / "rows.npy", rows)
    code = (
        "import sys, numpy as np, llvmlite.binding as llvm\n"
        "llvm.get_host_cpu_features = lambda: llvm.FeatureMap(sse2=True)\n"
        "from credit_scoring.explanation.lanes import LANES; assert LANES == 16\n"
        "from credit_scoring.explanation.treeshap import Explainer\n"
        "folder = sys.argv[1]\n"
        "explainer = Explainer.of(open(folder + '/model.txt').read())\n"
        "np.savez(folder + '/found.npz', *explainer.explain(np.load(folder + '/rows.npy')))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    found = np.load(tmp_path / "found.npz")
    margin, phi = Explainer.of(booster.model_to_string()).explain(rows)
    assert (found["arr_0"] == margin).all()
    assert np.abs(found["arr_1"] - phi).max() <= 1e-9 * np.abs(phi).max()


TEXT = model(4, seed=16, **KINDS["categories"]).model_to_string().split("\nparameters:")[0] + "\n"
VALUES = st.sampled_from(
    ["-1", "0", "1", "7", "-8", "99999", "2147483648", "9" * 30, "1e400", "nan", "inf", "", "x", "\0"]
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_text_with_errors_is_refused_or_gives_finite_numbers(data):
    """Numbers changed, lines dropped, doubled or swapped, the end torn off: never a crash, nor a read out of bounds."""
    lines = TEXT.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        i = data.draw(st.integers(0, len(lines) - 1))
        what = data.draw(st.sampled_from(["number", "number", "number", "drop", "double", "swap", "tear"]))
        if what == "number" and "=" in lines[i]:
            key, _, values = lines[i].partition("=")
            numbers = values.split(" ")
            numbers[data.draw(st.integers(0, len(numbers) - 1))] = data.draw(VALUES)
            lines[i] = f"{key}={' '.join(numbers)}"
        elif what == "drop":
            del lines[i]
        elif what == "double":
            lines.insert(i, lines[i])
        elif what == "swap":
            j = data.draw(st.integers(0, len(lines) - 1))
            lines[i], lines[j] = lines[j], lines[i]
        elif what == "tear":
            lines = [*lines[:i], lines[i][: data.draw(st.integers(0, 40))]]
        if not lines:
            lines = [""]
    try:
        explainer = Explainer.of("\n".join(lines))
    except Unsupported:
        return
    margin, phi = explainer.explain(
        awkward(np.random.default_rng(17), 40, max(explainer.features, 5))[:, : explainer.features].copy()
    )
    assert np.isfinite(margin).all()
    assert np.isfinite(phi).all()
    assert phi.sum(axis=1) + explainer.phi_0 == pytest.approx(margin, abs=1e-6 * max(1, np.abs(phi).max()))
