"""A small model of eight declared features, of which the trees use five, in another order than the registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lightgbm as lgb
import mlflow
import numpy as np
import pytest

from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.model.artifacts import Costs, Decision, FeatureLine, Features
from credit_scoring.model.scorer import assemble
from credit_scoring.model.texts import ModelTexts

NAMES = tuple(f"feature_{i}" for i in range(8))
USED = ("feature_6", "feature_1", "feature_0", "feature_3", "feature_4")


def draw(clients: int, seed: int) -> np.ndarray:
    """Float32 [clients, 8] with missing values."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(clients, len(NAMES))).astype(np.float32)
    vectors[random.random(vectors.shape) < 0.2] = np.nan
    return vectors


@pytest.fixture(scope="session")
def vectors() -> Callable[[int, int], np.ndarray]:
    """(clients, seed) -> vectors in registry order."""
    return draw


@pytest.fixture(scope="session")
def features() -> Features:
    lines = (
        FeatureLine(name=name, meaning=f"Meaning of {name}", unit="days", risk="unknown", reason="AGE")
        for name in NAMES
    )
    return Features(fingerprint="f1", features=tuple(lines), used=USED)


@pytest.fixture(scope="session")
def booster_text() -> str:
    matrix = draw(3000, 1)[:, [NAMES.index(name) for name in USED]]
    risk = np.nan_to_num(matrix[:, 0]) - np.nan_to_num(matrix[:, 1]) + np.isnan(matrix[:, 2]) - 2
    outcome = np.random.default_rng(2).random(len(matrix)) < 1 / (1 + np.exp(-risk))
    parameters = {"objective": "binary", "num_leaves": 16, "num_threads": 1, "verbose": -1, "learning_rate": 0.1}
    data = lgb.Dataset(matrix, outcome.astype(float), feature_name=list(USED))
    return lgb.train(parameters, data, 60).model_to_string()


@pytest.fixture(scope="session")
def decision(booster_text: str) -> Decision:
    scale = Scale(a=0.9, b=-0.1)
    matrix = draw(200, 3)[:, [NAMES.index(name) for name in USED]]
    _, phi, phi_0 = margins_and_contributions(lgb.Booster(model_str=booster_text), matrix)
    means = scale.raw_points(phi).mean(axis=0).tolist()
    return Decision.of(
        scale=scale,
        costs=Costs(),
        reference=dict(zip(USED, means, strict=True)),
        phi_0=phi_0,
        fingerprint="f1",
        lineage={"clients": 3000, "auc": 0.75, "code_version": "0.1.0"},
    )


@pytest.fixture(scope="session")
def texts(booster_text: str, decision: Decision, features: Features) -> ModelTexts:
    return assemble(booster_text, decision, features, draw(50, 4), "<html><p>Modèle d'essai</p></html>")


@pytest.fixture
def tracking(tmp_path: Path):
    """An MLflow store of SQLite and files, of its own."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    mlflow.create_experiment("scoring", artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment("scoring")
    yield
    mlflow.set_tracking_uri(None)
