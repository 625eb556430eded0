"""The command line: what each command prints, and which exit code it ends with. What it does stands elsewhere.

Imports of the parts come with each command: `credit-scoring --help` and `doctor` answer at once, on any machine.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credit_scoring.errors import CreditScoringError, DeliveryRefused, ModelError, UsageError

if TYPE_CHECKING:
    from credit_scoring.intake.run import IntakeReport
    from credit_scoring.settings import Settings


class Group(click.Group):
    """Shows our errors as their sentence, and ends with their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except CreditScoringError as error:
            click.echo(f"{error}", err=True)
            ctx.exit(error.exit_code)


def _exit_if_refused(report: IntakeReport) -> None:
    """The other deliveries are done; the exit code says that one is not."""
    if report.refused:
        raise SystemExit(DeliveryRefused.exit_code)


@dataclass(frozen=True)
class Call:
    """What every command is called with."""

    conf: Path
    as_json: bool

    def settings(self) -> Settings:
        """The settings of the file, with the overrides of the environment."""
        from credit_scoring.settings import load

        return load(self.conf)

    def print(self, result: Any, text: Callable[[Any], str]) -> None:
        """A result as text, or as JSON where that was asked for."""
        from credit_scoring.printing import plain

        click.echo(json.dumps(plain(result), indent=1) if self.as_json else text(result))


def command(function: Callable[..., None]) -> click.Command:
    """A command of the group, with the options that all have; its first argument is the Call."""

    @wraps(function)
    def run(conf: Path, as_json: bool, quiet: bool, **arguments: Any) -> None:
        # Before polars is imported anywhere: one thread a task is part of "same rows, same bits".
        if function.__name__ != "generate":
            os.environ["POLARS_MAX_THREADS"] = "1"
        log = logging.getLogger("credit_scoring")
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        log.setLevel(logging.WARNING if quiet else logging.INFO)
        function(Call(conf, as_json), **arguments)

    conf = click.option(
        "--conf", type=click.Path(path_type=Path), default=Path("conf/local.yml"), show_default=True, help="Settings."
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
    quiet = click.option("--quiet", is_flag=True, help="Do not say what is being done.")
    return main.command()(conf(as_json(quiet(run))))


@click.group(cls=Group)
def main() -> None:
    """Batch credit scoring: deliveries of clients in, calibrated scores with exact reasons out."""


@command
@click.option("--clients", type=click.IntRange(1), required=True, help="How many clients.")
@click.option("--outcomes", type=click.IntRange(0), required=True, help="How many of them have an outcome.")
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--first", type=click.IntRange(0), default=0, show_default=True, help="Number of the first client.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the CSV files."
)
def generate(call: Call, clients: int, outcomes: int, seed: int, first: int, out: Path) -> None:
    """Write the seven tables of a generated lender as CSV files; same seed, same bytes."""
    from credit_scoring.printing import table
    from credit_scoring.synthetic.writing import write

    records = write(out, range(first, first + clients), outcomes, seed)
    call.print(records, lambda found: table(["file", "records"], list(found.items())))


@command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The delivery's name.")
def deliver(call: Call, folder: Path, name: str) -> None:
    """Upload a folder of CSV files as a delivery, with its manifest."""
    from credit_scoring import commands

    settings = call.settings()
    done = commands.deliver(settings, folder, name, logging.getLogger("credit_scoring").info)
    records = sum(file.records for file in done.manifest.files)
    left = f" Left out, because they hold no table: {', '.join(done.left_out)}." if done.left_out else ""
    text = f"Delivered {name}: {len(done.manifest.files)} files, {records:,} records, in {settings.landing}.{left}"
    call.print(done.manifest.model_dump(), lambda _: text)


@command
def intake(call: Call) -> None:
    """Take in the deliveries that wait."""
    from credit_scoring import commands, printing

    report = commands.intake(call.settings())
    call.print(report, printing.intake)
    _exit_if_refused(report)


@command
@click.option(
    "--tune", "trials", type=click.IntRange(1), help="Trials of a search for parameters; each costs the folds again."
)
def train(call: Call, trials: int | None) -> None:
    """Train on the clients with an outcome, and register the challenger."""
    from credit_scoring import commands, printing

    report = commands.train(call.settings(), trials or 0)
    if call.as_json:
        trained = report.trained
        found = {"version": report.registered.version, "run_id": report.registered.run_id, "rounds": trained.rounds}
        found |= {"metrics": trained.metrics, "intervals": trained.intervals, "comparison": trained.comparison}
        click.echo(json.dumps(printing.plain(found)))
    else:
        click.echo(printing.training(report))


@command
@click.option("--rollback", is_flag=True, help="Back to the champion before.")
@click.option("--force", is_flag=True, help="Also when gates fail; needs a reason.")
@click.option("--reason", default="", help="Why it is forced; recorded with the gates that failed.")
def promote(call: Call, rollback: bool, force: bool, reason: str) -> None:
    """Make the challenger the champion, if it passes its gates."""
    from credit_scoring import commands, printing

    if rollback and (force or reason):
        raise UsageError("--rollback goes back to the champion before; it takes no --force and no --reason.")
    if force != bool(reason.strip()):
        raise UsageError('Gates are passed over with both --force and --reason "...": the reason is recorded.')
    settings = call.settings()
    done = commands.rollback(settings) if rollback else commands.promote(settings, reason.strip() or None)
    call.print(done, printing.promotion)
    if done.refused:
        raise SystemExit(ModelError.exit_code)


@command
def score(call: Call) -> None:
    """Take in what waits, score it, publish it."""
    from credit_scoring import commands, printing

    report = commands.score(call.settings())
    call.print(report, printing.scores)
    _exit_if_refused(report.intake)


@command
def demo(call: Call) -> None:
    """Generate a lender, learn from it and score it; with a champion present, only score what waits."""
    from credit_scoring import printing
    from credit_scoring.demo import demo as run

    settings = call.settings()
    call.print(run(settings, lambda line: click.echo(line, err=True)), printing.scores)
    click.echo(f"Tables: {settings.tables}\nModels: {settings.mlflow.tracking_uri}", err=call.as_json)


@command
@click.argument("client", type=int)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw the waterfall into this file, too.")
def explain(call: Call, client: int, language: str, png: Path | None) -> None:
    """Show one client's latest score as a waterfall."""
    from credit_scoring import commands, printing

    found = commands.explain(call.settings(), client, "fr" if language == "fr" else "en", png)
    call.print(found, printing.explanation)
    if png is not None:
        click.echo(f"Picture: {png}", err=call.as_json)


@command
@click.argument("what", type=click.Choice(["runs", "deliveries", "quarantine"]))
@click.option("--most", type=click.IntRange(1), default=20, show_default=True)
def show(call: Call, what: Any, most: int) -> None:
    """List runs, the events of deliveries, or the reasons in quarantine."""
    from credit_scoring import commands, printing
    from credit_scoring.publishing.show import show as listing

    store = commands.open_store(call.settings())
    found = listing(store.tables, what, most)
    call.print(found, lambda _: printing.table(found.head, found.rows) or f"There are no {what} yet.")
    if what == "runs" and found.rows:
        click.echo(f"\nReports: {store.reports.path('<run_id>.html')}", err=call.as_json)


@command
@click.option("--csv", "as_csv", is_flag=True, help="Features only, as CSV.")
def dictionary(call: Call, as_csv: bool) -> None:
    """Print what every feature means and what reasons say, as Markdown."""
    from credit_scoring.features.dictionary import csv, entries, markdown

    written = csv if as_csv else markdown
    call.print([entry._asdict() for entry in entries()] if call.as_json else None, lambda _: written().rstrip("\n"))


@command
@click.option("--check", is_flag=True, help="Judge every published sentence by the client's raw rows.")
def reasons(call: Call, check: bool) -> None:
    """List every sentence that can be published, or check that those that were are true of their clients."""
    from credit_scoring import commands, printing
    from credit_scoring.errors import Fault

    if not check:
        call.print(
            printing.statements(), lambda found: printing.table(tuple(found[0]), [tuple(s.values()) for s in found])
        )
        return
    truth = commands.check_reasons(call.settings())
    call.print(truth, printing.truth)
    if truth.untrue:
        raise SystemExit(Fault.exit_code)


@command
@click.option("--clients", type=click.IntRange(1), default=2_000, show_default=True, help="How many clients.")
def promises(call: Call, clients: int) -> None:
    """Check on the store's clients that no promised improvement of a raw value lowers a score."""
    from credit_scoring import commands, printing
    from credit_scoring.errors import Fault

    report = commands.check_promises(call.settings(), clients)
    call.print(report, printing.promises)
    if report.broken:
        raise SystemExit(Fault.exit_code)


@command
def doctor(call: Call) -> None:
    """Say what this machine has of what the product needs, and what is missing."""
    from credit_scoring.doctor import examine

    findings = examine(Path.cwd(), call.settings().home)
    if call.as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
        return
    for finding in findings:
        mark = "ok     " if finding.found else "MISSING"
        advice = f" {finding.advice}" if finding.advice else ""
        click.echo(f"{mark}  {finding.name:<22} {finding.detail}{advice} [{finding.need}]")


if __name__ == "__main__":
    main()
