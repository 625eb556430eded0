"""The dictionary of features, reasons and promises, from their declarations: rows, CSV, and Markdown for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from credit_scoring.features.promises import PROMISES, Promise
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.statements import STATEMENTS


class Entry(NamedTuple):
    """One feature as the dictionary shows it; `position` counts from 0 in registry order."""

    position: int
    name: str
    meaning: str
    meaning_fr: str
    unit: str
    unit_fr: str
    risk: str
    risk_fr: str
    reason: str
    table: str


def entries() -> list[Entry]:
    """Every feature, in registry order."""
    return [
        Entry(
            position,
            f.name,
            f.meaning,
            f.meaning_fr,
            f.unit.en,
            f.unit.fr,
            f.risk.words.en,
            f.risk.words.fr,
            f.reason.code,
            f.table,
        )
        for position, f in enumerate(FEATURES)
    ]


def csv() -> str:
    """Every feature as a line of CSV, below a header."""
    return pl.DataFrame(entries(), schema=Entry._fields, orient="row").write_csv()


def markdown() -> str:
    """The features by source table, then all that can be said of a client, then what is promised."""
    parts = ["# Dictionary", _GENERATED, "## Features", _FEATURES.format(count=len(FEATURES))]
    found = entries()
    for table in dict.fromkeys(entry.table for entry in found):
        of_table = (
            (e.position, f"`{e.name}`", e.meaning, e.meaning_fr, e.unit, e.risk, e.reason)
            for e in found
            if e.table == table
        )
        head = ["position:", "name", "English", "French", "unit", "risk", "reason"]
        parts += [f"### {table}", _table(head, of_table)]
    said = ((f"`{s.code}`", "absent" if s.absent else s.side.value, s.en, s.fr) for s in STATEMENTS)
    parts += ["## Reasons", _REASONS, _table(["code", "said", "English", "French"], said)]
    promised = (
        (f"`{p.name}`", p.words.en, p.table, ", ".join(p.improved), _moved(p, 1), _moved(p, -1)) for p in PROMISES
    )
    head = ["promise", "improvement", "table", "columns", "features it can raise", "features it can lower"]
    parts += ["## Promises", _PROMISES, _table(head, promised)]
    return "\n\n".join(parts) + "\n"


def _moved(promise: Promise, sign: int) -> str:
    """The features that the improvement moves that way."""
    return ", ".join(f"`{feature.name}`" for feature in FEATURES if promise.sign(feature) == sign)


_GENERATED = "Written by `make docs` (or `credit-scoring dictionary`) from the declarations."

_FEATURES = """\
{count} features, in the order in which every vector holds them. Risk: what happens to the risk of default as the value
rises, all else equal; where it is known and a promise stands on the feature, the model is constrained to it."""

_REASONS = """\
Each reason sums the points of its features. Under it, the first sentence is said whose condition is met: findings
(codes with a dot) against the client where the reason takes points, in favour where it adds points, either way where
they say so; then that there is nothing to judge (absent); else what was judged. Every sentence is proven by the
client's raw rows (`credit-scoring reasons --check`)."""

_PROMISES = """\
When one of these raw values improves and nothing else changes, no score falls (`credit-scoring promises` checks it on
the store's clients). Moves to or from missing are not promised."""


def _table(head: list[str], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table; a column whose title ends in a colon stands to the right."""
    lines = [[title.rstrip(":") for title in head], ["---:" if title.endswith(":") else "---" for title in head]]
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in [*lines, *rows])
