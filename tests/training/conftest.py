"""A small lender of 1,500 clients and 8 features, and one training on it that several tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from credit_scoring.model.artifacts import FeatureLine, Features
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import DecisionSettings, MlflowSettings, TrainingSettings
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners
from credit_scoring.training.register import Registered, register, texts_of
from credit_scoring.training.split import Split
from credit_scoring.training.tracking import tracked
from credit_scoring.training.train import Trained, train

NAMES = ("debt", "income", "missing_tells", "age", "noise_1", "noise_2", "noise_3", "noise_4")


def draw(clients: int, seed: int) -> np.ndarray:
    """Float32 [clients, 8] with missing values."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(clients, len(NAMES))).astype(np.float32)
    vectors[random.random(vectors.shape) < 0.1] = np.nan
    return vectors


def outcomes(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Int [clients]: debt, little income and a missing third feature bring defaults, some 15 %."""
    known = np.nan_to_num(vectors)
    log_odds = 1.2 * known[:, 0] - 1.2 * known[:, 1] + 2.5 * np.isnan(vectors[:, 2]) - 2.8
    return (np.random.default_rng(seed).random(len(vectors)) < 1 / (1 + np.exp(-log_odds))).astype(int)


@pytest.fixture(scope="session")
def lender() -> pd.DataFrame:
    """client_id, target, features of 1,500 clients, in no order."""
    vectors = draw(1500, 1)
    ids = np.random.default_rng(2).permutation(100_000)[: len(vectors)]
    return pd.DataFrame({"client_id": ids, "target": outcomes(vectors, 3), "features": list(vectors)})


@pytest.fixture(scope="session")
def learners(parameters: TrainingSettings) -> Callable[..., Learners]:
    """A lender's rows as training takes them, divided by the parameters (or by others)."""

    def arrays(rows: pd.DataFrame, divided: TrainingSettings = parameters) -> Learners:
        split = Split(divided.folds, divided.holdout_percent)
        features = np.stack(rows.features) if len(rows) else np.zeros((0, len(NAMES)), np.float32)
        return Learners.of(rows.client_id.to_numpy(np.int64), rows.target.to_numpy(np.int64), features, split)

    return arrays


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    lines = tuple(
        FeatureLine(name=name, meaning=f"Meaning of {name}", unit="number", risk="unknown", reason="DEBT")
        for name in NAMES
    )
    return Inputs(Features(fingerprint="f1", features=lines, used=NAMES), constraints=(1, -1, 0, 0, 0, 0, 0, 0))


@pytest.fixture(scope="session")
def parameters() -> TrainingSettings:
    return TrainingSettings(
        folds=3,
        max_rounds=80,
        early_stopping_rounds=10,
        learning_rate=0.1,
        num_leaves=8,
        min_data_in_leaf=20,
        feature_fraction=0.8,
        min_clients=1000,
        compare=(),
        resamples=200,
    )


@pytest.fixture(scope="session")
def decision_settings() -> DecisionSettings:
    return DecisionSettings()


@pytest.fixture(scope="session")
def trained(
    learners: Callable[..., Learners],
    lender: pd.DataFrame,
    inputs: Inputs,
    parameters: TrainingSettings,
    decision_settings: DecisionSettings,
) -> Trained:
    return train(LightGbm(), learners(lender), inputs, parameters, decision_settings)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MlflowSettings]:
    """An MLflow store of SQLite and files, of the test's own, to which this process is connected."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    yield MlflowSettings(artifacts=str(tmp_path / "artifacts"))
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="session")
def probe() -> np.ndarray:
    random = np.random.default_rng(9)
    vectors = random.normal(size=(50, 8)).astype(np.float32)
    vectors[random.random(vectors.shape) < 0.2] = np.nan
    return vectors


@pytest.fixture(scope="session")
def texts(
    trained: Trained, probe: np.ndarray, parameters: TrainingSettings, decision_settings: DecisionSettings
) -> ModelTexts:
    return texts_of(trained, probe, {"table_version_application": 3}, parameters, decision_settings)


@pytest.fixture
def registered(
    trained: Trained,
    texts: ModelTexts,
    parameters: TrainingSettings,
    decision_settings: DecisionSettings,
    store: MlflowSettings,
) -> Callable[[], Registered]:
    """Registers the model once more, in the test's own store."""

    def once_more() -> Registered:
        with tracked(store) as run_id:
            return register(trained, texts, parameters, decision_settings, store.model, run_id)

    return once_more
