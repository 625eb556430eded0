"""Commands about this machine: what it has, and the product shown on it."""

from __future__ import annotations

from pathlib import Path

from credit_scoring.cli import output
from credit_scoring.cli.group import Call, command


@command
def demo(call: Call) -> None:
    """Generate a lender, learn from it and score it; with a champion present, only score what waits."""
    from credit_scoring.commands.demo import demo as run
    from credit_scoring.printing.scores import scores

    settings = call.settings()
    call.print(run(settings, lambda line: output.line(line, err=True)), scores)
    call.aside(f"Tables: {settings.tables}\nModels: {settings.mlflow.tracking_uri}")


@command
def doctor(call: Call) -> None:
    """Say what this machine has of what the product needs, and what is missing."""
    from credit_scoring.commands.doctor import engine, examine, model_servers, roots, store
    from credit_scoring.printing.operations import findings

    settings = call.settings()
    found = [
        *examine(Path.cwd(), settings.home), engine(settings), *roots(settings), *model_servers(settings),
        store(settings),
    ]  # fmt: skip
    call.print(found, findings)
