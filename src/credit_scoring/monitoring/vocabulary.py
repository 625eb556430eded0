"""Values of categories that the training never saw: declared ones that no application held, and cells that hold none of
the declared values, which intake makes missing or sets apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.ledger.events import LedgerEvent
from credit_scoring.monitoring.chance import never_seen, two_shares
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.column import Kind
from credit_scoring.schema.tables import TABLES

Column = tuple[str, str]
"""A source table and a column of it."""
_WORDED = frozenset(
    (table.name, column.name) for table in TABLES for column in table.columns if column.kind is Kind.CATEGORY
)


@dataclass(frozen=True)
class NewValues:
    """A category's cells that the training had none of, or fewer.

    `value`: the declared value; empty: cells that hold none of the declared ones. `share`: of all cells now, `before`:
    at the training; `chance`: the probability of as many by chance.
    """

    table: str
    column: str
    value: str
    share: float
    before: float
    chance: float


def new_values(then: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> tuple[NewValues, ...]:
    """Declared values of the application that nobody had `then`; column -> value -> rows."""
    found = []
    for column, values in now.items():
        rows, before = sum(values.values()), sum(then.get(column, {}).values())
        for value, many in values.items():
            if before and not then[column].get(value):
                chance = never_seen(many, before, rows)
                found.append(NewValues(APPLICATION.name, column, value, many / rows, 0.0, chance))
    return tuple(found)


def undeclared(
    events: Sequence[LedgerEvent], learned_from: Collection[int], now: Collection[int]
) -> tuple[NewValues, ...]:
    """Cells of categories that hold no declared value, in the deliveries `now` against those `learned_from` (seqs)."""
    before, cells_before = _counted(events, learned_from)
    records, cells = _counted(events, now)
    found = []
    for table, column in sorted(cells):
        many, of, other, of_other = (
            cells[table, column], records[table], cells_before[table, column], before[table]
        )  # fmt: skip
        if not of:
            continue
        share, share_before = many / of, other / of_other if of_other else 0.0
        if share > share_before:
            chance = two_shares(many, of, other, of_other)
            found.append(NewValues(table, column, "", share, share_before, chance))
    return tuple(found)


def _counted(events: Sequence[LedgerEvent], seqs: Collection[int]) -> tuple[Counter[str], Counter[Column]]:
    """Records by table, and cells of categories that hold no declared value."""
    records: Counter[str] = Counter()
    cells: Counter[Column] = Counter()
    for event in events:
        if event.event != "accepted" or event.seq not in seqs or event.origins:
            continue
        for file in event.files:
            records[file.table] += file.records
        for each in event.unread:
            if (each.table, each.column) in _WORDED and each.text is None:
                cells[each.table, each.column] += each.cells
    return records, cells
