"""The dictionary of features, from their declarations: rows for a table, Markdown for people."""

from __future__ import annotations

from typing import NamedTuple

from credit_scoring.features.registry import FEATURES


class Entry(NamedTuple):
    """One feature as the dictionary shows it; `position` counts from 0 in registry order."""

    position: int
    name: str
    meaning: str
    unit: str
    risk: str
    reason: str
    table: str


def entries() -> list[Entry]:
    """Every feature, in registry order."""
    return [
        Entry(position, f.name, f.meaning, f.unit.value, f.risk.name.lower(), f.reason.code, f.table)
        for position, f in enumerate(FEATURES)
    ]


def markdown() -> str:
    """The dictionary as one Markdown table a source table."""
    lines = ["# Features", "", f"{len(FEATURES)} features, in the order in which every vector holds them."]
    table = ""
    for entry in entries():
        if entry.table != table:
            table = entry.table
            lines += ["", f"## {table}", ""]
            lines += ["| position | name | meaning | unit | risk | reason |", "| ---: | --- | --- | --- | --- | --- |"]
        lines.append(
            f"| {entry.position} | `{entry.name}` | {entry.meaning} | {entry.unit} | {entry.risk} | {entry.reason} |"
        )
    return "\n".join(lines) + "\n"
