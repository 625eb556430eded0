"""How rows are made ready before they are measured: declared as steps, not code, so that the fingerprint knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import polars as pl


def serialised(expression: pl.Expr) -> str:
    """The expression as text, the same on every machine and in every process."""
    return expression.meta.serialize(format="json")


class Step(Protocol):
    """One step of preparing a history's rows."""

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """The columns that the step makes, and from what."""

    @property
    def reads(self) -> set[str]:
        """The columns that the step needs."""

    @property
    def makes(self) -> set[str]:
        """The columns that the step adds."""

    def only(self, columns: set[str]) -> Self | None:
        """The step with no more than these of the columns that it makes; None: without them it changes nothing."""

    def declaration(self) -> list[object]:
        """The step as plain JSON values."""


@dataclass(frozen=True, eq=False)
class Derive:
    """Columns that several measures share."""

    columns: Mapping[str, pl.Expr]

    @property
    def reads(self) -> set[str]:
        """The columns that the expressions stand on."""
        return {root for expression in self.columns.values() for root in expression.meta.root_names()}

    @property
    def makes(self) -> set[str]:
        """The derived columns."""
        return set(self.columns)

    def only(self, columns: set[str]) -> Derive | None:
        """The step with these columns; None without any."""
        kept = {name: expression for name, expression in self.columns.items() if name in columns}
        return Derive(kept) if kept else None

    def declaration(self) -> list[object]:
        """The derived columns by name."""
        return ["derive", {name: serialised(expression) for name, expression in self.columns.items()}]


@dataclass(frozen=True, eq=False)
class Merge:
    """One row out of all that agree in `keys` (an instalment's payments, a loan's months).

    The keys must lead the history's order, so that the merged rows stay sorted.
    """

    keys: tuple[str, ...]
    columns: Mapping[str, pl.Expr]

    @property
    def reads(self) -> set[str]:
        """Keys, and the columns that the expressions stand on."""
        return set(self.keys) | {root for expression in self.columns.values() for root in expression.meta.root_names()}

    @property
    def makes(self) -> set[str]:
        """The merged columns."""
        return set(self.columns)

    def only(self, columns: set[str]) -> Merge:
        """The step with these columns; without any it still says how many rows there are."""
        return Merge(self.keys, {name: expression for name, expression in self.columns.items() if name in columns})

    def declaration(self) -> list[object]:
        """Keys and merged columns."""
        return ["merge", list(self.keys), {name: serialised(e) for name, e in self.columns.items()}]


def behind(columns: Iterable[str], steps: Sequence[Step]) -> tuple[list[Step], set[str]]:
    """The steps that columns stand on, without what else these make, and the source columns behind them."""
    needed, found = list[Step](), set(columns)
    for step in reversed(steps):
        made = {name: step.columns[name] for name in found if name in step.columns}
        found = (found - set(made)) | {root for expression in made.values() for root in expression.meta.root_names()}
        if (part := step.only(set(made))) is not None:
            needed.insert(0, part)
    return needed, found
