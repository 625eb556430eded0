"""A registration in a process of its own that SIGKILL ends at a moment of MLflow's store, for test_killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import mlflow
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as Tracking

from credit_scoring.model import pyfunc  # noqa: F401 -- imported here, once for all processes that are forked
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import DecisionSettings, MlflowSettings, TrainingSettings
from credit_scoring.training.register import register
from credit_scoring.training.tracking import tracked
from credit_scoring.training.train import Trained

AFTER: dict[str, tuple[type[Any], str]] = {
    "the run is open": (Tracking, "create_run"),
    "some figures are there": (Tracking, "log_batch"),
    "the model's files are there": (Tracking, "finalize_logged_model"),
    "its name is known": (Registry, "create_registered_model"),
    "its version exists": (Registry, "create_model_version"),
    "its version is the challenger": (Registry, "set_registered_model_alias"),
}
"""What MLflow's store has just done when the process dies, in this order: between two of them there is nothing that a
rerun could take for a model."""


def dying(done: Callable[..., Any]) -> Callable[..., Any]:
    """`done`, and then the end, whether it could or refused."""

    def wrapped(*arguments: Any, **named: Any) -> Any:
        try:
            return done(*arguments, **named)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def registering(
    moment: str, uri: str, settings: MlflowSettings, parts: tuple[Trained, ModelTexts, TrainingSettings]
) -> None:
    """Registers the model in the store at `uri` and dies at the moment."""
    where, method = AFTER[moment]
    setattr(where, method, dying(getattr(where, method)))
    mlflow.set_tracking_uri(uri)
    trained, texts, parameters = parts
    with tracked(settings) as run_id:
        register(trained, texts, parameters, DecisionSettings(), settings.model, run_id)
