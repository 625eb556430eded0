"""From a client's rows to its vector: the one way by which training, batch and service compute features.

Same rows, same bits: whatever order, chunks and company the rows come in, and however many threads there are. Rows are
sorted by every used column before anything is added up, sums run in Float64 within a group_by, and the client's frame
is computed row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.registry import FEATURES, names
from credit_scoring.features.rows import Rows
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT

Histories = Mapping[Rows, pl.DataFrame]
"""Rows of histories -> what features take of them, a row a client."""


def feature_frame(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """SK_ID_CURR and every feature as Float32 in registry order, one row a row of `application`, sorted by client.

    `tables`: typed rows by table name, each with SK_ID_CURR; a history that is absent or empty is "no history". Other
    columns than the declared ones are ignored. Missing is null; what is not a finite number is missing.
    """
    finite = (pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in names())
    return _computed(tables).with_columns(*finite)


def matrix(frame: pl.DataFrame) -> NDArray[np.float32]:
    """The vectors of a feature frame: float32 [clients, features], C-contiguous, NaN where missing."""
    found = np.ascontiguousarray(frame.select(names()).to_numpy(), dtype=np.float32)
    return np.where(np.isfinite(found), found, np.float32(np.nan))  # one NaN of the many that there are


def client_vectors(
    tables: Mapping[str, pl.DataFrame], told: Histories | None = None
) -> tuple[pl.Series, NDArray[np.float32]]:
    """SK_ID_CURR and `matrix` of `feature_frame`, in less time: of few clients the frame costs more than its values.

    `told`: what `histories` has of these very tables, as far as it is known; the rest is computed.
    """
    frame = _computed(tables, told)
    return frame[CLIENT], matrix(frame)


def application_vectors(application: pl.DataFrame, features: tuple[Feature, ...]) -> NDArray[np.float32]:
    """The vectors of `feature_frame` where all but these features are missing: those that read columns of the
    application as they are, without steps or histories."""
    found = application.select(CLIENT, *_read_from_application(features)).sort(CLIENT)
    values = found.select(_values(features)).to_numpy()
    vectors = np.full((len(values), len(FEATURES)), np.nan, np.float32)
    vectors[:, [_POSITIONS[feature.name] for feature in features]] = values
    return np.where(np.isfinite(vectors), vectors, np.float32(np.nan))


def columns_read() -> dict[str, frozenset[str]]:
    """The columns of each source table that some feature reads; no other column has any effect."""
    plan = _plan()
    found: dict[str, set[str]] = {APPLICATION.name: {CLIENT, *plan.application}}
    for rows, aggregates in plan.histories.items():
        found.setdefault(rows.table.name, set()).update(rows.needs(aggregates.values()))
        if rows.only_with is not None:
            other, key = rows.only_with
            found.setdefault(other, set()).update({CLIENT, key})
    return {table: frozenset(columns) for table, columns in found.items()}


_POSITIONS = {name: i for i, name in enumerate(names())}


@cache
def _read_from_application(features: tuple[Feature, ...]) -> tuple[str, ...]:
    read = {root for feature in features for root in feature.value.expression.meta.root_names()}
    return tuple(c.name for c in APPLICATION.columns if c.name in read and c.name != CLIENT)


@cache
def _values(features: tuple[Feature, ...]) -> tuple[pl.Expr, ...]:
    return tuple(feature.value.expression.cast(pl.Float32).alias(feature.name) for feature in features)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is declared, as polars takes it; the same for all rows, and of few rows dearer to make than to use.

    `application`: the columns of the application that some feature reads. `histories`: the rows of every history with
    their aggregates by name, each once, in registry order. `values`: every feature over the client's frame.
    """

    application: tuple[str, ...]
    histories: Mapping[Rows, Mapping[str, pl.Expr]]
    values: tuple[pl.Expr, ...]


@cache
def _plan() -> _Plan:
    read = {root for feature in FEATURES for root in feature.value.expression.meta.root_names()}
    read |= {column for step in STEPS for column in step.reads}
    histories: dict[Rows, dict[str, pl.Expr]] = {}
    for feature in FEATURES:
        for aggregate in feature.value.aggregates:
            histories.setdefault(aggregate.rows, {}).setdefault(aggregate.name, aggregate.expression)
    return _Plan(
        application=tuple(c.name for c in APPLICATION.columns if c.name in read and c.name != CLIENT),
        histories=histories,
        values=_values(FEATURES),
    )


def histories(tables: Mapping[str, pl.DataFrame]) -> Histories:
    """What features take of every history."""
    return {rows: _per_client(rows, aggregates, tables) for rows, aggregates in _plan().histories.items()}


def reading(rows: Rows) -> frozenset[str]:
    """The tables that such rows come from."""
    return frozenset((rows.table.name, *(rows.only_with or ())[:1]))


def _computed(tables: Mapping[str, pl.DataFrame], told: Histories | None = None) -> pl.DataFrame:
    """`feature_frame`, where what is not a finite number may stand as it is."""
    plan = _plan()
    clients = tables[APPLICATION.name].lazy().select(CLIENT, *plan.application)
    for step in STEPS:
        clients = step.apply(clients)
    for rows, aggregates in plan.histories.items():
        found = told[rows] if told and rows in told else _per_client(rows, aggregates, tables)
        clients = clients.join(found.lazy(), on=CLIENT, how="left")
    return clients.sort(CLIENT).select(CLIENT, *plan.values).collect(engine="in-memory")


def _per_client(rows: Rows, aggregates: Mapping[str, pl.Expr], tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    if any(name not in tables or tables[name].is_empty() for name in reading(rows)):
        return pl.DataFrame(schema={CLIENT: pl.Int64} | dict.fromkeys(aggregates, pl.Float64))
    return rows.per_client(tables, aggregates)
