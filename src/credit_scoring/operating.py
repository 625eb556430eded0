"""What an operator can have done beside the daily run, each a function of the settings (see commands)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credit_scoring.commands import clock, connect, new_run_id, open_store, publish
from credit_scoring.model.registry import Alias, find
from credit_scoring.operations.withdraw import Withdrawal
from credit_scoring.operations.withdraw import withdraw as withdraw_delivery
from credit_scoring.operations.working import Desk
from credit_scoring.publishing.release import clear
from credit_scoring.publishing.run import Report
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.settings import Settings


def publish_waiting(settings: Settings) -> Report:
    """Scores and publishes what is accepted and has no CSV yet; takes nothing in."""
    store = open_store(settings)
    connect(settings.mlflow)
    return publish(settings, store, new_run_id(), Stopwatch(clock))


def release(settings: Settings, delivery: str, reason: str) -> Report:
    """Lets a held delivery through, and publishes it as the model version that scored it found it."""
    store = open_store(settings)
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
    desk, publish_it = _at_work(settings)
    done = withdraw_delivery(desk, delivery, reason)
    return Withdrawn(done, publish_it(done.again))


def _at_work(settings: Settings) -> tuple[Desk, Callable[[str], Report | None]]:
    """The desk of one command, and what scores and publishes the delivery that it made, if there is a champion."""
    store, run_id = open_store(settings), new_run_id()
    connect(settings.mlflow)

    def publish_it(delivery: str) -> Report | None:
        if find(settings.mlflow.model, Alias.CHAMPION) is None:
            return None
        return publish(settings, store, run_id, Stopwatch(clock), delivery)

    return Desk(store.tables, store.ledger, run_id, clock, settings.intake.claim_minutes), publish_it
