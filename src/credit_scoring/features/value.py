"""One number a client: an expression over the client's frame, and the aggregates of histories that it stands on.

The client's frame has one row a client: the columns of its application and, joined to them, the aggregates of its
histories under their composed names. Values are combined with + - * / and stay values, so that a ratio between a
history and the application reads like arithmetic: `debt.where(active).sum() / INCOME`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import polars as pl

from credit_scoring.features.rows import Rows
from credit_scoring.features.steps import serialised
from credit_scoring.features.words import SILENT, Words


class Unit(Enum):
    """What a value is counted in, for the dictionary."""

    DAYS = ("days", "jours")
    MONTHS = ("months", "mois")
    YEARS = ("years", "années")
    CURRENCY = ("currency", "monnaie")
    COUNT = ("number", "nombre")
    SHARE = ("share (0 to 1)", "part (0 à 1)")
    RATIO = ("ratio", "rapport")
    RATE = ("rate a month", "taux mensuel")
    SCORE = ("score (0 to 1, higher is safer)", "score (0 à 1, plus haut = plus sûr)")
    CODE = ("position in the declared order", "rang dans l'ordre déclaré")
    FLAG = ("0 or 1", "0 ou 1")
    LENDER = ("lender's own measure", "mesure propre au prêteur")

    def __init__(self, en: str, fr: str) -> None:
        self.en = en
        self.fr = fr

    @property
    def words(self) -> Words:
        """The unit in both languages."""
        return Words(self.en, self.fr)


@dataclass(frozen=True, eq=False)
class Aggregate:
    """One number a client out of the rows of a table; `name` is its column in the client's frame."""

    rows: Rows
    name: str
    expression: pl.Expr


Preparation = Callable[[Aggregate], list[object]]
"""How the rows of an aggregate are made ready, as plain JSON values."""


def _all_of_the_history(aggregate: Aggregate) -> list[object]:
    return aggregate.rows.declaration()


@dataclass(frozen=True, eq=False)
class Value:
    """One number a client. `words` and `unit` describe it when it was composed from parts that have words."""

    expression: pl.Expr
    aggregates: tuple[Aggregate, ...] = ()
    name: str = ""
    words: Words = SILENT
    unit: Unit = Unit.RATIO

    def __add__(self, other: Value | float) -> Value:
        return self._with(other, self.expression + _expression(other))

    def __sub__(self, other: Value | float) -> Value:
        return self._with(other, self.expression - _expression(other))

    def __rsub__(self, other: float) -> Value:
        return self._with(other, other - self.expression)

    def __mul__(self, other: Value | float) -> Value:
        return self._with(other, self.expression * _expression(other))

    def __truediv__(self, other: Value | float) -> Value:
        """The quotient; missing where the divisor is not above zero (amounts and counts to divide by are positive)."""
        divisor = _expression(other)
        return self._with(other, pl.when(divisor > 0).then(self.expression / divisor))

    def at_least(self, low: float) -> Value:
        """This value, raised to `low` where it is below."""
        return Value(self.expression.clip(lower_bound=low), self.aggregates, unit=self.unit)

    def declaration(self, prepared: Preparation = _all_of_the_history) -> list[object]:
        """Expression, aggregates and the rows that these stand on, as plain JSON values."""
        return [
            serialised(self.expression),
            [[a.name, serialised(a.expression), prepared(a)] for a in self.aggregates],
        ]

    def _with(self, other: Value | float, expression: pl.Expr) -> Value:
        aggregates = self.aggregates + (other.aggregates if isinstance(other, Value) else ())
        return Value(expression, aggregates, unit=self.unit)


def _expression(value: Value | float) -> pl.Expr:
    return value.expression if isinstance(value, Value) else pl.lit(float(value))


def total(*values: Value) -> Value:
    """Sum from left to right, missing when one is: a fixed order, so the same bits everywhere."""
    head, *tail = values
    for value in tail:
        head = head + value
    return head


def product(*values: Value) -> Value:
    """Product from left to right, missing when one is."""
    head, *tail = values
    for value in tail:
        head = head * value
    return head


def mean_of_known(*values: Value) -> Value:
    """Mean of those values that are there; missing when none is."""
    known = pl.sum_horizontal([v.expression.is_not_null().cast(pl.Float64) for v in values])  # whole numbers: exact
    added = total(*(Value(v.expression.fill_null(0.0), v.aggregates) for v in values))
    return Value(pl.when(known > 0).then(added.expression / known), added.aggregates)


def largest(*values: Value) -> Value:
    """The largest of those that are there; missing when none is."""
    return Value(pl.max_horizontal([v.expression for v in values]), tuple(a for v in values for a in v.aggregates))


def smallest(*values: Value) -> Value:
    """The smallest of those that are there; missing when none is."""
    return Value(pl.min_horizontal([v.expression for v in values]), tuple(a for v in values for a in v.aggregates))
