"""A training becomes one MLflow run and one registered version, the challenger; or, when anything fails, neither."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import mlflow
import polars as pl

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.packaging import log as log_model
from credit_scoring.model.registry import Alias, assign
from credit_scoring.model.scorer import assemble
from credit_scoring.model.store import asking_mlflow
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import DecisionSettings, TrainingSettings
from credit_scoring.training.examination.examine import Examination
from credit_scoring.training.intervals import Interval
from credit_scoring.training.measures import reliability
from credit_scoring.training.source import Lineage
from credit_scoring.training.tracking import withdraw
from credit_scoring.training.train import Trained

log = logging.getLogger(__name__)


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
    """The artifacts of the model that a training found, but for its card, which tells what comes after.

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
            **_plain(parameters),
            "rounds": trained.rounds,
            "clients": trained.sample.clients,
            "defaults": trained.sample.defaults,
            **lineage,
        },
    )
    return assemble(trained.booster, decision, trained.inputs.declared, probe_vectors, model_card="")


def register(
    trained: Trained,
    texts: ModelTexts,
    parameters: TrainingSettings,
    decision_settings: DecisionSettings,
    model_name: str,
    run_id: str,
    examined: Examination | None = None,
) -> Registered:
    """Logs and registers the model `texts` of a training under `model_name`, and makes it the challenger.

    `run_id`: the MLflow run that is going on (see tracking). ModelError when the store does not answer; then no version
    of the run is left. What the model was examined for is logged too; a model that was not cannot pass its gates.
    """
    log.info("registering the model")
    try:
        with asking_mlflow("log the parameters and metrics of the run"):
            mlflow.log_params({**_plain(parameters), **decision_settings.model_dump()})
            mlflow.log_metrics({**trained.metrics, **_limits(trained.intervals), "rounds": trained.rounds})
            mlflow.set_tags({"trained_by": trained.trainer, "trained_in_tasks": str(trained.tasks)})
            for fold, rounds in enumerate(trained.fold_rounds):
                mlflow.log_metric("fold_rounds", rounds, step=fold + 1)
            if trained.remarks:
                mlflow.set_tag("remarks", "\n".join(trained.remarks))
            mlflow.log_text(texts.model_card, "model_card.html")
            if examined is not None:
                mlflow.log_metrics(dict(examined.metrics()))
                mlflow.log_dict(asdict(examined), "examination.json")
            mlflow.log_text(_csv(each.row() for each in trained.comparison), "comparison.csv")
            mlflow.log_text(_csv(asdict(point) for point in trained.cost_curve), "cost_curve.csv")
            mlflow.log_text(_csv(_calibration(trained)), "calibration.csv")
        version = int(log_model(texts, model_name).registered_model_version or 0)
        assign(model_name, Alias.CHALLENGER, version)
    except BaseException:
        withdraw(model_name, run_id)
        raise
    return Registered(version, run_id)


def _plain(parameters: TrainingSettings) -> Lineage:
    """The parameters as numbers and texts."""
    values = parameters.model_dump()
    return {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _csv(rows: Iterable[Mapping[str, object]]) -> str:
    return pl.DataFrame(list(rows)).write_csv()


def _calibration(trained: Trained) -> Iterator[Mapping[str, str | float]]:
    """The points of the reliability curves, a row each; `low` and `high` are the interval of `actual`."""
    for sample, clients in (("out of fold", trained.out_of_fold), ("holdout", trained.holdout)):
        for each in reliability(clients.target, trained.scale.probability(clients.margin)):
            interval = {"actual": each.actual.value, "low": each.actual.low, "high": each.actual.high}
            yield {"sample": sample, "clients": each.clients, "predicted": each.predicted, **interval}


def _limits(intervals: Mapping[str, Interval]) -> dict[str, float]:
    low = {f"{name}_low": interval.low for name, interval in intervals.items()}
    return low | {f"{name}_high": interval.high for name, interval in intervals.items()}
