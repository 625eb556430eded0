"""What an operator has done beside the daily run: take back, try again, erase, keep the tables small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credit_scoring.commands.scores import score_and_publish
from credit_scoring.commands.starting import start
from credit_scoring.context import Context
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
from credit_scoring.publishing.published import Report
from credit_scoring.settings import Settings

Upkeep = Callable[[Context], Maintained]
"""One of operations.maintain."""


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal, and the scores that take the place of the withdrawn ones; None before there is a champion."""

    withdrawal: Withdrawal
    scores: Report | None


def withdraw(settings: Settings, delivery: str, reason: str) -> Withdrawn:
    """Withdraws a delivery and scores its clients again; what else waits is left to the next score run."""
    context = start(settings)
    connect(settings.mlflow)
    done = withdraw_delivery(context, delivery, reason)
    return Withdrawn(done, _scored_again(context, done.again))


def _scored_again(context: Context, delivery: str) -> Report | None:
    """Scores and publishes a delivery that a command made; None where there is no champion."""
    if find(context.settings.mlflow.model, Alias.CHAMPION) is None:
        return None
    return score_and_publish(context, delivery)


@dataclass(frozen=True)
class TriedAgain:
    """Quarantined rows that were tried again, and the scores of those whose rows passed; None where nobody's did."""

    requeued: tuple[Requeued, ...]
    scores: tuple[Report, ...]


def requeue(settings: Settings, delivery: str | None, rule: str | None) -> TriedAgain:
    """Tries quarantined rows again and scores the clients whose rows pass now."""
    context = start(settings)
    connect(settings.mlflow)
    done = requeue_rows(context, delivery, rule)
    scores = [_scored_again(context, each.delivery) for each in done if each.delivery is not None]
    return TriedAgain(done, tuple(report for report in scores if report is not None))


def forget(settings: Settings, client: int) -> Forgotten:
    """Erases a client from every table and from the online store, and lists the files that still name it."""
    done = forget_client(start(settings), client)
    with owner_url(settings) as url:
        if url:
            from credit_scoring.online import database, journal

            with database.current(url) as connection:
                journal.erase(connection, client)
    return done


def upkeep(settings: Settings, work: Upkeep) -> Maintained:
    """Expires, optimizes, or does both."""
    return work(start(settings))
