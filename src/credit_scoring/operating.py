"""What an operator can have done beside the daily run, each a function of the settings (see commands)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credit_scoring.commands import Store, clock, new_run_id, open_store, publish
from credit_scoring.model.registry import Alias, find
from credit_scoring.model.store import connect
from credit_scoring.online.place import owner_url
from credit_scoring.operations.forget import Forgotten
from credit_scoring.operations.forget import forget as forget_client
from credit_scoring.operations.maintain import Maintained
from credit_scoring.operations.requeue import Requeued
from credit_scoring.operations.requeue import requeue as requeue_rows
from credit_scoring.operations.withdraw import Withdrawal
from credit_scoring.operations.withdraw import withdraw as withdraw_delivery
from credit_scoring.operations.working import OperatorContext
from credit_scoring.publishing.pipeline import Report
from credit_scoring.publishing.release import clear
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.publishing.tables import check_writable
from credit_scoring.settings import RetentionSettings, Settings

Upkeep = Callable[[OperatorContext, RetentionSettings], Maintained]
"""One of operations.maintain."""


def publish_waiting(settings: Settings) -> Report:
    """Scores and publishes what is accepted and has no CSV yet; takes nothing in."""
    store = open_store(settings)
    check_writable(store.engine)
    connect(settings.mlflow)
    return publish(settings, store, new_run_id(), Stopwatch(clock))


def release(settings: Settings, delivery: str, reason: str) -> Report:
    """Lets a held delivery through, and publishes it as the model version that scored it found it."""
    store = open_store(settings)
    check_writable(store.engine)
    connect(settings.mlflow)
    run_id = new_run_id()
    version = clear(store.ledger, delivery, reason, run_id, clock())
    return publish(settings, store, run_id, Stopwatch(clock), delivery, version)


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal, and the scores that take the place of the withdrawn ones; None before there is a champion."""

    withdrawal: Withdrawal
    scores: Report | None


def withdraw(settings: Settings, delivery: str, reason: str) -> Withdrawn:
    """Withdraws a delivery and scores its clients again; what else waits is left to the next score run."""
    context, publish_it = _at_work(settings)
    done = withdraw_delivery(context, delivery, reason)
    return Withdrawn(done, publish_it(done.again))


def _at_work(settings: Settings) -> tuple[OperatorContext, Callable[[str], Report | None]]:
    """The context of one command, and what scores and publishes the delivery that it made, if there is a champion."""
    store, run_id = open_store(settings), new_run_id()
    connect(settings.mlflow)

    def publish_it(delivery: str) -> Report | None:
        if find(settings.mlflow.model, Alias.CHAMPION) is None:
            return None
        return publish(settings, store, run_id, Stopwatch(clock), delivery)

    return _context(settings, store, run_id), publish_it


def _context(settings: Settings, store: Store, run_id: str | None = None) -> OperatorContext:
    return OperatorContext(store.engine, store.ledger, run_id or new_run_id(), clock, settings.intake.claim_minutes)


@dataclass(frozen=True)
class TriedAgain:
    """Quarantined rows that were tried again, and the scores of those whose rows passed; None where nobody's did."""

    requeued: tuple[Requeued, ...]
    scores: tuple[Report, ...]


def requeue(settings: Settings, delivery: str | None, rule: str | None) -> TriedAgain:
    """Tries quarantined rows again and scores the clients whose rows pass now."""
    context, publish_it = _at_work(settings)
    done = requeue_rows(context, delivery, rule)
    scores = [publish_it(each.delivery) for each in done if each.delivery is not None]
    return TriedAgain(done, tuple(report for report in scores if report is not None))


def forget(settings: Settings, client: int) -> Forgotten:
    """Erases a client from every table and from the online store, and lists the files that still name it."""
    store = open_store(settings)
    folders = (store.landing, store.published, store.reports)
    done = forget_client(_context(settings, store), client, folders, settings.intake.format)
    with owner_url(settings) as url:
        if url:
            from credit_scoring.online import database, journal

            with database.current(url) as connection:
                journal.erase(connection, client)
    return done


def upkeep(settings: Settings, work: Upkeep) -> Maintained:
    """Expires, optimizes, or does both."""
    return work(_context(settings, open_store(settings)), settings.retention)
