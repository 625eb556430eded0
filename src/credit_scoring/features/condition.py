"""Which rows of a history count: conditions, and windows of time as conditions."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.features.words import SILENT, Words, joined

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
