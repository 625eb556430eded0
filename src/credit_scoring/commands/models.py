"""Models: trained, promoted, rolled back, held to what they promise and to what became of those they scored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.code_version import code_version
from credit_scoring.commands.loading import load_after_run
from credit_scoring.commands.starting import clock, start
from credit_scoring.context import Context
from credit_scoring.errors import CreditScoringError
from credit_scoring.model.registry import Alias, find, load_version, version_of
from credit_scoring.model.store import connect
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings
from credit_scoring.telemetry.gauges import tell

if TYPE_CHECKING:
    from credit_scoring.monitoring.run import Monitored
    from credit_scoring.training.promises import Kept
    from credit_scoring.training.promotion.promote import Promotion
    from credit_scoring.training.run import TrainingReport
    from credit_scoring.training.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PromiseReport:
    """The promises, by the model version that scored; None: there is none, and only features were judged."""

    model_version: int | None
    kept: tuple[Kept, ...]

    @property
    def broken(self) -> bool:
        """Whether one of them does not hold."""
        return any(each.broken for each in self.kept)


def champion(settings: Settings) -> int | None:
    """The version that scores, or None."""

    connect(settings.mlflow)
    return find(settings.mlflow.model, Alias.CHAMPION)


def train(settings: Settings, trials: int = 0, estimate: bool = False) -> TrainingReport:
    """Trains on all clients with an outcome and registers the challenger; `trials` of a search for parameters first.
    `estimate`: the model for people without a file."""
    from credit_scoring.training.run import train_and_register

    connect(settings.mlflow)
    return train_and_register(_training_source(settings), settings, code_version(), trials, estimate)


def promote(settings: Settings, force_reason: str | None = None, estimate: bool = False) -> Promotion:
    """Sets the challenger against the champion, and makes it the champion when it passes its gates or is forced.
    `estimate`: the model for people without a file."""
    from credit_scoring.training.promotion.promote import promote as promote_challenger

    connect(settings.mlflow)
    name = settings.mlflow.estimate if estimate else settings.mlflow.model
    version_of(name, Alias.CHALLENGER)  # said before a session is started, which takes seconds
    done = promote_challenger(_training_source(settings), settings, clock(), force_reason, estimate)
    if not done.refused:
        load_after_run(settings)
    return done


def rollback(settings: Settings, estimate: bool = False) -> Promotion:
    """Makes the champion before the present one the champion again. `estimate`: of the model for people without a
    file."""
    from credit_scoring.training.promotion.promote import rollback as roll_back

    connect(settings.mlflow)
    done = roll_back(settings.mlflow.estimate if estimate else settings.mlflow.model)
    load_after_run(settings)
    return done


def check_promises(settings: Settings, clients: int) -> PromiseReport:
    """Improves every promised raw value of the store's clients and scores again, by the champion or the challenger."""
    from credit_scoring.training.from_store import opened

    context = start(settings)
    connect(settings.mlflow)
    name = settings.mlflow.model
    versions = [version for alias in (Alias.CHAMPION, Alias.CHALLENGER) if (version := find(name, alias)) is not None]
    texts = load_version(name, versions[0])[0] if versions else None
    with opened(context.engine, context.ledger, settings.gather) as source:
        kept = source.promises(texts, clients)
    return PromiseReport(versions[0] if versions else None, kept)


def _training_source(settings: Settings) -> Callable[[], AbstractContextManager[Source]]:
    """What opens the store for a training or a promotion; a session is started here, the store is read there."""
    from credit_scoring.training.from_store import opened

    context = start(settings)
    return partial(opened, context.engine, context.ledger, settings.gather)


def monitor(settings: Settings, delivery: str = "", month: str = "", evidently: bool = False) -> Monitored:
    """Holds a delivery, or a month, against what its model learned from, and the outcomes so far against the scores;
    with `evidently` also by Evidently's report of a sample."""
    from credit_scoring.monitoring.second_opinion import interpreter

    python = interpreter(settings.monitoring.evidently_python) if evidently else None
    connect(settings.mlflow)
    return monitor_run(start(settings), delivery, month, python)


def monitor_run(context: Context, delivery: str, month: str = "", evidently: Path | None = None) -> Monitored:
    """The same in a run that is started already, with what people decided where the online store answers."""
    from credit_scoring.monitoring.metrics import JOB, gauges
    from credit_scoring.monitoring.overrides import human_decisions
    from credit_scoring.monitoring.run import monitor as look
    from credit_scoring.online import database
    from credit_scoring.online.place import owner_url

    settings = context.settings

    def texts_of(version: int) -> ModelTexts:
        return load_version(settings.mlflow.model, version)[0]

    human = None
    with owner_url(settings, start=False) as url:
        if url:
            try:
                with database.current(url) as connection:
                    human = human_decisions(connection)
            except CreditScoringError as error:
                log.warning("What people decided is left out: the online store does not answer: %s", error)
    found = look(context, texts_of, delivery, month, human, evidently)
    tell(gauges(found, clock()), settings.metrics, JOB)
    return found
