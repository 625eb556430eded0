"""From a client's rows to its vector: the one way by which training, batch and service compute features.

Same rows, same bits: whatever order, chunks and company the rows come in, and however many threads there are. Rows are
sorted by every used column before anything is added up (per_client.py), and the client's frame is computed row by row.
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
from credit_scoring.features.kernel import ROWS
from credit_scoring.features.per_client import HistoryProgram, PerClient
from credit_scoring.features.program import NO_GROUPS, Columns, Program, Writer, numbers
from credit_scoring.features.registry import FEATURES, names
from credit_scoring.features.rows import Rows
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT

Histories = Mapping[Rows, PerClient]
"""Rows of histories -> what features take of them, a row a client."""

BLOCK_CLIENTS = 256
"""Vectors of so many clients are computed at a time."""


def feature_frame(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """SK_ID_CURR and every feature as Float32 in registry order, one row a row of `application`, sorted by client.

    `tables`: typed rows by table name, each with SK_ID_CURR; a history that is absent or empty is "no history". Other
    columns than the declared ones are ignored. Missing is null; what is not a finite number is missing.
    """
    clients, vectors = client_vectors(tables)
    values = pl.from_numpy(vectors, schema=list(names()), orient="row").fill_nan(None)
    return pl.DataFrame([clients, *values])


def matrix(frame: pl.DataFrame) -> NDArray[np.float32]:
    """The vectors of a feature frame: float32 [clients, features], C-contiguous, NaN where missing."""
    return _single(frame.select(names()).to_numpy())


def client_vectors(
    tables: Mapping[str, pl.DataFrame], told: Histories | None = None
) -> tuple[pl.Series, NDArray[np.float32]]:
    """SK_ID_CURR and `matrix` of `feature_frame`.

    `told`: what `histories` has of these very tables, as far as it is known; the rest is computed.
    """
    plan = _plan()
    application = tables[APPLICATION.name][[CLIENT, *plan.application]].sort(CLIENT, maintain_order=True)
    clients = application.get_column(CLIENT)
    ids = clients.to_numpy()
    known = dict(told or {})
    parts = [numbers(application, plan.application)]
    for rows, history in plan.histories.items():
        parts.append(_beside(ids, known[rows] if rows in known else _per_client(history, tables)))
    read = Columns(
        plan.program.inputs,
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.known for part in parts]),
    )
    return clients, _vectors(plan.program, read)


def application_vectors(application: pl.DataFrame, features: tuple[Feature, ...]) -> NDArray[np.float32]:
    """The vectors of `feature_frame` where all but these features are missing: those that read columns of the
    application as they are, without steps or histories."""
    program = _of_application(features)
    vectors = np.full((application.height, len(FEATURES)), np.nan, np.float32)
    read = numbers(application.sort(CLIENT), program.inputs)
    vectors[:, [_POSITIONS[feature.name] for feature in features]] = _vectors(program, read)
    return vectors


def columns_read() -> dict[str, frozenset[str]]:
    """The columns of each source table that some feature reads; no other column has any effect."""
    plan = _plan()
    found: dict[str, set[str]] = {APPLICATION.name: {CLIENT, *plan.application}}
    for rows, history in plan.histories.items():
        found.setdefault(rows.table.name, set()).update(history.columns)
        if rows.only_with is not None:
            other, key = rows.only_with
            found.setdefault(other, set()).update({CLIENT, key})
    return {table: frozenset(columns) for table, columns in found.items()}


def aggregates() -> dict[Rows, dict[str, pl.Expr]]:
    """What features take of the rows of every history: expressions by name, each once, in registry order."""
    found: dict[Rows, dict[str, pl.Expr]] = {}
    for feature in FEATURES:
        for aggregate in feature.value.aggregates:
            found.setdefault(aggregate.rows, {}).setdefault(aggregate.name, aggregate.expression)
    return found


def histories(tables: Mapping[str, pl.DataFrame]) -> Histories:
    """What features take of every history."""
    return {rows: _per_client(history, tables) for rows, history in _plan().histories.items()}


def reading(rows: Rows) -> frozenset[str]:
    """The tables that such rows come from."""
    return frozenset((rows.table.name, *(rows.only_with or ())[:1]))


_POSITIONS = {name: i for i, name in enumerate(names())}


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is declared, as it is computed; the same for all rows.

    `application`: the columns of the application that some feature reads. `program`: over these and what the histories
    tell, every feature.
    """

    application: tuple[str, ...]
    histories: Mapping[Rows, HistoryProgram]
    program: Program


@cache
def _plan() -> _Plan:
    read = {root for feature in FEATURES for root in feature.value.expression.meta.root_names()}
    read |= {column for step in STEPS for column in step.reads}
    application = tuple(c.name for c in APPLICATION.columns if c.name in read and c.name != CLIENT)
    taken = aggregates()
    writer = Writer((*application, *(name for each in taken.values() for name in each)))
    for step in STEPS:
        writer.name(step.columns)
    program = writer.program(ROWS, {feature.name: feature.value.expression for feature in FEATURES})
    return _Plan(application, {rows: HistoryProgram.of(rows, each) for rows, each in taken.items()}, program)


@cache
def _of_application(features: tuple[Feature, ...]) -> Program:
    read = {root for feature in features for root in feature.value.expression.meta.root_names()}
    writer = Writer([c.name for c in APPLICATION.columns if c.name in read])
    return writer.program(ROWS, {feature.name: feature.value.expression for feature in features})


def _per_client(history: HistoryProgram, tables: Mapping[str, pl.DataFrame]) -> PerClient:
    if any(name not in tables or tables[name].is_empty() for name in reading(history.rows)):
        return history.nobody()
    return history.per_client(tables)


def _beside(clients: NDArray[np.int64], found: PerClient) -> Columns:
    """What a history tells, beside clients; missing where it has none of a client."""
    if not len(found.clients):
        shape = len(found.told.names), len(clients)
        return Columns(found.told.names, np.full(shape, np.nan), np.zeros(shape, np.bool_))
    places = np.minimum(np.searchsorted(found.clients, clients), len(found.clients) - 1)
    there = found.clients[places] == clients
    return Columns(found.told.names, found.told.values[:, places], found.told.known[:, places] & there)


def _vectors(program: Program, read: Columns) -> NDArray[np.float32]:
    """The vectors of the clients of columns, [n, outputs]."""
    n = read.values.shape[1]
    vectors = np.empty((n, len(program.outputs)), np.float32)
    for start in range(0, n, BLOCK_CLIENTS):
        block = slice(start, start + BLOCK_CLIENTS)
        found = program.run(Columns(read.names, read.values[:, block], read.known[:, block]), NO_GROUPS)
        vectors[block] = _single(np.where(found.known, found.values, np.nan).T)
    return vectors


def _single(values: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        found = np.ascontiguousarray(values, dtype=np.float32)
    return np.where(np.isfinite(found), found, np.float32(np.nan))  # one NaN of the many that there are
