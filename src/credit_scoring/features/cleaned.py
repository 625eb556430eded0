"""Raw columns as features read them: declared sentinels out, categories by their declared order.

What a sentinel means, and in which order a category's values stand, is declared once, in the schema; a level that is
named here and not declared there is a mistake that ends the import.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from credit_scoring.schema.table import Table


def number(table: Table, column: str) -> pl.Expr:
    """The column as Float64, missing where it holds one of its declared sentinels."""
    return _without_sentinels(table, column).cast(pl.Float64)


def code(table: Table, column: str, read_as: Mapping[str, str] | None = None) -> pl.Expr:
    """The position of a category in its declared vocabulary, from 0; missing where unseen or a sentinel.

    `read_as` merges a level into another one before (a protected level into the one that it must not differ from).
    """
    vocabulary = table.column(column).vocabulary
    value = _without_sentinels(table, column)
    for level, other in (read_as or {}).items():
        _declared(table, column, (level, other))
        value = pl.when(pl.col(column) == level).then(pl.lit(other)).otherwise(value)
    return value.cast(pl.Enum(list(vocabulary)), strict=False).to_physical().cast(pl.Float64)


def is_one_of(table: Table, column: str, *levels: str) -> pl.Expr:
    """Whether a category is one of the declared levels; unknown where it is missing."""
    _declared(table, column, levels)
    holds = pl.col(column) == levels[0]
    for level in levels[1:]:
        holds = holds | (pl.col(column) == level)
    return holds


def is_sentinel(table: Table, column: str) -> pl.Expr:
    """Whether the cell holds one of the column's declared sentinels."""
    holds = pl.lit(False)
    for value in table.column(column).sentinels:
        holds = holds | (pl.col(column) == value)
    return holds


def _without_sentinels(table: Table, column: str) -> pl.Expr:
    if not table.column(column).sentinels:
        return pl.col(column)
    return pl.when(~is_sentinel(table, column)).then(pl.col(column))


def _declared(table: Table, column: str, levels: tuple[str, ...]) -> None:
    known = {*table.column(column).vocabulary, *table.column(column).sentinels}
    unknown = [level for level in levels if level not in known]
    if unknown:
        raise ValueError(f"{table.name}.{column} declares no value {', '.join(unknown)}")
