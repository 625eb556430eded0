"""Small models, and Shapley values computed from their definition: the independent check of what LightGBM computes.

(shap.TreeExplainer is no independent check: for a LightGBM model it calls LightGBM's own pred_contrib.)
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial, isnan

import lightgbm as lgb
import numpy as np
import pytest


class Trees:
    """The trees of a LightGBM model text, read from its documented fields only."""

    def __init__(self, text: str) -> None:
        blocks = text.split("end of trees")[0].split("\nTree=")[1:]
        self.trees = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]

    def expectation(self, row: list[float], known: frozenset[int]) -> float:
        """The margin expected when only the features in `known` are known (path-dependent)."""
        return sum(self._below(tree, 0 if int(tree["num_leaves"]) > 1 else ~0, row, known) for tree in self.trees)

    def _below(self, tree: dict[str, str], node: int, row: list[float], known: frozenset[int]) -> float:
        if node < 0:
            return _number(tree, "leaf_value", ~node)
        feature = int(_number(tree, "split_feature", node))
        left, right = int(_number(tree, "left_child", node)), int(_number(tree, "right_child", node))
        if feature in known:
            return self._below(tree, left if _goes_left(tree, node, row[feature]) else right, row, known)
        clients_left, clients_right = _clients(tree, left), _clients(tree, right)
        return (
            clients_left * self._below(tree, left, row, known) + clients_right * self._below(tree, right, row, known)
        ) / (clients_left + clients_right)


def _number(tree: dict[str, str], field: str, position: int) -> float:
    return float(tree[field].split()[position])


def _clients(tree: dict[str, str], node: int) -> float:
    return _number(tree, "leaf_count", ~node) if node < 0 else _number(tree, "internal_count", node)


def _goes_left(tree: dict[str, str], node: int, value: float) -> bool:
    kind = int(_number(tree, "decision_type", node))
    if kind & 1:
        which = int(_number(tree, "threshold", node))
        first, end = (int(_number(tree, "cat_boundaries", which + i)) for i in range(2))
        category = -1 if isnan(value) else int(value)
        if not 0 <= category < 32 * (end - first):
            return False
        return bool(int(_number(tree, "cat_threshold", first + category // 32)) >> category % 32 & 1)
    default_left, missing = bool(kind & 2), kind >> 2 & 3
    if isnan(value) and missing != 2:
        value = 0.0
    if (missing == 2 and isnan(value)) or (missing == 1 and abs(value) <= 1e-35):
        return default_left
    return value <= _number(tree, "threshold", node)


def _shapley(text: str, row: np.ndarray) -> tuple[list[float], float]:
    trees, values, features = Trees(text), [float(x) for x in row], range(len(row))
    expectation = {
        frozenset(known): trees.expectation(values, frozenset(known))
        for size in range(len(row) + 1)
        for known in combinations(features, size)
    }
    phi = [
        sum(
            factorial(len(known))
            * factorial(len(row) - len(known) - 1)
            / factorial(len(row))
            * (expectation[known | {feature}] - value)
            for known, value in expectation.items()
            if feature not in known
        )
        for feature in features
    ]
    return phi, expectation[frozenset()]


@pytest.fixture(scope="session")
def shapley_by_definition() -> Callable[[str, np.ndarray], tuple[list[float], float]]:
    """(model text, row [F]) -> Shapley values [F] over all 2^F subsets, and the expectation without any feature."""
    return _shapley


def _train(clients: int, features: int, rounds: int, missing: float, seed: int, **parameters: object) -> lgb.Booster:
    random = np.random.default_rng(seed)
    rows = vectors(random, clients, features, missing)
    risk = np.nansum(rows[:, :3], axis=1) + np.where(np.isnan(rows[:, 0]), 1, 0) - 1.5
    outcome = random.random(clients) < 1 / (1 + np.exp(-risk))
    return lgb.train(
        {"objective": "binary", "num_leaves": 8, "min_data_in_leaf": 5, "num_threads": 1, "verbose": -1, **parameters},
        lgb.Dataset(rows, outcome.astype(float), feature_name=[f"f{i}" for i in range(features)]),
        rounds,
    )


def vectors(random: np.random.Generator, clients: int, features: int, missing: float) -> np.ndarray:
    """Float32 rows with ties, zeros and missing values."""
    rows = np.round(random.normal(size=(clients, features)), 1).astype(np.float32)
    rows[random.random(rows.shape) < missing] = np.nan
    return rows


@pytest.fixture(scope="session")
def train() -> Callable[..., lgb.Booster]:
    """(clients, features, rounds, share missing, seed, **parameters) -> a small model."""
    return _train


@pytest.fixture(scope="session")
def draw() -> Callable[..., np.ndarray]:
    """(random, clients, features, share missing) -> rows to explain."""
    return vectors
