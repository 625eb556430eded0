"""What of a delivery does not read, by table, column and reason: why its rows are in quarantine, and which of its cells
were made missing, so that a person who finds every client referred is told the cause and not its consequences.

No cell is told, but for texts that exports write for nothing (NULL, NA, #N/A): they are nobody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from credit_scoring.intake.texts_for_nothing import known_for_nothing
from credit_scoring.ledger.events import Referring, Unread
from credit_scoring.schema.table import MADE_MISSING, RECORD, Table

MISSING, QUARANTINED = "made missing", "quarantined"
CONFLICTING = "conflicting_key"
_NAMED, _MOST_CAUSES = 3, 5


def unread_in(cells: pl.DataFrame, good: pl.DataFrame, quarantined: pl.DataFrame, table: Table) -> tuple[Unread, ...]:
    """What of a file does not read. `cells`: RECORD and the table's columns as text; `good`: with RECORD and
    MADE_MISSING; `quarantined`: with reasons."""
    found = [*_missing(cells, good, table), *_quarantined(quarantined, table)]
    return tuple(sorted(found, key=lambda each: (-each.cells, each.column, each.rule, each.text or "")))


def together(found: Iterable[Unread]) -> tuple[Unread, ...]:
    """The same of several files, most cells first."""
    counts: Counter[tuple[str, str, str, str, str | None]] = Counter()
    for each in found:
        counts[each.table, each.column, each.becomes, each.rule, each.text] += each.cells
    return tuple(
        Unread(*key, cells) for key, cells in sorted(counts.items(), key=lambda item: (-item[1], *map(str, item[0])))
    )


def sentences(found: Sequence[Unread]) -> list[str]:
    """The causes in words, the largest first: one sentence for a text that stands for nothing, however many columns
    hold it; one for what else was made missing; one for what is in quarantine."""
    said = []
    texts: dict[str, list[Unread]] = {}
    for each in found:
        if each.becomes == MISSING and each.text is not None:
            texts.setdefault(each.text, []).append(each)
    for text, held in sorted(texts.items(), key=lambda item: -sum(each.cells for each in item[1])):
        said.append(
            f"{text!r} stands in {_cells(held)} ({_columns(held)}), and no format says that it is nothing: if it is, "
            "set intake.format.nothing and deliver again"
        )
    missing = [each for each in found if each.becomes == MISSING and each.text is None]
    if missing:
        said.append(f"{_cells(missing)} hold no legitimate value and were made missing ({_columns(missing)})")
    bad = [each for each in found if each.becomes == QUARANTINED]
    if bad:
        said.append(f"records are in quarantine for {_columns(bad)}")
    return said


def whom(causes: Sequence[Referring]) -> str:
    """How many clients are referred for each cause, in words, most first; "" where nobody is concerned."""
    told = [
        f"{each.table}{f'.{each.column}' if each.column else ''} {each.becomes} ({each.rule}) {each.clients:,}"
        for each in causes
        if each.clients
    ]
    more = f" and {len(told) - _MOST_CAUSES:,} more" if len(told) > _MOST_CAUSES else ""
    return f"clients referred for it, or without a decision: {', '.join(told[:_MOST_CAUSES])}{more}" if told else ""


def _cells(found: Sequence[Unread]) -> str:
    columns = len({(each.table, each.column) for each in found})
    return f"{sum(each.cells for each in found):,} cells of {columns:,} column{'s' if columns > 1 else ''}"


def _columns(found: Sequence[Unread]) -> str:
    counts: Counter[str] = Counter()
    for each in found:
        counts[f"{each.table}.{each.column}" if each.column else f"{each.table}: {each.rule}"] += each.cells
    named = ", ".join(f"{name} {cells:,}" for name, cells in counts.most_common(_NAMED))
    return named + (f" and {len(counts) - _NAMED:,} more" if len(counts) > _NAMED else "")


def _missing(cells: pl.DataFrame, good: pl.DataFrame, table: Table) -> Iterator[Unread]:
    lost = good.select(RECORD, pl.col(MADE_MISSING).alias("column")).drop_nulls("column").explode("column")
    for name in lost["column"].unique().sort() if lost.height else ():
        records = lost.filter(pl.col("column") == name)[RECORD]
        texts = cells.filter(pl.col(RECORD).is_in(records.implode()))[name]
        known = Counter(text for text in texts if known_for_nothing(text))
        for text, count in known.items():
            yield Unread(table.name, name, MISSING, "not_legitimate", text, count)
        if others := texts.len() - sum(known.values()):
            yield Unread(table.name, name, MISSING, "not_legitimate", None, others)


def _quarantined(quarantined: pl.DataFrame, table: Table) -> Iterator[Unread]:
    if quarantined.height:
        reasons = quarantined.select(pl.col("reasons").explode()).unnest("reasons")
        for column, rule, count in reasons.group_by("column", "rule").len().iter_rows():
            yield Unread(table.name, column, QUARANTINED, rule, None, count)
