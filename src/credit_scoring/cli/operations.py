"""Commands for operators: what is done beside the daily run, and how an alarm is answered (docs/runbook.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from credit_scoring.cli.group import CLIENT, Call, command, exit_if_held
from credit_scoring.errors.usage import RELEASE_NEEDS_REASON, WITHDRAWAL_NEEDS_REASON

if TYPE_CHECKING:
    from credit_scoring.commands.operations import Upkeep

REASON = click.option("--reason", default="", help="Why; it is recorded.")


@command
@click.option("--release", "held", metavar="DELIVERY", help="Let this held delivery through; needs a reason.")
@REASON
def publish(call: Call, held: str | None, reason: str) -> None:
    """Score and publish what is taken in already; a held delivery only when it is let through."""
    from credit_scoring.commands import scores
    from credit_scoring.printing.scores import published

    if (held is None) == bool(reason.strip()):
        raise RELEASE_NEEDS_REASON()
    settings = call.store()
    report = scores.release(settings, held, reason.strip()) if held else scores.publish_waiting(settings)
    call.print(report, published)
    exit_if_held(report)


@command
@click.argument("delivery")
@REASON
def withdraw(call: Call, delivery: str, reason: str) -> None:
    """Take an accepted delivery back, and score its clients as known without it."""
    from credit_scoring.commands import operations
    from credit_scoring.printing.operations import withdrawal
    from credit_scoring.printing.scores import rescored

    if not reason.strip():
        raise WITHDRAWAL_NEEDS_REASON()
    done = operations.withdraw(call.store(), delivery, reason.strip())
    call.print(done, lambda _: f"{withdrawal(done.withdrawal)}\n\n{rescored(done.scores)}")
    exit_if_held(done.scores)


@command
@click.option("--delivery", help="Only rows that came in this delivery.")
@click.option("--rule", help="Only rows with this rule among their reasons (see `show quarantine`).")
def requeue(call: Call, delivery: str | None, rule: str | None) -> None:
    """Try quarantined rows again after a rule was corrected, and score the clients whose rows pass."""
    from credit_scoring.commands import operations
    from credit_scoring.printing.operations import requeued
    from credit_scoring.printing.scores import published

    done = operations.requeue(call.store(), delivery, rule)
    call.print(done, lambda _: "\n\n".join([requeued(done.requeued), *map(published, done.scores)]))
    for report in done.scores:
        exit_if_held(report)


@command
@click.argument("client", type=CLIENT)
def forget(call: Call, client: int) -> None:
    """Erase a client from every table, and list the files that still name it."""
    from credit_scoring.commands import operations
    from credit_scoring.printing.operations import forgotten

    call.print(operations.forget(call.store(), client), forgotten)


@command
def expire(call: Call) -> None:
    """Remove what is kept longer than the settings say."""
    from credit_scoring.operations.maintain import expire

    _upkeep(call, expire)


@command
def optimize(call: Call) -> None:
    """Compact and cluster the tables, and delete files that no version needs."""
    from credit_scoring.operations.maintain import optimize

    _upkeep(call, optimize)


@command
def maintain(call: Call) -> None:
    """Expire and optimize; for a schedule."""
    from credit_scoring.operations.maintain import maintain

    _upkeep(call, maintain)


def _upkeep(call: Call, work: Upkeep) -> None:
    from credit_scoring.commands import operations
    from credit_scoring.printing.operations import maintained

    call.print(operations.upkeep(call.store(), work), maintained)
