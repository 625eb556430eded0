"""Which raw columns a feature stands on, read from its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.steps import Step
from credit_scoring.schema.application import APPLICATION

Column = tuple[str, str]
"""A source table and a column of it."""


@cache
def raw_columns(feature: Feature) -> frozenset[Column]:
    """The raw columns whose values enter the feature; ids that only bring rows together are not among them."""
    aggregates = feature.value.aggregates
    own = set(feature.value.expression.meta.root_names()) - {a.name for a in aggregates}
    found = {(APPLICATION.name, column) for column in _behind(own, STEPS)}
    for aggregate in aggregates:
        roots = aggregate.expression.meta.root_names()
        found |= {(aggregate.rows.table.name, column) for column in _behind(roots, aggregate.rows.steps)}
    return frozenset(found)


def _behind(columns: Iterable[str], steps: Sequence[Step]) -> set[str]:
    """The source columns behind columns that steps may have made."""
    found = set(columns)
    for step in reversed(steps):
        made: dict[str, pl.Expr] = {name: step.columns[name] for name in found if name in step.columns}
        found = (found - set(made)) | {root for expression in made.values() for root in expression.meta.root_names()}
    return found
