"""Commands about deliveries and their scores: from a folder of CSV files to published scores."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credit_scoring.cli.group import Call, command, exit_if_held, new_store
from credit_scoring.errors import DeliveryRefused
from credit_scoring.errors.usage import AS_OF_ALONE

if TYPE_CHECKING:
    from credit_scoring.intake.run import IntakeReport

FIRST_CLIENT = 100_001
"""SK_ID_CURR of the generated lender's first client (synthetic.traits.FIRST_ID, which takes NumPy to import)."""


@command
@click.option("--clients", type=click.IntRange(1), required=True, help="How many clients.")
@click.option("--outcomes", type=click.IntRange(0), required=True, help="How many of them have an outcome.")
@click.option("--seed", type=int, default=7, show_default=True)
@click.option(
    "--first",
    type=click.IntRange(FIRST_CLIENT),
    default=FIRST_CLIENT,
    show_default=True,
    help="SK_ID_CURR of the first client; the others follow.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the CSV files."
)
@click.option(
    "--dirt",
    type=click.FloatRange(0, 1),
    default=0,
    show_default=True,
    help="Part of the rows to spoil, each in a known way; spoilt.csv says which and how.",
)
def generate(call: Call, clients: int, outcomes: int, seed: int, first: int, out: Path, dirt: float) -> None:
    """Write the tables of a generated lender as CSV files; same seed, same bytes."""
    from credit_scoring.printing.table import table
    from credit_scoring.synthetic.writing import write

    number = first - FIRST_CLIENT
    records = write(out, range(number, number + clients), outcomes, seed, dirt)
    call.print(records, lambda found: table(["file", "records"], list(found.items())))


IGNORE = click.option(
    "--ignore", multiple=True, metavar="NAME", help="Leave this file or folder out; a pattern such as '*.xlsx', too."
)


@command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The delivery's name.")
@IGNORE
@click.option(
    "--without",
    multiple=True,
    metavar="TABLE",
    help="There are no rows of this history, on purpose; `histories` names them all. Several with commas.",
)
@click.option("--as-it-is", is_flag=True, help="Upload what intake would refuse, too, and do not look at it before.")
def deliver(
    call: Call, folder: Path, name: str, ignore: tuple[str, ...], without: tuple[str, ...], as_it_is: bool
) -> None:
    """Upload a folder of CSV files as a delivery, with its manifest, once intake would take them in (see inspect)."""
    from credit_scoring.commands import deliveries
    from credit_scoring.printing import preview

    settings, say = call.settings(), logging.getLogger("credit_scoring").info
    lacks = [table for told in without for table in told.split(",")]
    done, found = deliveries.deliver_checked(settings, folder, name, say, ignore, lacks, as_it_is)
    if found is not None and found.seen.cost != (0, 0, 0):
        click.echo(f"{preview.headline(found)} `credit-scoring inspect {folder}` says more.", err=True)
    records = sum(file.records for file in done.manifest.files)
    left = f" Left out, because they hold no table: {', '.join(done.left_out)}." if done.left_out else ""
    text = f"Delivered {name}: {len(done.manifest.files)} files, {records:,} records, in {settings.landing}.{left}"
    call.print(done.manifest.model_dump(), lambda _: text)


@command
@click.argument("folder", type=click.Path(path_type=Path))
@IGNORE
def inspect(call: Call, folder: Path, ignore: tuple[str, ...]) -> None:
    """Say what intake would say of a folder's files, and which format would read them; uploads nothing."""
    from credit_scoring.commands import deliveries
    from credit_scoring.printing import preview

    found = deliveries.inspect(call.settings(), folder, ignore)
    call.print(preview.document(found) if call.as_json else found, preview.preview)
    if not found.ready:
        raise SystemExit(DeliveryRefused.exit_code)


@command
@new_store
def intake(call: Call, new: bool) -> None:
    """Take in the deliveries that wait."""
    from credit_scoring.commands import deliveries
    from credit_scoring.printing import deliveries as printing

    report = deliveries.intake(call.store(new))
    call.print(report, printing.intake)
    _exit_if_refused(report)


@command
@click.option("--delivery", default="", metavar="NAME", help="Only this delivery (with --rescore: only its clients).")
@click.option("--rescore", is_flag=True, help="Score again, by the present champion, into a folder of its own.")
@click.option("--as-of", default="", metavar="NAME|NUMBER", help="With --rescore: as known at this delivery.")
@new_store
def score(call: Call, delivery: str, rescore: bool, as_of: str, new: bool) -> None:
    """Take in what waits, score it, publish it; or score again who was scored before."""
    from credit_scoring.commands import scores
    from credit_scoring.printing import scores as printing

    if as_of and not rescore:
        raise AS_OF_ALONE()
    settings = call.store(new)
    if rescore:
        report = scores.rescore(settings, delivery or None, as_of or None)
    else:
        report = scores.score(settings, delivery or None)
    call.print(report, printing.scores)
    exit_if_held(report.scores)
    _exit_if_refused(report.intake)


@command
@click.argument("what", type=click.Choice(["runs", "deliveries", "quarantine"]))
@click.option("--most", type=click.IntRange(1), default=20, show_default=True)
def show(call: Call, what: Any, most: int) -> None:
    """List runs, the events of deliveries, or the reasons in quarantine."""
    from credit_scoring.commands import deliveries
    from credit_scoring.printing.table import table

    settings = call.store(writes=False)
    found = deliveries.show(settings, what, most)
    call.print(found, lambda _: table(found.head, found.rows) or f"There are no {what} yet.")
    if what == "runs" and found.rows:
        call.aside(f"\nReports: {deliveries.report_path(settings, '<run_id>')}")


def _exit_if_refused(report: IntakeReport) -> None:
    """The other deliveries are done; the exit code says that one is not."""
    if report.refused:
        raise SystemExit(DeliveryRefused.exit_code)
