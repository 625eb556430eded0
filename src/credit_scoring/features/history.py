"""A history: the rows of one source table about a client, with the words by which meanings are composed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.condition import ANY, Condition, all_of
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import Rows
from credit_scoring.features.value import Aggregate, Unit, Value
from credit_scoring.features.words import Words, of_fr

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
