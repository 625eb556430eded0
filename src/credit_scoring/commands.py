"""What a user can have done, each a function of the settings: the command line and the jobs call the same ones.

This is the edge: here the engine, the clock, the run's id and the places come from, and nowhere else. What a command
does is imported by that command alone: MLflow, LightGBM, scikit-learn and matplotlib would take seconds of each.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.code_version import code_version
from credit_scoring.context import Context, Stopwatch
from credit_scoring.engines.choice import engine_of, runs_elsewhere
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import CreditScoringError
from credit_scoring.errors.usage import PICTURE_NOT_WRITTEN, WOULD_BE_REFUSED
from credit_scoring.features.words import Language
from credit_scoring.ledger.lease import present
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.store import connect
from credit_scoring.settings import Settings
from credit_scoring.storage.files import Folder

if TYPE_CHECKING:
    from credit_scoring.intake.deliver import Delivery
    from credit_scoring.intake.preview import Preview
    from credit_scoring.intake.run import IntakeReport
    from credit_scoring.model.texts import ModelTexts
    from credit_scoring.monitoring.run import Monitored
    from credit_scoring.online.loading import Loaded
    from credit_scoring.publishing.explain import Explanation
    from credit_scoring.publishing.published import Report
    from credit_scoring.publishing.reason_audit import Truth
    from credit_scoring.scoring.run import ScoreRun
    from credit_scoring.training.promises import Kept
    from credit_scoring.training.promotion.promote import Promotion
    from credit_scoring.training.run import TrainingReport
    from credit_scoring.training.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreReport:
    """What `score` did: the intake of what waited, then the scores."""

    intake: IntakeReport
    scores: Report


@dataclass(frozen=True)
class PromiseReport:
    """The promises, by the model version that scored; None: there is none, and only features were judged."""

    model_version: int | None
    kept: tuple[Kept, ...]

    @property
    def broken(self) -> bool:
        """Whether one of them does not hold."""
        return any(each.broken for each in self.kept)


def start(settings: Settings) -> Context:
    """Starts (or finds) the engine, for a run with an id of its own in the store that the settings name."""
    watch = Stopwatch(clock)
    with watch.step("starting the engine"):
        engine = engine_of(settings)
    ledger = Ledger(engine, None if runs_elsewhere() else present())
    return Context(settings, engine, ledger, new_run_id(), watch)


def start_writing(settings: Settings) -> Context:
    """The same for a run that scores: UsageError where the engine cannot write all tables, and MLflow is connected."""
    from credit_scoring.publishing.tables import check_writable

    context = start(settings)
    check_writable(context.engine)
    connect(settings.mlflow)
    return context


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def new_run_id() -> str:
    """An id that sorts by time: 20261121T101500-3f2a9c."""
    return f"{clock():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def deliver(
    settings: Settings,
    source: Path,
    name: str,
    say: Callable[[str], None],
    ignored: Collection[str] = (),
    without: Collection[str] = (),
) -> Delivery:
    """Uploads a folder of CSV files as a delivery."""
    from credit_scoring.intake.deliver import deliver as deliver_folder

    landing, split_bytes = Folder(settings.landing, settings.storage), settings.intake.split_file_mb * 1_000_000
    return deliver_folder(source, landing, name, split_bytes, say, ignored, without, settings.intake.format)


def deliver_checked(
    settings: Settings,
    source: Path,
    name: str,
    say: Callable[[str], None],
    ignored: Collection[str] = (),
    without: Collection[str] = (),
    as_it_is: bool = False,
) -> tuple[Delivery, Preview | None]:
    """Uploads a folder as a delivery unless intake would refuse it or could score nothing of it, which is a UsageError;
    and what intake would say. `as_it_is`: does not look before, and uploads whatever it is."""
    from credit_scoring.intake.preview import refused_because
    from credit_scoring.intake.sources import find as find_tables

    find_tables(source, ignored)  # what would be passed over is said before anything is read
    found = None if as_it_is else inspect(settings, source, ignored)
    if found is not None and not found.ready:
        raise WOULD_BE_REFUSED(folder=source, why=refused_because(found))
    return deliver(settings, source, name, say, ignored, without), found


def inspect(settings: Settings, source: Path, ignored: Collection[str] = ()) -> Preview:
    """What intake would say of a folder's files, and the format that would read more of them."""
    from credit_scoring.intake.inspection import Limits
    from credit_scoring.intake.preview import preview

    intake = settings.intake
    limits = Limits(intake.max_file_mb * 1_000_000, intake.max_inflation)
    return preview(source, intake.format, limits, intake.split_file_mb * 1_000_000, ignored)


def intake(settings: Settings) -> IntakeReport:
    """Takes in what waits in the landing root."""
    from credit_scoring.intake.run import intake as take_in

    return take_in(start(settings))


def train(settings: Settings, trials: int = 0, estimate: bool = False) -> TrainingReport:
    """Trains on all clients with an outcome and registers the challenger; `trials` of a search for parameters first.
    `estimate`: the model for people without a file."""
    from credit_scoring.training.run import train_and_register

    connect(settings.mlflow)
    return train_and_register(_training_source(settings), settings, code_version(), trials, estimate)


def promote(settings: Settings, force_reason: str | None = None, estimate: bool = False) -> Promotion:
    """Sets the challenger against the champion, and makes it the champion when it passes its gates or is forced.
    `estimate`: the model for people without a file."""
    from credit_scoring.model.registry import Alias, version_of
    from credit_scoring.training.promotion.promote import promote as promote_challenger

    connect(settings.mlflow)
    name = settings.mlflow.estimate if estimate else settings.mlflow.model
    version_of(name, Alias.CHALLENGER)  # said before a session is started, which takes seconds
    done = promote_challenger(_training_source(settings), settings, clock(), force_reason, estimate)
    if not done.refused:
        _load_online(settings)
    return done


def _training_source(settings: Settings) -> Callable[[], AbstractContextManager[Source]]:
    """What opens the store for a training or a promotion; a session is started here, the store is read there."""
    from credit_scoring.training.from_store import opened

    context = start(settings)
    return partial(opened, context.engine, context.ledger, settings.gather)


def rollback(settings: Settings, estimate: bool = False) -> Promotion:
    """Makes the champion before the present one the champion again. `estimate`: of the model for people without a
    file."""
    from credit_scoring.training.promotion.promote import rollback as roll_back

    connect(settings.mlflow)
    done = roll_back(settings.mlflow.estimate if estimate else settings.mlflow.model)
    _load_online(settings)
    return done


def score(settings: Settings, only: str | None = None) -> ScoreReport:
    """Takes in what waits, then scores and publishes every accepted delivery (or `only` that one) without a CSV."""
    from credit_scoring.intake.run import intake as take_in
    from credit_scoring.publishing.run_metrics import JOB, gauges
    from credit_scoring.telemetry.gauges import tell

    context = start_writing(settings)
    with context.watch.step("taking in what waited"):
        taken = take_in(context)
    report = ScoreReport(taken, score_and_publish(context, only))
    tell(gauges(report.intake, report.scores, context.watch.seconds, clock()), settings.metrics, JOB)
    return report


def score_and_publish(context: Context, only: str | None = None, model_version: int | None = None) -> Report:
    """Scores and publishes what is accepted and has no CSV yet; `only` one delivery, by a version or the champion."""
    from credit_scoring.scoring.run import score_waiting

    report = _published(context, lambda run: score_waiting(run, only, model_version))
    if context.settings.monitoring.after_delivery:
        _monitor_each(context, report)
    return report


def _published(context: Context, work: Callable[[ScoreRun], None]) -> Report:
    """What a score run publishes, also into the online store."""
    from credit_scoring.model.registry import Alias, load_version
    from credit_scoring.publishing.publication import Publication
    from credit_scoring.scoring.run import ScoreRun

    def model_of(version: int | None) -> tuple[ModelTexts, int]:
        return load_version(context.settings.mlflow.model, Alias.CHAMPION if version is None else version)

    publication = Publication(context)
    work(ScoreRun(context, model_of, publication.publish))
    report = publication.report()
    _load_online(context.settings, context.engine)
    return report


def _monitor_each(context: Context, report: Report) -> None:
    """Monitors what was published; what goes wrong is a warning, because the scores are out."""
    for done in report.published:
        if done.summary.scored:
            try:
                found = _monitor(replace(context, run_id=new_run_id()), done.delivery)
            except CreditScoringError as error:
                log.warning("Delivery %s was not monitored: %s", done.delivery, error)
            else:
                log.info("Monitoring of %s: %s (%s)", done.delivery, found.verdict.sentence, found.page)


def rescore(settings: Settings, clients_of: str | None = None, as_of: str | None = None) -> ScoreReport:
    """Scores all clients, or those of a delivery, again by the champion, as known at a delivery; takes nothing in."""
    from credit_scoring.intake.run import IntakeReport
    from credit_scoring.scoring.rescore import rescore as score_again

    context = start_writing(settings)
    context.ledger.create()
    return ScoreReport(IntakeReport(), _published(context, lambda run: score_again(run, clients_of, as_of)))


def _load_online(settings: Settings, engine: Engine | None = None) -> None:
    """Brings what is published into the online store, where there is one; by `engine` if it is started already.

    That it does not answer is a warning: what is published is published, and the next load catches up.
    """
    from credit_scoring.online.place import owner_url

    with owner_url(settings, start=False) as url:
        if not url:
            return
        try:
            done = publish_online(settings, url, engine)
        except CreditScoringError as error:
            log.warning("The online store was not loaded (`credit-scoring publish-online` does it later): %s", error)
        else:
            log.info("The online store holds what is published (%s scores new or changed)", f"{done.scores:,}")


def publish_online(settings: Settings, url: str, engine: Engine | None = None) -> Loaded:
    """Brings what is published, and the champions, into the online store at `url`; without `engine` one is started."""
    from credit_scoring.model.registry import Alias, find, load_version
    from credit_scoring.online import database
    from credit_scoring.online.loading import Champion, load
    from credit_scoring.online.reader import PublishedStore

    connect(settings.mlflow)

    def texts_of(name: str, version: int) -> ModelTexts:
        return load_version(name, version)[0]

    def opened() -> PublishedStore:
        return PublishedStore.open(engine or engine_of(settings), settings.gather)

    named = ((name, find(name, Alias.CHAMPION)) for name in (settings.mlflow.model, settings.mlflow.estimate))
    champions = [Champion(name, version, partial(texts_of, name, version)) for name, version in named if version]
    with database.current(url) as connection:
        return load(connection, opened, champions, new_run_id())


def monitor(settings: Settings, delivery: str = "", month: str = "") -> Monitored:
    """Holds a delivery, or a month, against what its model learned from, and the outcomes so far against the scores."""
    connect(settings.mlflow)
    return _monitor(start(settings), delivery, month)


def _monitor(context: Context, delivery: str, month: str = "") -> Monitored:
    from credit_scoring.model.registry import load_version
    from credit_scoring.monitoring.metrics import JOB, gauges
    from credit_scoring.monitoring.overrides import human_decisions
    from credit_scoring.monitoring.run import monitor as look
    from credit_scoring.online import database
    from credit_scoring.online.place import owner_url
    from credit_scoring.telemetry.gauges import tell

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
    found = look(context, texts_of, delivery, month, human)
    tell(gauges(found, clock()), settings.metrics, JOB)
    return found


def champion(settings: Settings) -> int | None:
    """The version that scores, or None."""
    from credit_scoring.model.registry import Alias, find

    connect(settings.mlflow)
    return find(settings.mlflow.model, Alias.CHAMPION)


def explain(settings: Settings, client_id: int, language: Language, picture: Path | None = None) -> Explanation:
    """One client's latest score, in words; also as a PNG file where `picture` says so (UsageError if it cannot be)."""
    from credit_scoring.publishing.explain import explain as explain_client

    found = explain_client(start(settings).engine, client_id, language)
    if picture is not None:
        from credit_scoring.explanation.waterfall_picture import png

        try:
            picture.write_bytes(png(found.waterfall(), found.headline))
        except OSError as error:
            raise PICTURE_NOT_WRITTEN(file=picture, why=error.strerror) from error
    return found


def check_reasons(settings: Settings) -> Truth:
    """Judges every published sentence of the latest model version by the raw rows of its client."""
    from credit_scoring.publishing.reason_audit import check as check_truth

    return check_truth(start(settings))


def check_promises(settings: Settings, clients: int) -> PromiseReport:
    """Improves every promised raw value of the store's clients and scores again, by the champion or the challenger."""
    from credit_scoring.model.registry import Alias, find, load_version
    from credit_scoring.training.from_store import opened

    context = start(settings)
    connect(settings.mlflow)
    name = settings.mlflow.model
    versions = [version for alias in (Alias.CHAMPION, Alias.CHALLENGER) if (version := find(name, alias)) is not None]
    texts = load_version(name, versions[0])[0] if versions else None
    with opened(context.engine, context.ledger, settings.gather) as source:
        kept = source.promises(texts, clients)
    return PromiseReport(versions[0] if versions else None, kept)
