"""Commands about models: training one, promoting it, and what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from credit_scoring.cli.group import Call, command
from credit_scoring.errors import ModelError
from credit_scoring.errors.usage import FORCE_NEEDS_REASON, MONITOR_ONE, ROLLBACK_ALONE

if TYPE_CHECKING:
    from credit_scoring.training.run import TrainingReport


@command
@click.option(
    "--tune", "trials", type=click.IntRange(1), help="Trials of a search for parameters; each costs the folds again."
)
@click.option("--estimate", is_flag=True, help="The model for people without a file; the champion must be there.")
def train(call: Call, trials: int | None, estimate: bool) -> None:
    """Train on the clients with an outcome, and register the challenger."""
    from credit_scoring.commands import models
    from credit_scoring.printing import models as printing

    report = models.train(call.store(), trials or 0, estimate)
    call.print(_found(report) if call.as_json else report, printing.training)


def _found(report: TrainingReport) -> dict[str, object]:
    """What is told of a training as JSON: all of it would be its samples."""
    trained = report.trained
    return {
        "version": report.registered.version,
        "run_id": report.registered.run_id,
        "rounds": trained.rounds,
        "metrics": trained.metrics,
        "intervals": trained.intervals,
        "comparison": [each.row() for each in trained.comparison],
    }


@command
@click.option("--rollback", is_flag=True, help="Back to the champion before.")
@click.option("--force", is_flag=True, help="Also when gates fail; needs a reason.")
@click.option("--reason", default="", help="Why it is forced; recorded with the gates that failed.")
@click.option("--estimate", is_flag=True, help="The model for people without a file.")
def promote(call: Call, rollback: bool, force: bool, reason: str, estimate: bool) -> None:
    """Make the challenger the champion, if it passes its gates."""
    from credit_scoring.commands import models
    from credit_scoring.printing import models as printing

    if rollback and (force or reason):
        raise ROLLBACK_ALONE()
    if force != bool(reason.strip()):
        raise FORCE_NEEDS_REASON()
    settings = call.store()
    if rollback:
        done = models.rollback(settings, estimate)
    else:
        done = models.promote(settings, reason.strip() or None, estimate)
    call.print(done, printing.promotion)
    if done.refused:
        raise SystemExit(ModelError.exit_code)


@command
@click.option("--clients", type=click.IntRange(1), default=2_000, show_default=True, help="How many clients.")
def promises(call: Call, clients: int) -> None:
    """Check on the store's clients that no promised improvement of a raw value lowers a score."""
    from credit_scoring.commands import models
    from credit_scoring.errors import Fault
    from credit_scoring.printing import models as printing

    report = models.check_promises(call.store(writes=False), clients)
    call.print(report, printing.promises)
    if report.broken:
        raise SystemExit(Fault.exit_code)


@command
@click.option("--delivery", default="", help="Look at this delivery.")
@click.option(
    "--month", default="", metavar="YYYY-MM", help="Look at the deliveries of this month; else of the latest."
)
@click.option(
    "--evidently",
    is_flag=True,
    help="Also write Evidently's drift report of a sample (see monitoring.evidently_python).",
)
def monitor(call: Call, delivery: str, month: str, evidently: bool) -> None:
    """Say whether the model is still right: hold scored clients against those it learned from, and outcomes against
    scores; writes a page and two tables."""
    from credit_scoring.commands.models import monitor as monitor_scores
    from credit_scoring.printing.models import monitored

    if delivery and month:
        raise MONITOR_ONE()
    call.print(monitor_scores(call.store(), delivery, month, evidently), monitored)
