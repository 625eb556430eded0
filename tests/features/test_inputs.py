"""What may enter a vector, and which way it moves: no protected value, and promised raw values one way only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from credit_scoring.features.feature import Risk
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.tables import TABLES

Rows = dict[str, pl.DataFrame]
Draw = Callable[[int, int], Rows]


def _protected() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in TABLES for column in table.columns if column.protected]


def test_the_protected_columns_are_declared() -> None:
    declared = {column for table, column in _protected() if table == "application"}
    assert declared >= {"CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE"}
    assert sum("SOCIAL_CIRCLE" in column for column in declared) == 4


def test_protected_values_leave_every_vector_alone(drawn_tables: Draw) -> None:
    tables = drawn_tables(60, 11)
    before = matrix(feature_frame(tables)).tobytes()
    changed = dict(tables)
    for table, column in _protected():
        changed[table] = changed[table].with_columns(pl.col(column).reverse())
        assert not changed[table][column].equals(tables[table][column])
    assert matrix(feature_frame(changed)).tobytes() == before


def test_maternity_leave_reads_as_working(drawn_tables: Draw) -> None:
    tables = drawn_tables(20, 12)

    def with_income(kind: str) -> bytes:
        application = tables["application"].with_columns(pl.lit(kind).alias("NAME_INCOME_TYPE"))
        return matrix(feature_frame(tables | {"application": application})).tobytes()

    assert with_income("Maternity leave") == with_income("Working")
    assert with_income("Working") != with_income("Pensioner")


def test_outcome_is_no_input(drawn_tables: Draw) -> None:
    tables = drawn_tables(20, 13)
    flipped = tables | {"application": tables["application"].with_columns(1 - pl.col("TARGET"))}
    assert matrix(feature_frame(flipped)).tobytes() == matrix(feature_frame(tables)).tobytes()


IMPROVED = {
    "income": ("AMT_INCOME_TOTAL", pl.col("AMT_INCOME_TOTAL") * 1.05),
    "agency 1": ("EXT_SOURCE_1", (pl.col("EXT_SOURCE_1") + 0.05).clip(upper_bound=1.0)),
    "agency 2": ("EXT_SOURCE_2", (pl.col("EXT_SOURCE_2") + 0.05).clip(upper_bound=1.0)),
    "agency 3": ("EXT_SOURCE_3", (pl.col("EXT_SOURCE_3") + 0.05).clip(upper_bound=1.0)),
    "employment": (
        "DAYS_EMPLOYED",
        pl.when(pl.col("DAYS_EMPLOYED") <= 0).then(pl.col("DAYS_EMPLOYED") - 365).otherwise(pl.col("DAYS_EMPLOYED")),
    ),
}


@pytest.mark.parametrize("what", IMPROVED)
def test_improvement_never_moves_a_feature_the_risky_way(drawn_tables: Draw, what: str) -> None:
    """Every feature that such a raw value reaches is constrained, and moves only with its declared risk."""
    tables = drawn_tables(300, 14)
    column, better = IMPROVED[what]
    assert column in {c.name for c in APPLICATION.columns}
    improved = tables | {"application": tables["application"].with_columns(better.alias(column))}
    moves = matrix(feature_frame(improved)).astype(float) - matrix(feature_frame(tables)).astype(float)
    reached = [i for i in range(len(FEATURES)) if np.nansum(np.abs(moves[:, i])) > 0]
    assert reached
    for i in reached:
        assert FEATURES[i].risk is not Risk.UNKNOWN, FEATURES[i].name
        assert np.nanmax(moves[:, i] * FEATURES[i].risk.constraint) <= 0, FEATURES[i].name
