"""Histories, and the measures and statistics from which features over them are composed.

Each part carries its expression, its piece of the name and its words, so that

    days_late.where(due_within(12)).max()

is at once a computation, the name `installments_days_late_12m_max` and the meaning "Largest delay of instalments of
earlier loans that fell due in the last 12 months". All of a part is on the rows of one history; where no row of the
client meets the conditions, counts and sums are zero and all other statistics are missing. A client without any row in
the history has every one of them missing: "no history" and "a history without delays" stay two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, Condition, Rows, all_of
from credit_scoring.features.value import Aggregate, Unit, Value
from credit_scoring.features.words import SILENT, Words, of_fr

OF = Words("of", "des")
IN = Words("in", "sur les")


@dataclass(frozen=True, eq=False, kw_only=True)
class History(Rows):
    """The rows of a source table as features speak of them.

    `things`: what a row is, in the plural: "credits at other lenders"; `those`: the French pronoun for them ("ceux",
    "celles"). `joint`: how a measure is joined to them (OF: "debt of credits", IN: "days past due in months").
    `prefix`: how the names of its features begin.
    """

    prefix: str
    things: Words
    those: str = "ceux"
    joint: Words = OF

    def of(self, condition: Condition) -> Words:
        """The rows that meet a condition, in words."""
        if not condition.words:
            return self.things
        return Words(f"{self.things.en} that {condition.words.en}", f"{self.things.fr} qui {condition.words.fr}")

    def column(self, column: str) -> pl.Expr:
        """A number of the source table, its sentinels missing."""
        return cleaned.number(self.table, column)

    def condition(self, name: str, words: Words, column: str, *levels: str) -> Condition:
        """The rows whose category is one of the declared levels; `words` complete "... that"."""
        return Condition(name, words, cleaned.is_one_of(self.table, column, *levels))

    def measure(self, name: str, words: Words, unit: Unit, values: str | pl.Expr) -> Measure:
        """A number on each row: a column of the source table, its sentinels missing, or an expression over the rows."""
        return Measure(self, name, words, unit, self.column(values) if isinstance(values, str) else values)

    def value(self, name: str, aggregate: pl.Expr, words: Words, unit: Unit) -> Value:
        """One number a client, by an aggregating expression over its rows."""
        column = f"{self.name}.{name}"
        return Value(pl.col(column), (Aggregate(self, column, aggregate),), f"{self.prefix}_{name}", words, unit)

    def count(self, *conditions: Condition) -> Value:
        """How many rows meet all of the conditions; zero without one, missing without a history."""
        on = all_of(*conditions)
        counted = pl.len() if on is ANY else on.holds.fill_null(False).sum()
        name = f"{on.name}_count" if on.name else "count"
        words = Words(f"Number of {self.of(on).en}", f"Nombre {of_fr(self.of(on).fr)}")
        return self.value(name, counted.cast(pl.Float64), words, Unit.COUNT)

    def share(self, condition: Condition, among: Condition = ANY) -> Value:
        """Which share of the rows `among` meets the condition; missing when there are none among."""
        met = condition.holds.fill_null(False).cast(pl.Float64)
        name = "_".join(part for part in (condition.name, among.name, "share") if part)
        words = Words(
            f"Share of {self.of(among).en}: those that {condition.words.en}",
            f"Part des {self.of(among).fr} : {self.those} qui {condition.words.fr}",
        )
        return self.value(name, (met if among is ANY else pl.when(among.holds).then(met)).mean(), words, Unit.SHARE)

    def feature(
        self,
        name: str,
        value: Value,
        *,
        risk: Risk,
        reason: Reason,
        meaning: Words | None = None,
        unit: Unit | None = None,
    ) -> Feature:
        """A feature of this history under a name of its own; meaning and unit default to those of the parts."""
        return Feature(name, meaning or value.words, unit or value.unit, risk, reason, self.table.name, value)

    def composed(self, value: Value, *, risk: Risk, reason: Reason, meaning: Words | None = None) -> Feature:
        """A feature of this history under the name that its parts compose."""
        return self.feature(value.name, value, risk=risk, reason=reason, meaning=meaning)


class Statistic(Enum):
    """How the values of many rows become one: its words, and the aggregating expression (nulls are left out)."""

    MEAN = ("mean", Words("Average", "Moyenne"), pl.Expr.mean)
    MAX = ("max", Words("Largest", "Maximum"), pl.Expr.max)
    MIN = ("min", Words("Smallest", "Minimum"), pl.Expr.min)
    SUM = ("sum", Words("Total", "Somme"), pl.Expr.sum)
    STD = ("std", Words("Spread of the", "Dispersion"), pl.Expr.std)
    LATEST = ("latest", Words("Latest", "Dernière valeur"), lambda values: values.drop_nulls().last())

    def __init__(self, label: str, words: Words, aggregate: Callable[[pl.Expr], pl.Expr]) -> None:
        self.label = label
        self.words = words
        self.aggregate = aggregate


@dataclass(frozen=True, eq=False)
class Measure:
    """A number on each row of a history; `words` name it for one row: "delay", in French with its "de": "du retard"."""

    history: History
    name: str
    words: Words
    unit: Unit
    expression: pl.Expr
    condition: Condition = ANY

    def where(self, *conditions: Condition) -> Measure:
        """This measure on the rows that meet all of the conditions, and those met before."""
        return replace(self, condition=all_of(self.condition, *conditions))

    def divided_by(self, other: Measure, name: str, words: Words) -> Measure:
        """The quotient row by row, under a name of its own; missing where the divisor is not above zero."""
        quotient = pl.when(other.expression > 0).then(self.expression / other.expression)
        return Measure(self.history, name, words, Unit.RATIO, quotient)

    def statistic(self, statistic: Statistic) -> Value:
        """One number a client: this measure, over the rows that meet its condition."""
        on = self.condition
        values = self.expression if on is ANY else pl.when(on.holds).then(self.expression)
        aggregate = statistic.aggregate(values.cast(pl.Float64))
        return self._value(statistic.label, aggregate, statistic.words)

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

    def latest(self) -> Value:
        """The value of the latest row that has one, by the history's order."""
        return self.statistic(Statistic.LATEST)

    def mean_by(self, weight: Measure) -> Value:
        """Average in which a row weighs as much as another measure says; missing where all weights are zero.

        Rows without the value or the weight are left out. Weights are not below zero.
        """
        known = self.expression.is_not_null() & weight.expression.is_not_null()
        weights = pl.when(known & self.condition.holds).then(weight.expression.cast(pl.Float64))
        weighted, total = (weights * self.expression).sum(), weights.sum()
        ending = Words(f", weighted by {weight.words.en}", f", en fonction {weight.words.fr}")
        aggregate = pl.when(total > 0).then(weighted / total)
        return self._value(f"by_{weight.name}", aggregate, Words("Average", "Moyenne pondérée"), ending)

    def trend(self, time: Measure) -> Value:
        """Slope of the least-squares line against a time that counts back from the application (months since).

        Above zero where the measure grew towards the application; missing under two points of time.
        """
        known = self.expression.is_not_null() & time.expression.is_not_null() & self.condition.holds
        ago = pl.when(known).then(time.expression.cast(pl.Float64))
        from_mean = ago - ago.mean()
        spread = (from_mean * from_mean).sum()
        covered = (from_mean * pl.when(known).then(self.expression.cast(pl.Float64))).sum()
        aggregate = pl.when(spread > 0).then(-covered / spread)
        return self._value("trend", aggregate, Words("Monthly growth of the", "Croissance mensuelle"))

    def _value(self, label: str, aggregate: pl.Expr, how: Words, ending: Words = SILENT) -> Value:
        """The value whose name and words are those of the parts."""
        name = "_".join(part for part in (self.name, self.condition.name, label) if part)
        rows, joint = self.history.of(self.condition), self.history.joint
        words = Words(
            f"{how.en} {self.words.en} {joint.en} {rows.en}{ending.en}",
            f"{how.fr} {self.words.fr} {joint.fr} {rows.fr}{ending.fr}",
        )
        return self.history.value(name, aggregate, words, self.unit)


def family(
    measures: Iterable[Measure],
    statistics: Iterable[Statistic],
    windows: Iterable[Condition] = (ANY,),
    *,
    risk: Risk,
    reason: Reason,
) -> tuple[Feature, ...]:
    """Every measure in every window by every statistic: a feature each."""
    return tuple(
        measure.history.composed(measure.where(window).statistic(statistic), risk=risk, reason=reason)
        for measure, window, statistic in product(measures, tuple(windows), tuple(statistics))
    )
