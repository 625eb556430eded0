"""From a client's rows to its vector: the one way by which training, batch and service compute features.

Same rows, same bits: whatever order, chunks and company the rows come in, and however many threads there are. Rows are
sorted by every used column before anything is added up, sums run in Float64 within a group_by, and the client's frame
is computed row by row.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.application import STEPS
from credit_scoring.features.registry import FEATURES, names
from credit_scoring.features.rows import Rows
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT


def feature_frame(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """SK_ID_CURR and every feature as Float32 in registry order, one row a row of `application`, sorted by client.

    `tables`: typed rows by table name, each with SK_ID_CURR; a history that is absent or empty is "no history". Other
    columns than the declared ones are ignored. Missing is null; what is not a finite number is missing.
    """
    clients = tables[APPLICATION.name].lazy().select(CLIENT, *_application_columns())
    for step in STEPS:
        clients = step.apply(clients)
    for rows, aggregates in _aggregates().items():
        clients = clients.join(_per_client(rows, aggregates, tables).lazy(), on=CLIENT, how="left")
    values = (feature.value.expression.cast(pl.Float32).alias(feature.name) for feature in FEATURES)
    frame = clients.sort(CLIENT).select(CLIENT, *values)
    finite = (pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in names())
    return frame.with_columns(*finite).collect(engine="in-memory")


def matrix(frame: pl.DataFrame) -> NDArray[np.float32]:
    """The vectors of a feature frame: float32 [clients, features], C-contiguous, NaN where missing."""
    columns = frame.select(pl.col(name).fill_null(float("nan")) for name in names())
    return np.ascontiguousarray(columns.to_numpy(), dtype=np.float32)


def columns_read() -> dict[str, frozenset[str]]:
    """The columns of each source table that some feature reads; no other column has any effect."""
    found: dict[str, set[str]] = {APPLICATION.name: {CLIENT, *_application_columns()}}
    for rows, aggregates in _aggregates().items():
        found.setdefault(rows.table.name, set()).update(rows.needs(aggregates.values()))
        if rows.only_with is not None:
            other, key = rows.only_with
            found.setdefault(other, set()).update({CLIENT, key})
    return {table: frozenset(columns) for table, columns in found.items()}


def _application_columns() -> list[str]:
    """The columns of the application that some feature reads."""
    read = {root for feature in FEATURES for root in feature.value.expression.meta.root_names()}
    read |= {column for step in STEPS for column in step.reads}
    return [column.name for column in APPLICATION.columns if column.name in read and column.name != CLIENT]


def _aggregates() -> dict[Rows, dict[str, pl.Expr]]:
    """The rows of every history with their aggregates by name, each once, in registry order."""
    found: dict[Rows, dict[str, pl.Expr]] = {}
    for feature in FEATURES:
        for aggregate in feature.value.aggregates:
            found.setdefault(aggregate.rows, {}).setdefault(aggregate.name, aggregate.expression)
    return found


def _per_client(rows: Rows, aggregates: Mapping[str, pl.Expr], tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    needed = [rows.table.name, *(rows.only_with or ())[:1]]
    if any(name not in tables or tables[name].is_empty() for name in needed):
        return pl.DataFrame(schema={CLIENT: pl.Int64} | dict.fromkeys(aggregates, pl.Float64))
    return rows.per_client(tables, aggregates)
