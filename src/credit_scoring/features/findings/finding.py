"""What a reason can say that is specific: findings in a client's file, and when there is nothing to judge.

Each stands twice: over feature values, by which it is chosen, and over raw rows, which prove it. A choice is never
wider than its proof: limits are strict, and numbers that float32 holds exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.row_predicates import RowPredicate, no_rows, some
from credit_scoring.schema.application import APPLICATION

YEAR = 365.25


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
