"""The rows of one source table about a client: which they are, in which order, and how they are made ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from credit_scoring.features.steps import Step
from credit_scoring.features.words import SILENT, Words, joined
from credit_scoring.schema.table import CLIENT, Table

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Condition:
    """A subset of a history's rows; `words` complete "... that": "were refused". Unknown counts as not met."""

    name: str
    words: Words
    holds: pl.Expr

    def __and__(self, other: Condition) -> Condition:
        name = "_".join(part for part in (self.name, other.name) if part)
        return Condition(name, joined([self.words, other.words], "and", "et"), self.holds & other.holds)


ANY = Condition("", SILENT, pl.lit(True))
"""Every row of the history: the condition that asks nothing, and the window that is never closed."""


@dataclass(frozen=True)
class Window:
    """Rows of the last months, by a column that counts back from the application (negative is before).

    `words` say what happened then: "fell due". `per_month`: units of the column in a month (1 for months).
    """

    column: str
    name: str
    words: Words
    per_month: float = DAYS_A_YEAR / 12

    def __call__(self, months: int | None = None) -> Condition:
        """The condition "in the last so many months"; without a number, every row."""
        if months is None:
            return ANY
        name = f"{self.name}_{months}m" if self.name else f"{months}m"
        words = Words(
            f"{self.words.en} in the last {months} months", f"{self.words.fr} au cours des {months} derniers mois"
        )
        return Condition(name, words, pl.col(self.column) >= -round(months * self.per_month))


def all_of(*conditions: Condition) -> Condition:
    """The rows that meet every one of the conditions."""
    asked = [condition for condition in conditions if condition is not ANY]
    head = asked[0] if asked else ANY
    for condition in asked[1:]:
        head = head & condition
    return head


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows:
    """The rows of a source table, and how they are made ready to be measured.

    `order`: the columns that lead the sort within a client; time first where the latest row matters.
    `only_with`: (table, key): keep the rows whose client and key are among that table's.
    """

    name: str
    table: Table
    order: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    only_with: tuple[str, str] | None = None
    made: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "made", frozenset(column for step in self.steps for column in step.makes))

    def needs(self, expressions: Iterable[pl.Expr]) -> list[str]:
        """The source columns that aggregating expressions stand on, in the order by which rows are sorted."""
        used = {root for expression in expressions for root in expression.meta.root_names()}
        used |= {column for step in self.steps for column in step.reads}
        leading = [CLIENT, *self.order]
        return leading + sorted(used - self.made - set(leading))

    def declaration(self) -> list[object]:
        """Table, order and preparation as plain JSON values."""
        return [
            self.name,
            self.table.name,
            list(self.order),
            list(self.only_with or ()),
            [s.declaration() for s in self.steps],
        ]
