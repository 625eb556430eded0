"""The training run: clients with an outcome, as known when they applied, become the challenger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from credit_scoring.errors.models import NO_OUTCOMES, NOTHING_ACCEPTED
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model.registry import Alias, load_version
from credit_scoring.progress import doing
from credit_scoring.settings import Settings
from credit_scoring.synthetic.lender import known
from credit_scoring.training.bins import bins
from credit_scoring.training.card.card import card
from credit_scoring.training.estimate import estimating, facts
from credit_scoring.training.examination.examine import Examination, examine, warnings
from credit_scoring.training.inputs import inputs
from credit_scoring.training.register import Registered, register, texts_of
from credit_scoring.training.source import Lineage, Source
from credit_scoring.training.split import Split
from credit_scoring.training.tracking import record_trial, tracked
from credit_scoring.training.train import Trained, train
from credit_scoring.training.tune import Trial, tune

log = logging.getLogger(__name__)
_PROBE_CLIENTS, _PROBE_SEED = 50, 20


@dataclass(frozen=True)
class TrainingReport:
    """The registered challenger and what was found on the way; `estimate`: it is for people without a file."""

    registered: Registered
    trained: Trained
    examined: Examination
    estimate: bool = False


def train_and_register(
    opened: Callable[[], AbstractContextManager[Source]],
    settings: Settings,
    code_version: str,
    trials: int = 0,
    estimate: bool = False,
) -> TrainingReport:
    """Trains on every client with a visible outcome; ModelError with a sentence when no model can be had.

    `opened` gives the store as it is then. `trials`: of a search for better parameters than those of the settings, 0
    for none (see tune). `estimate`: the model for people without a file, which is measured against the champion; there
    must be one.
    """
    champion = load_version(settings.mlflow.model, Alias.CHAMPION)[0] if estimate else None
    with opened() as source:
        deliveries = source.deliveries()
        if not deliveries:
            raise NOTHING_ACCEPTED()
        with tracked(settings.mlflow) as run_id:
            parameters = settings.training
            log.info("building the vectors of the clients with an outcome")
            with doing("building the vectors"):
                outcomes = source.outcomes(Split(parameters.folds, parameters.holdout_percent))
            learners = outcomes.learners
            if not len(learners.client_id):
                raise NO_OUTCOMES()
            declared = inputs(registry.FEATURES, registry.fingerprint())
            if champion is not None:
                declared = estimating(declared)
            trainer = source.trainer(parameters, len(learners.client_id))
            if trials:
                parameters = tune(trainer, learners, declared, parameters, trials, partial(_record, run_id))
            trained = train(trainer, learners, declared, parameters, settings.decision)
            trained = replace(trained, remarks=(*_contradictions(source), *trained.remarks))
            lineage: Lineage = {
                "code_version": code_version,
                "trained_by": trained.trainer,
                "trained_in_tasks": trained.tasks,
                "deliveries": ", ".join(_names(deliveries)),
                "tuning_trials": trials,
                **source.lineage(),
            }
            texts = texts_of(trained, _probe(), lineage, parameters, settings.decision)
            if champion is not None:
                measured = {**lineage, **facts(texts, champion, learners)}
                texts = texts_of(trained, _probe(), measured, parameters, settings.decision)
            counted = bins(outcomes, trained, texts, source.vocabulary())
            texts = replace(texts, bins=counted.to_json())
            with doing("examining the model"):
                examined = examine(source, outcomes, trained, texts, settings)
            for sentence in warnings(examined):
                log.warning("%s", sentence)
            texts = replace(texts, model_card=card(trained, examined, texts))
            model = settings.mlflow.estimate if estimate else settings.mlflow.model
            registered = register(trained, texts, parameters, settings.decision, model, run_id, examined)
    return TrainingReport(registered, trained, examined, estimate)


def _contradictions(source: Source) -> tuple[str, ...]:
    if not (clients := source.contradicted()):
        return ()
    remark = (
        f"{clients:,} clients have an outcome that a later delivery contradicts; the latest counts. If these were not "
        "corrections, deliver the right outcomes and train again."
    )
    log.warning(remark)
    return (remark,)


def _record(run_id: str, trial: Trial) -> None:
    measured = {"auc": trial.auc, "rounds": trial.rounds, "folds": float(trial.folds), "seconds": trial.seconds}
    record_trial(run_id, f"trial {trial.number + 1}", trial.parameters, measured)


def _names(names: Sequence[str], most: int = 20) -> list[str]:
    return [*names[:most], *([f"and {len(names) - most} more"] if len(names) > most else [])]


def _probe() -> Matrix:
    """The vectors of generated clients, which every load of the model scores again."""
    return matrix(feature_frame(known(range(_PROBE_CLIENTS), _PROBE_SEED)))
