"""How rows are made ready before they are measured: declared as steps, not code, so that the fingerprint knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from credit_scoring.features.expressions import serialised
from credit_scoring.schema.table import CLIENT


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

    def apply(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows after the step, in the same order."""

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

    def apply(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with the derived columns beside."""
        return rows.with_columns(**self.columns)

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

    def apply(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """One row a key, sorted as the rows were."""
        return rows.group_by(CLIENT, *self.keys, maintain_order=True).agg(**self.columns)

    def declaration(self) -> list[object]:
        """Keys and merged columns."""
        return ["merge", list(self.keys), {name: serialised(e) for name, e in self.columns.items()}]
