"""Commands that explain: one client, every reason, every feature."""

from __future__ import annotations

from pathlib import Path

import click

from credit_scoring.cli.group import CLIENT, Call, command


@command
@click.argument("client", type=CLIENT)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw the waterfall into this file, too.")
def explain(call: Call, client: int, language: str, png: Path | None) -> None:
    """Show one client's latest score as a waterfall."""
    from credit_scoring.commands import explaining
    from credit_scoring.printing import scores as printing

    found = explaining.explain(call.store(writes=False), client, "fr" if language == "fr" else "en", png)
    call.print(found, printing.explanation)
    if png is not None:
        call.aside(f"Picture: {png}")


@command
@click.option("--check", is_flag=True, help="Judge every published sentence by the client's raw rows.")
def reasons(call: Call, check: bool) -> None:
    """List every sentence that can be published, or check that those that were are true of their clients."""
    from credit_scoring.commands import explaining
    from credit_scoring.errors import Fault
    from credit_scoring.printing import scores as printing
    from credit_scoring.printing.table import table

    if not check:
        call.print(printing.statements(), lambda found: table(tuple(found[0]), [tuple(s.values()) for s in found]))
        return
    audit = explaining.check_reasons(call.store(writes=False))
    call.print(audit, printing.reason_audit)
    if audit.untrue:
        raise SystemExit(Fault.exit_code)


@command
@click.option("--csv", "as_csv", is_flag=True, help="Features only, as CSV.")
def dictionary(call: Call, as_csv: bool) -> None:
    """Print what every feature means and what reasons say, as Markdown."""
    from credit_scoring.features.dictionary import csv, entries, markdown

    written = csv if as_csv else markdown
    call.print([entry._asdict() for entry in entries()] if call.as_json else None, lambda _: written().rstrip("\n"))
