"""A training is one MLflow run from its first step on: a store that is down is met before the work, not after it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from credit_scoring.errors import CreditScoringError
from credit_scoring.model.registry import Alias, find
from credit_scoring.model.store import asking_mlflow
from credit_scoring.settings import MlflowSettings
from credit_scoring.training.unfinished import held, take_back_killed

log = logging.getLogger(__name__)

_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"


@contextmanager
def tracked(settings: MlflowSettings) -> Iterator[str]:
    """An MLflow run in the store that this process is connected to; its id.

    What trainings left that were killed is taken back before (see unfinished). ModelError when store or registry do not
    answer. The run ends as finished, or as failed with the sentence why, in the tag `failure`, when something is raised
    inside.
    """
    with _impatiently():
        find(settings.model, Alias.CHALLENGER)
        with asking_mlflow("start a run"):
            experiment = _experiment(settings)
            take_back_killed(experiment, (settings.model, settings.estimate))
            run_id = str(mlflow.start_run(experiment_id=experiment, tags=held()).info.run_id)
    try:
        yield run_id
    except BaseException as error:
        _end("FAILED", str(error) if isinstance(error, CreditScoringError) else type(error).__name__)
        raise
    _end("FINISHED")


def record_trial(run_id: str, name: str, parameters: Mapping[str, float], metrics: Mapping[str, float]) -> None:
    """A run below the run `run_id`, in its experiment."""
    with asking_mlflow(f"log {name}"):
        experiment = mlflow.get_run(run_id).info.experiment_id
        with mlflow.start_run(experiment_id=experiment, nested=True, parent_run_id=run_id, run_name=name, tags=held()):
            mlflow.log_params(dict(parameters))
            mlflow.log_metrics(dict(metrics))


@contextmanager
def _impatiently() -> Iterator[None]:
    """A server that does not answer is given up after seconds, not minutes; later on, patience saves a training."""
    before = os.environ.get(_RETRIES)
    os.environ[_RETRIES] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_RETRIES]
        else:
            os.environ[_RETRIES] = before


def _experiment(settings: MlflowSettings) -> str:
    """The id of the experiment of the settings, which is created with its place for artifacts where it is new."""
    experiment = mlflow.get_experiment_by_name(settings.experiment)
    if experiment is not None:
        return str(experiment.experiment_id)
    place = settings.artifacts
    if place is not None and "://" not in place:
        place = Path(place).absolute().as_uri()
    return str(mlflow.create_experiment(settings.experiment, artifact_location=place))


def _end(status: str, failure: str | None = None) -> None:
    """Ends the run; where even that fails, what failed first is what the user has to know."""
    try:
        if failure is not None:
            mlflow.set_tag("failure", failure)
    except (MlflowException, SQLAlchemyError, OSError):
        log.warning("could not note in MLflow why the training failed")
    try:
        mlflow.end_run(status)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        log.warning("could not end the run in MLflow (%s)", type(error).__name__)
