"""A row outside a window does not matter to it, and nothing from after the application can enter."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.features.fingerprint import raw_columns
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.vector import feature_frame
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table

Rows = dict[str, pl.DataFrame]

TIME = {
    "bureau": ("DAYS_CREDIT", -9000),
    "bureau_balance": ("MONTHS_BALANCE", -300),
    "previous_application": ("DAYS_DECISION", -9000),
    "pos_cash_balance": ("MONTHS_BALANCE", -300),
    "installments_payments": ("DAYS_INSTALMENT", -9000),
    "credit_card_balance": ("MONTHS_BALANCE", -300),
}
"""The column by which each history's windows go, and a time before all of them."""

WINDOWED = [f.name for f in FEATURES if re.search(r"_\d+m(_|$)", f.name) or f.name == "worst_delay_last_year"]
PLANS = {("bureau", "DAYS_CREDIT_ENDDATE"), ("previous_application", "DAYS_LAST_DUE_1ST_VERSION")}
"""Dates that were planned at the application and may lie after it."""


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 1.0), history=st.sampled_from(sorted(TIME)))
def test_a_row_outside_the_window_does_not_matter(
    drawn_tables: Callable[[int, int], Rows], seed: int, share: float, history: str
) -> None:
    tables = drawn_tables(25, seed)
    column, long_ago = TIME[history]
    rows = tables[history]
    before = rows.sample(fraction=share, seed=seed).with_columns(pl.lit(long_ago, rows.schema[column]).alias(column))
    if "NUM_INSTALMENT_NUMBER" in rows.columns:  # an instalment of its own, not another part of one
        before = before.with_columns(pl.col("NUM_INSTALMENT_NUMBER") + 10_000)
    more = tables | {history: pl.concat([rows, before])}
    changed, as_before = feature_frame(more), feature_frame(tables)
    assert changed.select(CLIENT, *WINDOWED).equals(as_before.select(CLIENT, *WINDOWED))
    assert not changed.equals(as_before)


def test_every_window_of_the_registry_is_watched() -> None:
    months = {int(m) for name in WINDOWED for m in re.findall(r"_(\d+)m(?:_|$)", name)}
    assert months == {3, 6, 12, 24, 60}
    assert {f.table for f in FEATURES if f.name in WINDOWED} == set(TIME)


def test_nothing_from_after_the_application_can_enter() -> None:
    """Intake makes a date after the application missing or quarantines its row; what was planned may lie after it."""
    dates = {
        (name, column)
        for feature in FEATURES
        for name, column in raw_columns(feature)
        if column.startswith(("DAYS_", "MONTHS_"))
    }
    late = {(name, column) for name, column in dates if (table(name).column(column).high or 0) > 0}
    assert late == PLANS
    assert all(table(name).column(column).high is not None for name, column in dates)
