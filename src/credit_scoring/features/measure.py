"""The parts that features over a history are composed from: measures, conditions, windows and statistics.

Each part carries its expression, its piece of the name and its words, so that

    days_late.where(due_within(12)).max()

is at once a computation, the name `installments_days_late_12m_max` and the meaning "Largest delay of instalments of
earlier loans that fell due in the last 12 months". All of a part is on the rows of one history; where no row of the
client meets the conditions, counts and sums are zero and all other statistics are missing. A client without any row in
the history has every one of them missing: "no history" and "a history without delays" stay two things.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import polars as pl

from credit_scoring.features.value import Unit, Value

if TYPE_CHECKING:
    from credit_scoring.features.history import History

DAYS_A_YEAR = 365.25


class Statistic(Enum):
    """How the values of many rows become one: its words, and the aggregating expression (nulls are left out)."""

    MEAN = ("mean", "Average", pl.Expr.mean)
    MAX = ("max", "Largest", pl.Expr.max)
    MIN = ("min", "Smallest", pl.Expr.min)
    SUM = ("sum", "Total", pl.Expr.sum)
    STD = ("std", "Spread of the", pl.Expr.std)
    LATEST = ("latest", "Latest", lambda values: values.drop_nulls().last())

    def __init__(self, label: str, words: str, aggregate: Callable[[pl.Expr], pl.Expr]) -> None:
        self.label = label
        self.words = words
        self.aggregate = aggregate


@dataclass(frozen=True, eq=False)
class Condition:
    """A subset of a history's rows; `words` complete "... that": "were refused". Unknown counts as not met."""

    name: str
    words: str
    holds: pl.Expr

    def __and__(self, other: Condition) -> Condition:
        name = "_".join(part for part in (self.name, other.name) if part)
        words = " and ".join(part for part in (self.words, other.words) if part)
        return Condition(name, words, self.holds & other.holds)


ANY = Condition("", "", pl.lit(True))
"""Every row of the history: the condition that asks nothing, and the window that is never closed."""


@dataclass(frozen=True)
class Window:
    """Rows of the last months, by a column that counts back from the application (negative is before).

    `words` say what happened then: "fell due". `per_month`: units of the column in a month (1 for months).
    """

    column: str
    name: str
    words: str
    per_month: float = DAYS_A_YEAR / 12

    def __call__(self, months: int | None = None) -> Condition:
        """The condition "in the last so many months"; without a number, every row."""
        if months is None:
            return ANY
        name = f"{self.name}_{months}m" if self.name else f"{months}m"
        return Condition(
            name, f"{self.words} in the last {months} months", pl.col(self.column) >= -round(months * self.per_month)
        )


@dataclass(frozen=True, eq=False)
class Measure:
    """A number on each row of a history; `words` name it for one row: "delay"."""

    history: History
    name: str
    words: str
    unit: Unit
    expression: pl.Expr
    condition: Condition = ANY

    def where(self, *conditions: Condition) -> Measure:
        """This measure on the rows that meet all of the conditions, and those met before."""
        return replace(self, condition=all_of(self.condition, *conditions))

    def named(self, name: str, words: str) -> Measure:
        """The same numbers under their own name and words."""
        return replace(self, name=name, words=words)

    def __truediv__(self, other: Measure) -> Measure:
        """Row by row; missing where the divisor is not above zero."""
        quotient = pl.when(other.expression > 0).then(self.expression / other.expression)
        name, words = f"{self.name}_to_{other.name}", f"{self.words} to {other.words}"
        return Measure(self.history, name, words, Unit.RATIO, quotient)

    def statistic(self, statistic: Statistic) -> Value:
        """One number a client: this measure, over the rows that meet its condition."""
        on = self.condition
        values = self.expression if on is ANY else pl.when(on.holds).then(self.expression)
        name = "_".join(part for part in (self.name, on.name, statistic.label) if part)
        words = f"{statistic.words} {self.words} {self.history.joint} {self.history.of(on)}"
        return self.history.value(name, statistic.aggregate(values.cast(pl.Float64)), words, self.unit)

    def mean(self) -> Value:
        """Average; missing without a row."""
        return self.statistic(Statistic.MEAN)

    def max(self) -> Value:
        """Largest; missing without a row."""
        return self.statistic(Statistic.MAX)

    def min(self) -> Value:
        """Smallest; missing without a row."""
        return self.statistic(Statistic.MIN)

    def sum(self) -> Value:
        """Total; zero without a row, missing without a history."""
        return self.statistic(Statistic.SUM)

    def std(self) -> Value:
        """Standard deviation (n - 1); missing under two rows."""
        return self.statistic(Statistic.STD)

    def mean_by(self, weight: Measure) -> Value:
        """Average in which a row weighs as much as another measure says; missing where all weights are zero.

        Rows without the value or the weight are left out. Weights are not below zero.
        """
        known = self.expression.is_not_null() & weight.expression.is_not_null()
        weights = pl.when(known & self.condition.holds).then(weight.expression.cast(pl.Float64))
        weighted, total = (weights * self.expression).sum(), weights.sum()
        name = "_".join(part for part in (self.name, self.condition.name, "by", weight.name) if part)
        words = (
            f"Average {self.words} {self.history.joint} {self.history.of(self.condition)}, weighted by {weight.words}"
        )
        return self.history.value(name, pl.when(total > 0).then(weighted / total), words, self.unit)

    def trend(self, time: Measure) -> Value:
        """Slope of the least-squares line against a time that counts back from the application (months since).

        Above zero where the measure grew towards the application; missing under two points of time.
        """
        known = self.expression.is_not_null() & time.expression.is_not_null() & self.condition.holds
        ago = pl.when(known).then(time.expression.cast(pl.Float64))
        from_mean = ago - ago.mean()
        spread = (from_mean * from_mean).sum()
        covered = (from_mean * pl.when(known).then(self.expression.cast(pl.Float64))).sum()
        name = "_".join(part for part in (self.name, self.condition.name, "trend") if part)
        words = f"Monthly growth of the {self.words} {self.history.joint} {self.history.of(self.condition)}"
        return self.history.value(name, pl.when(spread > 0).then(-covered / spread), words, self.unit)

    def latest(self) -> Value:
        """The value of the latest row that has one, by the history's order."""
        return self.statistic(Statistic.LATEST)


def all_of(*conditions: Condition) -> Condition:
    """The rows that meet every one of the conditions."""
    asked = [condition for condition in conditions if condition is not ANY]
    head = asked[0] if asked else ANY
    for condition in asked[1:]:
        head = head & condition
    return head
