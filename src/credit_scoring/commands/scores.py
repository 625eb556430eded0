"""Scores: of what waits, again of who has one, of what was held; each published and brought to the online store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from credit_scoring.commands.loading import load_after_run
from credit_scoring.commands.models import monitor_run
from credit_scoring.commands.starting import clock, new_run_id, start_writing
from credit_scoring.context import Context
from credit_scoring.errors import CreditScoringError
from credit_scoring.intake.run import IntakeReport
from credit_scoring.intake.run import intake as take_in
from credit_scoring.model.registry import Alias, load_version
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.breaker import clear
from credit_scoring.publishing.publication import Publication
from credit_scoring.publishing.published import JOB, Report, gauges
from credit_scoring.scoring.rescore import rescore as score_again
from credit_scoring.scoring.run import ScoreRun, score_waiting
from credit_scoring.settings import Settings
from credit_scoring.telemetry.gauges import tell

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreReport:
    """What `score` did: the intake of what waited, then the scores."""

    intake: IntakeReport
    scores: Report


def score(settings: Settings, only: str | None = None) -> ScoreReport:
    """Takes in what waits, then scores and publishes every accepted delivery (or `only` that one) without a CSV."""
    context = start_writing(settings)
    with context.watch.step("taking in what waited"):
        taken = take_in(context)
    report = ScoreReport(taken, score_and_publish(context, only))
    tell(gauges(report.intake, report.scores, context.watch.seconds, clock()), settings.metrics, JOB)
    return report


def rescore(settings: Settings, clients_of: str | None = None, as_of: str | None = None) -> ScoreReport:
    """Scores all clients, or those of a delivery, again by the champion, as known at a delivery; takes nothing in."""
    context = start_writing(settings)
    context.ledger.create()
    return ScoreReport(IntakeReport(), _published(context, lambda run: score_again(run, clients_of, as_of)))


def publish_waiting(settings: Settings) -> Report:
    """Scores and publishes what is accepted and has no CSV yet; takes nothing in."""
    return score_and_publish(start_writing(settings))


def release(settings: Settings, delivery: str, reason: str) -> Report:
    """Lets a held delivery through, and publishes it as the model version that scored it found it."""
    context = start_writing(settings)
    version = clear(context, delivery, reason)
    return score_and_publish(context, delivery, version)


def score_and_publish(context: Context, only: str | None = None, model_version: int | None = None) -> Report:
    """Scores and publishes what is accepted and has no CSV yet; `only` one delivery, by a version or the champion."""
    report = _published(context, lambda run: score_waiting(run, only, model_version))
    if context.settings.monitoring.after_delivery:
        _monitor_each(context, report)
    return report


def _published(context: Context, work: Callable[[ScoreRun], None]) -> Report:
    """What a score run publishes, also into the online store."""

    def model_of(version: int | None) -> tuple[ModelTexts, int]:
        return load_version(context.settings.mlflow.model, Alias.CHAMPION if version is None else version)

    publication = Publication(context)
    work(ScoreRun(context, model_of, publication.publish))
    report = publication.report()
    load_after_run(context.settings, context.engine)
    return report


def _monitor_each(context: Context, report: Report) -> None:
    """Monitors what was published; what goes wrong is a warning, because the scores are out."""
    for done in report.published:
        if done.summary.scored:
            try:
                found = monitor_run(replace(context, run_id=new_run_id()), done.delivery)
            except CreditScoringError as error:
                log.warning("Delivery %s was not monitored: %s", done.delivery, error)
            else:
                log.info("Monitoring of %s: %s (%s)", done.delivery, found.verdict.sentence, found.page)
