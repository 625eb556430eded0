"""A training becomes one MLflow run and one registered version, the challenger; or, when anything fails, neither."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from credit_scoring.explanation.contributions import Matrix
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.assembly import assemble
from credit_scoring.model.packaging import log as log_model
from credit_scoring.model.registry import Alias, assign
from credit_scoring.model.store import asking_mlflow
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import DecisionSettings, MlflowSettings, TrainingSettings
from credit_scoring.training.card import card
from credit_scoring.training.train import Trained

log = logging.getLogger(__name__)

Lineage = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Registered:
    """A registered version, and the MLflow run that holds its parameters, metrics and artifacts."""

    version: int
    run_id: str


def texts_of(
    trained: Trained,
    probe_vectors: Matrix,
    lineage: Lineage,
    parameters: TrainingSettings,
    decision_settings: DecisionSettings,
) -> ModelTexts:
    """The artifacts of the model that a training found.

    `probe_vectors`: float32 [k, F] of generated clients. `lineage`: where the vectors came from (versions of tables,
    code version); parameters and counts are added to it. ModelError when the parts do not belong together.
    """
    decision = Decision.of(
        scale=trained.scale,
        costs=trained.costs,
        reference=trained.reference,
        phi_0=trained.phi_0,
        fingerprint=trained.inputs.declared.fingerprint,
        refer_band=decision_settings.refer_band,
        lineage={
            **parameters.model_dump(),
            "rounds": trained.rounds,
            "clients": trained.sample.clients,
            "defaults": trained.sample.defaults,
            **lineage,
        },
    )
    return assemble(trained.booster, decision, trained.inputs.declared, probe_vectors, card(trained, decision))


def register(
    trained: Trained,
    texts: ModelTexts,
    parameters: TrainingSettings,
    decision_settings: DecisionSettings,
    settings: MlflowSettings,
) -> Registered:
    """Logs and registers the model `texts` of a training under `settings.model`, and makes it the challenger.

    In the MLflow store that this process is connected to (mlflow.set_tracking_uri). ModelError when the store does not
    answer; then the run is marked as failed and no version of it is left.
    """
    log.info("registering the model")
    with asking_mlflow("start a run"):
        run = mlflow.start_run(experiment_id=_experiment(settings))
    run_id: str = run.info.run_id
    # As a context, the run ends as failed when anything below raises.
    with run:
        try:
            with asking_mlflow("log the parameters and metrics of the run"):
                mlflow.log_params({**parameters.model_dump(), **decision_settings.model_dump()})
                mlflow.log_metrics({**trained.metrics, "rounds": trained.rounds})
                for fold, rounds in enumerate(trained.fold_rounds):
                    mlflow.log_metric("fold_rounds", rounds, step=fold + 1)
            version = int(log_model(texts, settings.model).registered_model_version or 0)
            assign(settings.model, Alias.CHALLENGER, version)
        except BaseException:
            _withdraw(settings.model, run_id)
            raise
    return Registered(version, run_id)


def _experiment(settings: MlflowSettings) -> str:
    """The id of the experiment of the settings, which is created with its place for artifacts where it is new."""
    experiment = mlflow.get_experiment_by_name(settings.experiment)
    if experiment is not None:
        return str(experiment.experiment_id)
    place = settings.artifacts
    if place is not None and "://" not in place:
        place = Path(place).absolute().as_uri()
    return str(mlflow.create_experiment(settings.experiment, artifact_location=place))


def _withdraw(model_name: str, run_id: str) -> None:
    """Removes the versions that a failed run registered, and the model if there is no other version of it."""
    client = MlflowClient()
    try:
        for version in client.search_model_versions(f"run_id = '{run_id}'"):
            client.delete_model_version(model_name, version.version)
        if not client.search_model_versions(f"name = '{model_name}'"):
            client.delete_registered_model(model_name)
    except MlflowException as error:
        # What failed first is what the user has to know; a version without an alias is never used.
        log.warning("could not remove what run %s had registered (%s)", run_id, error.error_code)
