"""What a feature's numbers depend on: the raw columns behind it, and, as one short text, its whole declaration.

A model needs the features that it uses as they were when it was trained, and no others. So each has a fingerprint of
its own, over its declaration, the steps behind it, and type, vocabulary and sentinels of the columns that it reads.
Another feature may come, go or change, even in the same history, and it stays what it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache

from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.rows import Rows
from credit_scoring.features.steps import Step, behind
from credit_scoring.features.value import Aggregate
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.column import Column as SourceColumn
from credit_scoring.schema.tables import TABLES

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


def digest(definition: object) -> str:
    """sha256 (hex) of plain JSON values."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def of_feature(feature: Feature) -> str:
    """The fingerprint (hex) of one feature.

    The same on every machine and in every process; another polars minor release may write expressions differently,
    which is a reason to compute vectors anew anyway.
    """
    own = set(feature.value.expression.meta.root_names()) - {a.name for a in feature.value.aggregates}
    steps, _ = behind(own, STEPS)
    read = raw_columns(feature).union(*(_bringing(a.rows) for a in feature.value.aggregates))
    return digest([feature.declaration(_preparation), _declared(steps), _cleaning(read)])


def _cleaning(read: Iterable[Column]) -> list[object]:
    declared = {table.name: table for table in TABLES}
    return [[table, described(declared[table].column(name))] for table, name in sorted(read)]


def described(of: SourceColumn) -> list[object]:
    """What a column's cells may be and mean, as plain JSON values."""
    sentinels = sorted((str(value), meaning) for value, meaning in of.sentinels.items())
    return [of.name, of.kind.name, list(of.vocabulary), sentinels]


def _preparation(aggregate: Aggregate) -> list[object]:
    """How the rows of a history are made ready, as far as an aggregate of them depends on it."""
    rows = aggregate.rows
    steps, _ = behind(aggregate.expression.meta.root_names(), rows.steps)
    return [rows.name, rows.table.name, list(rows.order), list(rows.only_with or ()), _declared(steps)]


def _declared(steps: Sequence[Step]) -> list[object]:
    return [step.declaration() for step in steps]


def _bringing(rows: Rows) -> set[Column]:
    """The columns by which rows are brought into their order, and chosen."""
    own = rows.table
    found = {(own.name, name) for name in rows.order if name not in rows.made}
    if rows.only_with is not None:
        found |= {(own.name, rows.only_with[1]), rows.only_with}
    return found
