"""What became of deliveries: the account of each file, what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from credit_scoring.intake.unread import sentences
from credit_scoring.printing.table import printable, table

if TYPE_CHECKING:
    from credit_scoring.intake.run import IntakeReport

_MOST_CAUSES = 30


def intake(report: IntakeReport) -> str:
    """The account of each accepted file, what was refused and why, what was known already."""
    lines: list[str] = []
    for accepted in report.accepted:
        lines.append(f"Delivery {accepted.delivery.name}: accepted as number {accepted.delivery.seq}")
        if causes := sentences(accepted.unread):
            lines += [f"Not read, so that clients are referred or get no decision: {'; '.join(causes)}."]
        if concerned := [each for each in accepted.referring if each.clients]:
            head = ["table", "column", "its cells or records", "rule", "clients referred or without a decision"]
            rows = [[c.table, c.column or "(the record)", c.becomes, c.rule, c.clients] for c in concerned]
            lines.append(table(head, rows[:_MOST_CAUSES]))
            if len(rows) > _MOST_CAUSES:
                lines.append(f"and {len(rows) - _MOST_CAUSES:,} more (the view not_read has all)")
        head = ["file", "table", "records", "accepted", "duplicates", "quarantined", "cells made missing"]
        rows = [
            [f.finding.file, f.finding.table, f.finding.records, f.accepted, f.duplicates, f.quarantined,
             f.finding.cells_missing]
            for f in accepted.files
        ]  # fmt: skip
        lines.append(table(head, rows))
        unknown = [
            f"{f.finding.file}: {', '.join(map(printable, f.finding.unknown_columns))}"
            for f in accepted.files
            if f.finding.unknown_columns
        ]
        lines += [f"Ignored columns that no table declares: {text}" for text in unknown]
    lines += [f"Delivery {name}: refused. {sentence}" for name, sentence in report.refused]
    if report.known and not report.accepted and not report.refused:
        lines.append(
            f"Nothing waits: {_some(report.known)} {'were' if len(report.known) > 1 else 'was'} judged before. "
            f"{since(report.latest)}"
        )
    elif not lines:
        lines.append(
            f"Nothing waits: there is no delivery with a manifest in the landing folder. {since(report.latest)}"
        )
    return "\n".join(lines)


def since(latest: tuple[str, datetime] | None) -> str:
    """Which delivery was taken in last, and when."""
    if latest is None:
        return "No delivery was ever taken in."
    return f"The last delivery taken in is {latest[0]}, on {latest[1]:%Y-%m-%d %H:%M} UTC."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
