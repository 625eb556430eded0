"""A champion for benchmarks: a whole model fitted to generated clients, on every declared feature, and registered."""

from __future__ import annotations

from pathlib import Path

import lightgbm as lgb
import mlflow
import numpy as np
import numpy.typing as npt
import polars as pl

from credit_scoring.explanation.points import Scale
from credit_scoring.explanation.treeshap import Explainer
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model import packaging
from credit_scoring.model.artifacts import Costs, Decision
from credit_scoring.model.registry import Alias, assign
from credit_scoring.model.scorer import assemble
from credit_scoring.model.store import connect
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings
from credit_scoring.synthetic.lender import known
from credit_scoring.training.inputs import inputs

Matrix = npt.NDArray[np.float32]

SLOT = 2_000
"""Clients of whom vectors are made at a time."""

PARAMETERS = {
    "objective": "binary", "num_leaves": 31, "learning_rate": 0.03, "min_data_in_leaf": 20, "feature_fraction": 0.2,
    "seed": 1, "num_threads": 1, "verbose": -1,
}  # fmt: skip


def slots(clients: range) -> list[range]:
    """The clients as tasks have them."""
    return [clients[i : i + SLOT] for i in range(0, len(clients), SLOT)]


def vectors_of(clients: range, seed: int) -> Matrix:
    """The vectors of generated clients, by ascending id."""
    return np.concatenate([matrix(feature_frame(known(slot, seed))) for slot in slots(clients)])


def outcomes_of(folder: Path) -> pl.DataFrame:
    """SK_ID_CURR and TARGET of a written lender's known clients, by ascending id."""
    return pl.read_csv(folder / "application_train.csv", columns=["SK_ID_CURR", "TARGET"]).sort("SK_ID_CURR")


def model(vectors: Matrix, outcomes: npt.NDArray[np.float64], trees: int) -> ModelTexts:
    """A whole model on every declared feature; the scale and the reference are of no matter to the time."""
    names = registry.names()
    booster = lgb.train(PARAMETERS, lgb.Dataset(vectors, outcomes, feature_name=list(names)), trees)
    text, scale = booster.model_to_string(), Scale(a=0.9, b=-0.1)
    explainer = Explainer.of(text)
    means = scale.raw_points(explainer.shap(vectors[:SLOT])).mean(axis=0).tolist()
    decision = Decision.of(
        scale=scale,
        costs=Costs(),
        reference=dict(zip(names, means, strict=True)),
        phi_0=explainer.phi_0,
        fingerprint=registry.fingerprint(),
    )
    declared = inputs(registry.FEATURES, registry.fingerprint()).declared
    return assemble(text, decision, declared, vectors[:50], "<html></html>")


def crown(settings: Settings, texts: ModelTexts) -> None:
    """Registers the model of a new lender and makes it the champion."""
    connect(settings.mlflow)
    mlflow.create_experiment("benchmark", artifact_location=Path(str(settings.mlflow.artifacts)).as_uri())
    mlflow.set_experiment("benchmark")
    version = int(packaging.log(texts, settings.mlflow.model).registered_model_version)
    assign(settings.mlflow.model, Alias.CHAMPION, version)
