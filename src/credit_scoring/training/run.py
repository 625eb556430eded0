"""The training run: clients with an outcome, as known when they applied, become the challenger."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from credit_scoring.clients import cohort
from credit_scoring.clients.vectors import vectors
from credit_scoring.errors.learning import NO_OUTCOMES, NOTHING_ACCEPTED
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.intake import events
from credit_scoring.intake.appending import CLIENT_DELIVERIES, QUARANTINE
from credit_scoring.intake.events import Delivered
from credit_scoring.intake.ledger import Ledger
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import Settings
from credit_scoring.storage.tables import Tables
from credit_scoring.synthetic.known import known
from credit_scoring.training.card.card import card
from credit_scoring.training.examination.examine import Examination, examine, warnings
from credit_scoring.training.inputs import inputs
from credit_scoring.training.register import Lineage, Registered, register, texts_of
from credit_scoring.training.tracking import record_trial, tracked
from credit_scoring.training.train import Trained, parted, train
from credit_scoring.training.tune import Trial, tune

log = logging.getLogger(__name__)
_PROBE_CLIENTS, _PROBE_SEED = 50, 20


@dataclass(frozen=True)
class TrainingReport:
    """The registered challenger, and what was found on the way."""

    registered: Registered
    trained: Trained
    examined: Examination


def train_and_register(
    tables: Tables, ledger: Ledger, settings: Settings, code_version: str, trials: int = 0
) -> TrainingReport:
    """Trains on every client with a visible outcome; ModelError with a sentence when no model can be had.

    `trials`: of a search for better parameters than those of the settings, 0 for none (see tune).
    """
    ledger.create()
    # Before the rows that it makes visible: an intake meanwhile adds to no table that is read.
    tables = tables.pinned([events.TABLE])
    accepted = Ledger(tables).accepted()
    if not accepted:
        raise NOTHING_ACCEPTED()
    tables = tables.pinned([source.name for source in TABLES] + [QUARANTINE, CLIENT_DELIVERIES])
    with tracked(settings.mlflow) as run_id:
        learners = cohort.to_train(tables, accepted)
        count = learners.count()
        if count == 0:
            raise NO_OUTCOMES()
        log.info("building the vectors of %s clients with an outcome", f"{count:,}")
        seqs = cohort.seqs_of(tables, learners, accepted)
        frame = vectors(tables, learners, count, seqs, settings.gather)
        declared = inputs(registry.FEATURES, registry.fingerprint())
        parameters = settings.training
        with parted(frame, parameters) as kept:
            if trials:
                parameters = tune(kept, declared, parameters, trials, partial(_record, run_id))
            trained = train(kept, declared, parameters, settings.decision)
            trained = replace(trained, remarks=(*_contradictions(tables, accepted), *trained.remarks))
            lineage: Lineage = {
                "code_version": code_version,
                "deliveries": ", ".join(_names([delivered.name for delivered in accepted])),
                "last_seq": accepted[-1].seq,
                "tuning_trials": trials,
                **{f"table_version_{table}": version for table, version in sorted(tables.versions.items())},
            }
            texts = texts_of(trained, _probe(), lineage, parameters, settings.decision)
            examined = examine(tables, Ledger(tables), kept, trained, texts, learners, settings)
        for sentence in warnings(examined):
            log.warning("%s", sentence)
        texts = replace(texts, model_card=card(trained, examined, texts))
        registered = register(trained, texts, parameters, settings.decision, settings.mlflow.model, run_id, examined)
    return TrainingReport(registered, trained, examined)


def _contradictions(tables: Tables, accepted: Sequence[Delivered]) -> tuple[str, ...]:
    if not (clients := cohort.contradicted(tables, accepted)):
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
