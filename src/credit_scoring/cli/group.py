"""The group of commands: the options that all have, and what every one of them is called with."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credit_scoring.cli import output
from credit_scoring.errors import HeldByBreaker, NothingToScore
from credit_scoring.machine import name_a_folder_of_the_user
from credit_scoring.progress import doing
from credit_scoring.secret_files import read_secret_files

if TYPE_CHECKING:
    from credit_scoring.publishing.published import Report
    from credit_scoring.settings import Settings


class Group(click.Group):
    """Ends every command in the same way: with an exit code, and a sentence where it failed."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command that the arguments name, and exits (see cli.ending)."""
        arguments = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(arguments, prog_name, complete_var, standalone_mode=False, **extra)
        except (SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of polars or delta-rs is no Exception
            from credit_scoring.cli.ending import ending

            code = ending(error, as_json="--json" in arguments)
        sys.exit(code or 0)


@dataclass(frozen=True)
class Call:
    """What every command is called with."""

    conf: Path
    as_json: bool
    engine: str | None = None

    def settings(self) -> Settings:
        """The settings of the file, with the overrides of the environment and of the options."""
        from credit_scoring.settings_file import load

        settings = load(self.conf)
        return settings if self.engine is None else settings.model_copy(update={"engine": self.engine})

    def store(self, new: bool = False, writes: bool = True) -> Settings:
        """The settings of a place with a store; UsageError where it has none, unless a `new` one may be begun.

        StorageError where the command `writes` and the place cannot be written to: said before anything is started.
        """
        from credit_scoring.storage.store import must_be_writable, must_hold_a_store

        settings = self.settings()
        if not new:
            must_hold_a_store(settings, self.conf)
        if writes:
            must_be_writable(settings)
        return settings

    def print(self, result: Any, text: Callable[[Any], str]) -> None:
        """A result as text, or as the one JSON document where that was asked for."""
        if self.as_json:
            output.document(result)
        else:
            output.line(text(result))

    def aside(self, text: str) -> None:
        """What is said beside a result: among the errors where the result is a document."""
        output.line(text, err=self.as_json)


_TAKES_LONG = {
    "generate": "writing files",
    "demo": "making a lender",
    "intake": "taking in what waits",
    "score": "scoring",
    "train": "training",
    "promote": "setting the challenger against the champion",
    "maintain": "maintaining the tables",
    "monitor": "looking at what was scored",
}
"""Commands that show what they are doing, and what that is."""


def command(function: Callable[..., None]) -> click.Command:
    """A command of the group, with the options that all have; its first argument is the Call."""

    @wraps(function)
    def run(conf: Path, as_json: bool, quiet: bool, engine: str | None, **arguments: Any) -> None:
        # Before polars is imported anywhere: one thread a task is part of "same rows, same bits".
        if function.__name__ != "generate":
            os.environ["POLARS_MAX_THREADS"] = "1"
        name_a_folder_of_the_user()
        read_secret_files()
        output.log_to_terminal(logging.WARNING if quiet else logging.INFO)
        call, what = Call(conf, as_json, engine), _TAKES_LONG.get(function.__name__)
        if what is None:
            function(call, **arguments)
            return
        with output.progress(nothing=as_json or quiet), doing(what):
            function(call, **arguments)

    conf = click.option(
        "--conf",
        type=click.Path(path_type=Path),
        default=Path("conf/local.yml"),
        envvar="CREDIT_SCORING_CONF",
        show_default=True,
        help="Settings.",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, errors too.")
    quiet = click.option("--quiet", is_flag=True, help="Do not say what is being done.")
    engine = click.option(
        "--engine",
        type=click.Choice(["auto", "local", "spark"]),
        help="What works: this process (local), Spark, or what fits the place (auto). Instead of the settings' engine.",
    )
    return main.command()(conf(engine(as_json(quiet(run)))))


new_store = click.option("--new", is_flag=True, help="Begin a store where the settings' places hold none.")
"""Of commands that may begin a store."""


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from credit_scoring.code_version import code_version

        output.line(f"credit-scoring {code_version()} (Python {sys.version.split()[0]})")
        context.exit()


@click.group(cls=Group)
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Show the version and exit."
)
def main() -> None:
    """Batch credit scoring: deliveries of clients in, calibrated scores with exact reasons out."""


def exit_if_held(report: Report | None) -> None:
    """The other deliveries are published; the exit code says that one is not, until it is let through or withdrawn."""
    if report is not None and report.held:
        nothing = any(held.nothing_to_score for held in report.held)
        raise SystemExit((NothingToScore if nothing else HeldByBreaker).exit_code)


_MOST = 2**63 - 1
"""SK_ID_CURR is a BIGINT."""


class _Client(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    name = "client"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; a usage error where no client can have it."""
        text = str(value)
        if not (text.isascii() and text.isdigit()):
            self.fail(f"{text!r} is no client's number: write the digits of SK_ID_CURR.", param, ctx)
        if not 0 < int(text[:400]) <= _MOST:
            self.fail(f"{text[:40]} is no client's number: they go from 1 to {_MOST:,}.", param, ctx)
        return int(text)


CLIENT = _Client()
