"""A training is one MLflow run from its first step on: a store that is down is met before the work, not after it.

A version is registered before it can be named the challenger, and MLflow knows no step that does both. A training that
fails takes its version back itself. One that was killed cannot: its run stays open, with a version that nobody calls by
an alias. So every open run names its holder (see ledger.lease), and the next training takes back what a run left whose
holder is gone. Where a holder cannot be looked for (another machine) the run stays as it is; nothing uses a version
without an alias.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from credit_scoring.errors import CreditScoringError
from credit_scoring.ledger import lease
from credit_scoring.model.registry import Alias, find
from credit_scoring.model.store import asking_mlflow
from credit_scoring.settings import MlflowSettings

log = logging.getLogger(__name__)

HOLDER = "holder"
"""The tag of a run that names the processes it runs in."""

KILLED = "it was killed; what it had registered was taken back"
_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"


@contextmanager
def tracked(settings: MlflowSettings) -> Iterator[str]:
    """An MLflow run in the store that this process is connected to; its id.

    What trainings left that were killed is taken back before (see take_back_killed). ModelError when store or registry
    do not answer. The run ends as finished, or as failed with the sentence why, in the tag `failure`, when something is
    raised inside.
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


def held() -> dict[str, str]:
    """The tags of a run of this process."""
    holder = lease.present()
    return {} if holder is None else {HOLDER: holder}


def take_back_killed(experiment: str, models: Iterable[str]) -> None:
    """Ends the open runs of the experiment (its id) whose processes are gone, and removes the versions that they
    registered of `models` without having named them.

    MlflowException when the store does not answer.
    """
    client = MlflowClient()
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'", ViewType.ALL):
        if lease.is_gone(run.data.tags.get(HOLDER)):
            _end_killed(client, run, [_withdrawn(client, model, run.info.run_id) for model in models])


def withdraw(model: str, run_id: str) -> None:
    """Removes the versions that a failed run registered, and the model if there is no other version of it."""
    client = MlflowClient()
    try:
        _withdrawn(client, model, run_id, even_named=True)
        if not client.search_model_versions(f"name = '{model}'"):
            client.delete_registered_model(model)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        # What failed first is what the user has to know; a version without an alias is never used.
        log.warning("could not remove what run %s had registered (%s)", run_id, type(error).__name__)


def _withdrawn(client: MlflowClient, model: str, run_id: str, even_named: bool = False) -> bool:
    """Removes the run's versions of the model; whether one is left, because it has an alias already."""
    # By name, because Unity Catalog finds no version by its run.
    versions = [each for each in client.search_model_versions(f"name = '{model}'") if each.run_id == run_id]
    if not versions:
        return False
    named = set() if even_named else set(map(str, client.get_registered_model(model).aliases.values()))
    for each in versions:
        if str(each.version) not in named:
            client.delete_model_version(model, str(each.version))
    return any(str(each.version) in named for each in versions)


def _end_killed(client: MlflowClient, run: Run, named: list[bool]) -> None:
    """Ends a run that nobody will end; one whose version was named had nothing left to do."""
    run_id = run.info.run_id
    if any(named):
        client.set_terminated(run_id, "FINISHED")
        return
    log.warning("the training of run %s was killed; what it left is taken back", run_id)
    client.set_tag(run_id, "failure", KILLED)
    client.set_terminated(run_id, "KILLED")
