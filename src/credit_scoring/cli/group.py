"""The group of commands: the options that all have, and how an error ends."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credit_scoring.errors import CreditScoringError, HeldByBreaker, NothingToScore

if TYPE_CHECKING:
    from credit_scoring.publishing.work import Report
    from credit_scoring.settings import Settings


class Group(click.Group):
    """Shows errors as a sentence, and ends with their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from credit_scoring.cli.unforeseen import unforeseen, wanted_whole
            from credit_scoring.storage.trouble import of_storage

            told = error if isinstance(error, CreditScoringError) else of_storage(error)
            if told is None:
                if isinstance(error, click.ClickException | click.exceptions.Exit | click.Abort) or wanted_whole():
                    raise
                told = unforeseen(error)
            click.echo(f"{told}", err=True)
            ctx.exit(told.exit_code)


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
        "--conf",
        type=click.Path(path_type=Path),
        default=Path("conf/local.yml"),
        envvar="CREDIT_SCORING_CONF",
        show_default=True,
        help="Settings.",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
    quiet = click.option("--quiet", is_flag=True, help="Do not say what is being done.")
    return main.command()(conf(as_json(quiet(run))))


@click.group(cls=Group)
def main() -> None:
    """Batch credit scoring: deliveries of clients in, calibrated scores with exact reasons out."""


def exit_if_held(report: Report | None) -> None:
    """The other deliveries are published; the exit code says that one is not, until it is let through or withdrawn."""
    if report is not None and report.held:
        nothing = any(held.nothing_to_score for held in report.held)
        raise SystemExit((NothingToScore if nothing else HeldByBreaker).exit_code)
