"""Commands about this machine: what it has, and the product shown on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.cli import output
from credit_scoring.cli.group import Call, command

if TYPE_CHECKING:
    from credit_scoring.doctor import Finding


@command
def demo(call: Call) -> None:
    """Generate a lender, learn from it and score it; with a champion present, only score what waits."""
    from credit_scoring import printing
    from credit_scoring.demo import demo as run

    settings = call.settings()
    call.print(run(settings, lambda line: output.line(line, err=True)), printing.scores)
    call.aside(f"Tables: {settings.tables}\nModels: {settings.mlflow.tracking_uri}")


@command
def doctor(call: Call) -> None:
    """Say what this machine has of what the product needs, and what is missing."""
    from credit_scoring.doctor import engine, examine, model_servers, roots, store

    settings = call.settings()
    findings = [
        *examine(Path.cwd(), settings.home), engine(settings), *roots(settings), *model_servers(settings),
        store(settings),
    ]  # fmt: skip
    call.print(findings, lambda found: "\n".join(map(_shown, found)))


def _shown(finding: Finding) -> str:
    mark = "ok     " if finding.found else "MISSING"
    advice = f" {finding.advice}" if finding.advice else ""
    return f"{mark}  {finding.name:<22} {finding.detail}{advice} [{finding.need}]"
