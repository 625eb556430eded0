"""Commands for operators: what is done beside the daily run, and how an alarm is answered (docs/runbook.md)."""

from __future__ import annotations

import click

from credit_scoring.cli.group import Call, command, exit_if_held
from credit_scoring.errors import UsageError

REASON = click.option("--reason", default="", help="Why; it is recorded.")


@command
@click.option("--release", "held", metavar="DELIVERY", help="Let this held delivery through; needs a reason.")
@REASON
def publish(call: Call, held: str | None, reason: str) -> None:
    """Score and publish what is taken in already; a held delivery only when it is let through."""
    from credit_scoring import operating, printing

    if (held is None) == bool(reason.strip()):
        raise UsageError('A held delivery is let through with both --release DELIVERY and --reason "...".')
    settings = call.settings()
    report = operating.release(settings, held, reason.strip()) if held else operating.publish_waiting(settings)
    call.print(report, printing.published)
    exit_if_held(report)


@command
@click.argument("delivery")
@REASON
def withdraw(call: Call, delivery: str, reason: str) -> None:
    """Take an accepted delivery back, and score its clients as known without it."""
    from credit_scoring import operating, printing
    from credit_scoring.operations import told

    if not reason.strip():
        raise UsageError('A delivery is withdrawn with --reason "...": the reason is recorded.')
    done = operating.withdraw(call.settings(), delivery, reason.strip())
    call.print(done, lambda _: f"{told.withdrawal(done.withdrawal)}\n\n{printing.rescored(done.scores)}")
    exit_if_held(done.scores)
