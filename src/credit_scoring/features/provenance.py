"""Which raw columns a feature stands on, read from its declaration."""

from __future__ import annotations

from functools import cache

from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.steps import behind
from credit_scoring.schema.application import APPLICATION

Column = tuple[str, str]
"""A source table and a column of it."""


@cache
def raw_columns(feature: Feature) -> frozenset[Column]:
    """The raw columns whose values enter the feature; ids that only bring rows together are not among them."""
    aggregates = feature.value.aggregates
    own = set(feature.value.expression.meta.root_names()) - {a.name for a in aggregates}
    found = {(APPLICATION.name, column) for column in behind(own, STEPS)[1]}
    for aggregate in aggregates:
        roots = aggregate.expression.meta.root_names()
        found |= {(aggregate.rows.table.name, column) for column in behind(roots, aggregate.rows.steps)[1]}
    return frozenset(found)
