"""Typed rows drawn from the declarations: every kind of legitimate value, sentinels and gaps, in every table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import CLIENT, Table
from credit_scoring.schema.tables import TABLES

Rows = dict[str, pl.DataFrame]

NARROW = 1500
"""Days and counts are drawn from -NARROW to NARROW, so that the windows of months split them."""


def _values(column: Column, rows: int, random: np.random.Generator) -> pl.Series:
    low = max(column.low if column.low is not None else 0, -NARROW)
    high = min(column.high if column.high is not None else NARROW, NARROW)
    if column.name == "DAYS_BIRTH":
        low, high = -25_000, -8_000
    if column.name.startswith("MONTHS_"):
        low = -40
    if column.name.startswith("AMT_") and column.kind is Kind.NUMBER:
        drawn = np.round(
            random.lognormal(9, 1.5, rows) * np.where(random.random(rows) < 0.05, np.sign(low + 0.5), 1), 2
        )
        values = pl.Series(np.maximum(drawn, low), dtype=pl.Float64)
    elif column.kind is Kind.CATEGORY:
        values = pl.Series(random.choice(column.vocabulary, rows), dtype=pl.String)
    elif column.kind is Kind.NUMBER:
        values = pl.Series(random.uniform(low, high, rows), dtype=pl.Float64)
    else:
        values = pl.Series(random.integers(int(low), max(int(high), int(low)), rows, endpoint=True)).cast(
            column.kind.dtype
        )
    for sentinel in column.sentinels:
        values = values.set(pl.Series(random.random(rows) < 0.1), sentinel)
    return values if column.required else values.set(pl.Series(random.random(rows) < 0.1), None)


def _identifiers(table: Table, frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Loans and credits belong to one client each; a client has a few of them."""
    own = pl.col(CLIENT) * 10 + pl.Series(random.integers(0, 4, frame.height))
    return frame.with_columns(own.alias(c.name) for c in table.columns if c.name in ("SK_ID_PREV", "SK_ID_BUREAU"))


def draw(clients: int, seed: int) -> Rows:
    """All tables of so many clients (every fifth one without any history)."""
    random = np.random.default_rng(seed)
    tables = {}
    for table in TABLES:
        if table.name == "outcomes":
            continue
        history = table.name != "application"
        ids = 1 + np.arange(clients)
        if history:
            ids = random.choice(ids[ids % 5 != 0], clients * 12) if clients > 1 else np.ones(12, dtype=int)
        columns = {c.name: _values(c, len(ids), random) for c in table.columns if c.name != CLIENT}
        frame = pl.DataFrame(columns).with_columns(pl.Series(CLIENT, ids, dtype=pl.Int64))
        tables[table.name] = _identifiers(table, frame, random) if history else frame
    return tables


@pytest.fixture(scope="session")
def drawn_tables() -> Callable[[int, int], Rows]:
    """(clients, seed) -> typed rows of all tables."""
    return draw
