"""Clients that one core explains in a second: our kernel beside LightGBM and the shap package, same rows, one run.

    python benchmarks/explain.py [--model booster.txt] [--rows 8192] [--sample 192]

Models of 263, 580 and 1,500 trees of 31 leaves are fitted to random data; --model adds one from its text, on rows drawn
from its own thresholds. Times are seconds of this process's processor, the least of three for what is fast. LightGBM's
pred_contrib and the shap package are so slow that they explain a sample of the rows; what is said of them for all rows
is extrapolated, and marked with ~.

For a LightGBM model shap.TreeExplainer calls LightGBM's pred_contrib, which is no second opinion. So it is given the
same trees in its own general form, for which it runs its C extension. It has no zero that is missing and no categories:
a model with such splits is not shown to it.

The last line is JSON: ratios of clients a second (`cost_beside_predict`: what our contributions cost, in terms of
LightGBM's mere prediction; `cost_of_580_beside_263`: what they cost by the number of trees), and the largest
difference, relative to the largest absolute value of the row.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import shap

from credit_scoring.explanation.compiling import compiled
from credit_scoring.explanation.kernels import ZERO
from credit_scoring.explanation.trees import MISSING_NAN, MISSING_ZERO, Tree, forest
from credit_scoring.explanation.treeshap import Explainer

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

FEATURES, CLIENTS, MISSING = 100, 20_000, 0.15
TREES = (263, 580, 1500)
"""The first two: of a model on the real clients, before and since it is held only to its promises and learns slower."""


def drawn(random: np.random.Generator, clients: int) -> Matrix:
    """Float32 rows with missing values; every fourth feature has few different values."""
    rows = random.normal(size=(clients, FEATURES)).astype(np.float32)
    rows[:, ::4] = np.round(rows[:, ::4])
    rows[random.random(rows.shape) < MISSING] = np.nan
    return rows


def fitted(random: np.random.Generator) -> lgb.Booster:
    """As many trees as the largest model has; a model of fewer is the first ones of them."""
    rows = drawn(random, CLIENTS)
    known = np.nan_to_num(rows)
    risk = known[:, :20] @ random.normal(size=20) / 3 + known[:, 20] * known[:, 21] - 2
    outcome = random.random(CLIENTS) < 1 / (1 + np.exp(-risk))
    parameters = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.02, "num_threads": 1, "verbose": -1}
    return lgb.train(parameters, lgb.Dataset(rows, outcome.astype(float)), max(TREES))


def from_thresholds(random: np.random.Generator, text: str, clients: int) -> Matrix:
    """Rows whose values are the model's own thresholds, some of them missing."""
    model = forest(text)
    feature = np.concatenate([tree.feature for tree in model.trees])
    threshold = np.concatenate([tree.threshold for tree in model.trees])
    rows = np.zeros((clients, model.features), np.float32)
    for j in np.unique(feature):
        rows[:, j] = random.choice(threshold[feature == j], clients)
    rows[random.random(rows.shape) < MISSING] = np.nan
    return rows


def general_form(tree: Tree) -> dict[str, Any] | None:
    """A tree as shap.TreeExplainer takes any tree, leaves behind splits; None where it cannot say the same."""
    m = len(tree.feature)
    if (tree.missing == MISSING_ZERO).any() or any(tree.categories):
        return None
    left, right = (np.where(child < 0, m + ~child, child) for child in (tree.left, tree.right))
    # Where NaN counts as 0, the way of 0 is the default.
    default_left = np.where(tree.missing == MISSING_NAN, tree.default_left, tree.threshold >= 0)
    none = np.full(m + 1, -1)
    return {
        "children_left": np.append(left, none),
        "children_right": np.append(right, none),
        "children_default": np.append(np.where(default_left, left, right), none),
        "features": np.append(tree.feature, none),
        "thresholds": np.append(tree.threshold, np.zeros(m + 1)),
        "values": np.append(np.zeros(m), tree.leaf_value)[:, np.newaxis],
        "node_sample_weight": np.append(tree.clients, tree.leaf_clients),
    }


def measured(function: Callable[[], Floats], times: int = 3) -> tuple[Floats, float]:
    """The result, and the least processor seconds that it took."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        result = function()
        seconds.append(time.process_time() - start)
    return result, min(seconds)


def difference(found: Floats, expected: Floats) -> float:
    """The largest difference, relative to the largest absolute value of its row."""
    return float((np.abs(found - expected).max(axis=1) / np.abs(expected).max(axis=1)).max())


def compared(name: str, text: str, rows: Matrix, sample: int) -> tuple[dict[str, float], float]:
    """Measures all ways on one model, prints them, and returns ratios and the largest difference."""
    booster = lgb.Booster(model_str=text)
    explainer = Explainer.of(text)
    few, n = rows[:sample], len(rows)
    margin, predict_seconds = measured(lambda: explainer.predict(rows))
    phi, shap_seconds = measured(lambda: explainer.shap(rows))
    expected_margin, lightgbm_seconds = measured(lambda: booster.predict(rows, raw_score=True, num_threads=1))
    expected, contrib_seconds = measured(lambda: booster.predict(few, pred_contrib=True, num_threads=1), times=1)
    if not np.array_equal(margin, expected_margin):
        raise SystemExit(f"{name}: the margins are not LightGBM's.")
    ours = np.column_stack([phi[:sample], np.full(sample, explainer.phi_0)])
    largest = difference(ours, expected)
    rate = {"ours": n / shap_seconds, "LightGBM": n / lightgbm_seconds, "contrib": sample / contrib_seconds}

    trees = forest(text).trees
    print(f"\n{name}: {len(trees)} trees, {sum(len(t.leaf_value) for t in trees)} leaves, {n} clients")
    print(f"  {'':<34}{'clients/s/core':>15}{'s, all clients':>16}{'difference':>13}")
    line("our prediction", n / predict_seconds, n, "same bits")
    line("LightGBM, prediction", rate["LightGBM"], n, "")
    line("our contributions", rate["ours"], n, "")
    line(f"LightGBM, pred_contrib ({sample})", rate["contrib"], n, f"{largest:.1e}", extrapolated=True)
    ratios = {
        "over_pred_contrib": rate["ours"] / rate["contrib"],
        "cost_beside_predict": rate["LightGBM"] / rate["ours"],
        "predict_over_lightgbm": lightgbm_seconds / predict_seconds,
    }

    general = [general_form(tree) for tree in trees if len(tree.feature)]
    if all(tree is not None for tree in general):
        other = shap.TreeExplainer({"trees": general}, feature_perturbation="tree_path_dependent")
        # Values as small as LightGBM's zero are 0 for LightGBM, and no others for the package.
        doubles = np.where(np.abs(few) <= ZERO, 0, few).astype(np.float64)
        second, seconds = measured(lambda: other.shap_values(doubles, check_additivity=False), times=1)
        second = np.column_stack([second, np.full(sample, explainer.phi_0)])
        apart = difference(ours, second)
        largest = max(largest, apart)
        line(f"shap package, C extension ({sample})", sample / seconds, n, f"{apart:.1e}", extrapolated=True)
        ratios["over_shap_package"] = rate["ours"] * seconds / sample
    else:
        print("  shap package: it has no form for this model's splits on zero or categories")
    return {f"{name}.{ratio}": round(value, 2) for ratio, value in ratios.items()}, largest


def cost(more: str, few: str, rows: Matrix, times: int = 15) -> float:
    """What our contributions by one model take beside those by another: in turns, so that a busy machine meets both."""
    seconds: dict[str, list[float]] = {more: [], few: []}
    explainers = {text: Explainer.of(text) for text in seconds}
    for _ in range(times):
        for text, explainer in explainers.items():
            _, took = measured(lambda explainer=explainer: explainer.shap(rows), times=1)  # type: ignore[misc]
            seconds[text].append(took)
    return min(seconds[more]) / min(seconds[few])


def line(way: str, rate: float, clients: int, differs: str, extrapolated: bool = False) -> None:
    """Prints a line of the table."""
    seconds = f"{'~' if extrapolated else ''}{clients / rate:.2f}"
    print(f"  {way:<34}{rate:>15,.0f}{seconds:>16}{differs:>13}")


def cases(random: np.random.Generator, rows: int, model: Path | None) -> Iterator[tuple[str, str, Matrix]]:
    """Name, model text and rows of each model that is measured."""
    booster, vectors = fitted(random), drawn(random, rows)
    for trees in TREES:
        yield f"trees_{trees}", booster.model_to_string(num_iteration=trees), vectors
    if model is not None:
        text = model.read_text(encoding="utf-8")
        yield "model", text, from_thresholds(random, text, rows)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a LightGBM model text to measure, too")
    parser.add_argument("--rows", type=int, default=8192)
    parser.add_argument("--sample", type=int, default=192)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="shap")
    start = time.perf_counter()
    compiled()
    print(
        f"kernels compiled or loaded in {time.perf_counter() - start:.2f} s; fitting {max(TREES)} trees to random data"
    )

    ratios, largest = {}, 0.0
    models = list(cases(np.random.default_rng(1), arguments.rows, arguments.model))
    for name, text, rows in models:
        found, differs = compared(name, text, rows, min(arguments.sample, len(rows)))
        ratios |= found
        largest = max(largest, differs)
    (_, few, rows), (_, more, _) = models[:2]
    ratios["cost_of_580_beside_263"] = round(cost(more, few, rows), 2)
    print(json.dumps({"benchmark": "explain", "ratios": ratios, "max_difference": largest}))


if __name__ == "__main__":
    main()
