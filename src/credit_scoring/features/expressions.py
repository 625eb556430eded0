"""Polars expressions as text, by which declarations are told apart."""

from __future__ import annotations

import polars as pl


def serialised(expression: pl.Expr) -> str:
    """The expression as text, the same on every machine and in every process."""
    return expression.meta.serialize(format="json")
