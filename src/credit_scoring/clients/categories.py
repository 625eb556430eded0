"""Which declared values the categories of applications hold: counted where the rows lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import SEQ

CATEGORIES = tuple(
    column.name for column in APPLICATION.columns if column.kind is Kind.CATEGORY and not column.protected
)
_COUNTED = pl.Schema({"column": pl.String, "value": pl.String, "rows": pl.Int64})


def values_held(engine: Engine, seqs: Sequence[int]) -> Mapping[str, Mapping[str, int]]:
    """Category of the application -> value -> how many rows of these deliveries hold it; columns and values by name."""
    counted = engine.scan(Scan(APPLICATION.name, CATEGORIES, {SEQ: list(seqs)}, _counted))
    total = counted.group_by("column", "value").agg(pl.col("rows").sum()).sort("column", "value")
    found: dict[str, dict[str, int]] = {}
    for column, value, rows in total.iter_rows():
        found.setdefault(column, {})[value] = rows
    return found


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    parts = [
        rows.group_by(pl.col(name).alias("value")).agg(pl.len().cast(pl.Int64).alias("rows"))
        .drop_nulls("value").select(pl.lit(name).alias("column"), "value", "rows")
        for name in CATEGORIES
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema=_COUNTED), *parts])
