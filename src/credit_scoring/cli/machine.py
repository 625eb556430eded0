"""Commands about this machine: what it has, and the product shown on it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from credit_scoring.cli.group import Call, command


@command
def demo(call: Call) -> None:
    """Generate a lender, learn from it and score it; with a champion present, only score what waits."""
    from credit_scoring import printing
    from credit_scoring.demo import demo as run

    settings = call.settings()
    call.print(run(settings, lambda line: click.echo(line, err=True)), printing.scores)
    click.echo(f"Tables: {settings.tables}\nModels: {settings.mlflow.tracking_uri}", err=call.as_json)


@command
def doctor(call: Call) -> None:
    """Say what this machine has of what the product needs, and what is missing."""
    from credit_scoring.doctor import examine, roots

    settings = call.settings()
    findings = [*examine(Path.cwd(), settings.home), *roots(settings)]
    if call.as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
        return
    for finding in findings:
        mark = "ok     " if finding.found else "MISSING"
        advice = f" {finding.advice}" if finding.advice else ""
        click.echo(f"{mark}  {finding.name:<22} {finding.detail}{advice} [{finding.need}]")
