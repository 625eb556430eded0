"""What a reason can say that is specific: findings in a client's file, and when there is nothing to judge.

Each stands twice: over feature values, by which it is chosen, and over raw rows, which prove it. The evidence reads
nothing that features compute, so that it can convict a sentence that features chose. A choice is never wider than its
proof: limits are strict, and numbers that float32 holds exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT

YEAR = 365.25


@dataclass(frozen=True, eq=False)
class RowPredicate:
    """A condition on a client's rows of one table: `holds` is met by some row, or, `negated`, by none.

    `each`: columns that tell apart what is judged as one (an instalment paid in parts); `holds` then aggregates the
    rows that agree in them. A condition that is unknown on a row is not met by it.
    """

    table: str
    holds: pl.Expr
    each: tuple[str, ...] = ()
    negated: bool = False

    def __invert__(self) -> RowPredicate:
        return replace(self, negated=not self.negated)


def some(table: str, holds: pl.Expr, each: tuple[str, ...] = ()) -> RowPredicate:
    """Some row (or each group of rows) of the client meets the condition."""
    return RowPredicate(table, holds, each)


def no_rows(table: str) -> RowPredicate:
    """The client has no row in the table."""
    return ~some(table, pl.lit(True))


class Side(Enum):
    """Under which sign of a reason's points a finding is worth saying."""

    AGAINST = "against"
    FOR = "for"
    EITHER = "either"

    def admits(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where points of these signs let it be said."""
        if self is Side.EITHER:
            return np.ones(points.shape, np.bool_)
        return points < 0 if self is Side.AGAINST else points > 0


@dataclass(frozen=True, eq=False)
class Finding:
    """A specific sentence, the choice over features, and the evidence that makes it true."""

    code: str
    side: Side
    en: str
    fr: str
    chosen: pl.Expr
    evidence: RowPredicate


@dataclass(frozen=True, eq=False)
class Absence:
    """When a reason has nothing to judge: over features, and in the raw rows."""

    chosen: pl.Expr
    evidence: RowPredicate


def against(code: str, en: str, fr: str, chosen: pl.Expr, evidence: RowPredicate) -> Finding:
    """A finding that is said where the reason takes points."""
    return Finding(code, Side.AGAINST, en, fr, chosen, evidence)


def in_favour(code: str, en: str, fr: str, chosen: pl.Expr, evidence: RowPredicate) -> Finding:
    """A finding that is said where the reason adds points."""
    return Finding(code, Side.FOR, en, fr, chosen, evidence)


def either(code: str, en: str, fr: str, chosen: pl.Expr, evidence: RowPredicate) -> Finding:
    """A finding that is said whatever the points."""
    return Finding(code, Side.EITHER, en, fr, chosen, evidence)


def of_application(holds: pl.Expr) -> RowPredicate:
    """The client's application meets the condition."""
    return some(APPLICATION.name, holds)


def stated(column: str) -> pl.Expr:
    """The cell holds a value: neither missing nor a sentinel, nor a level that the vocabulary does not have."""
    declared, cell = APPLICATION.column(column), pl.col(column)
    if declared.vocabulary:
        return cell.is_in(list(declared.vocabulary)).fill_null(False)
    return (cell.is_not_null() & ~cell.is_in(list(declared.sentinels))).fill_null(False)


def none_of(features: list[str], columns: list[str]) -> Absence:
    """Every one of these features, and of the raw columns behind them, is missing."""
    return Absence(
        pl.all_horizontal(pl.col(features).is_null()),
        of_application(~pl.any_horizontal([stated(column) for column in columns])),
    )


def no_history(feature: str, table: str) -> Absence:
    """No row in the table, which shows in a feature that every client with a row has."""
    return Absence(pl.col(feature).is_null(), no_rows(table))


def holding(
    evidence: Sequence[RowPredicate], tables: Mapping[str, pl.DataFrame], clients: pl.Series
) -> NDArray[np.bool_]:
    """Whether each evidence holds of each client: [clients, evidence].

    `tables`: typed rows by table name, each with SK_ID_CURR; a table that is absent has no rows.
    """
    found = np.zeros((len(clients), len(evidence)), np.bool_)
    for table, each in dict.fromkeys((e.table, e.each) for e in evidence):
        asked = {i: e.holds for i, e in enumerate(evidence) if (e.table, e.each) == (table, each)}
        if table not in tables or tables[table].is_empty():
            continue
        rows = tables[table].lazy()
        conditions = {str(i): holds.fill_null(False) for i, holds in asked.items()}
        # with_columns, unlike select, gives a literal the height of the rows
        judged = rows.group_by(CLIENT, *each).agg(**conditions) if each else rows.with_columns(**conditions)
        of_client = judged.group_by(CLIENT).agg(pl.col(name).any() for name in conditions)
        beside = clients.alias(CLIENT).to_frame().lazy().join(of_client, on=CLIENT, how="left", maintain_order="left")
        answers = beside.select(pl.col(list(conditions)).fill_null(False)).collect()
        found[:, list(asked)] = answers.to_numpy()
    return found ^ np.array([e.negated for e in evidence], np.bool_)
