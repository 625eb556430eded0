"""The SQL types of stored columns as Arrow types: what Spark writes into Parquet for them, and delta-rs is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import polars as pl
import pyarrow as pa

_PLAIN = {
    "BIGINT": pa.int64(),
    "INT": pa.int32(),
    "STRING": pa.string(),
    "DOUBLE": pa.float64(),
    "FLOAT": pa.float32(),
    "BOOLEAN": pa.bool_(),
    "BINARY": pa.binary(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}


_POLARS = {
    pa.int64(): pl.Int64(),
    pa.int32(): pl.Int32(),
    pa.string(): pl.String(),
    pa.float64(): pl.Float64(),
    pa.float32(): pl.Float32(),
    pa.bool_(): pl.Boolean(),
    pa.binary(): pl.Binary(),
}


@cache
def arrow_type(sql: str) -> pa.DataType:
    """The Arrow type of a SQL type as declarations write it: a plain one, ARRAY<...> or STRUCT<name: ..., ...>.

    KeyError for any other.
    """
    text = sql.strip()
    if found := re.fullmatch(r"(?i)ARRAY<(.*)>", text, re.DOTALL):
        return pa.list_(pa.field("element", arrow_type(found[1])))
    if found := re.fullmatch(r"(?i)STRUCT<(.*)>", text, re.DOTALL):
        return pa.struct(arrow_fields(found[1]))
    return _PLAIN[text.upper()]


def arrow_fields(columns: str) -> list[pa.Field]:
    """The fields of `name: TYPE, ...` or `name TYPE, ...`; names may stand in backticks."""
    fields = []
    for part in _parts(columns):
        found = re.fullmatch(r"\s*`?([^`:\s]+)`?(?:\s*:\s*|\s+)(.*\S)\s*", part, re.DOTALL)
        if found is None:
            raise KeyError(f"not a column and its type: {part}")
        fields.append(pa.field(found[1], arrow_type(found[2])))
    return fields


def arrow_schema(columns: str | Mapping[str, str]) -> pa.Schema:
    """The schema of columns: SQL text, or name -> SQL type."""
    if isinstance(columns, str):
        return pa.schema(arrow_fields(columns))
    return pa.schema([(name, arrow_type(sql)) for name, sql in columns.items()])


def polars_schema(columns: str | Mapping[str, str]) -> pl.Schema:
    """The same columns as polars has them."""
    return pl.Schema([(field.name, _polars_type(field.type)) for field in arrow_schema(columns)])


def _polars_type(kind: pa.DataType) -> pl.DataType:
    # Told type by type: to convert an empty table would have Arrow import pandas.
    if pa.types.is_list(kind):
        return pl.List(_polars_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pl.Struct([pl.Field(field.name, _polars_type(field.type)) for field in kind])
    if pa.types.is_timestamp(kind):
        return pl.Datetime(kind.unit, kind.tz)
    return _POLARS[kind]


def _parts(columns: str) -> list[str]:
    """The text between the commas that stand in no angle brackets."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(columns):
        depth += (sign == "<") - (sign == ">")
        if sign == "," and depth == 0:
            found.append(columns[start:place])
            start = place + 1
    return [*found, columns[start:]]
