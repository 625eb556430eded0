"""What may enter a vector: no protected value and no outcome."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from credit_scoring.features.vector import feature_frame, matrix
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
