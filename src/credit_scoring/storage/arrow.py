"""Polars frames as Arrow batches that Spark takes: its Arrow reader knows the small string and list types only."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa

ROWS = 65_536
"""Rows of one batch: large enough to be cheap, small enough for the JVM to hold several."""


def record_batches(frame: pl.DataFrame, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The frame in batches, with 32-bit offsets (string, list, binary in place of their large twins)."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = pa.schema([(field.name, _small(field.type)) for field in table.schema])
    yield from table.cast(schema).to_batches(max_chunksize=rows)


def _small(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_binary(kind):
        return pa.binary()
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_small(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(kind.field(i).name, _small(kind.field(i).type)) for i in range(kind.num_fields)])
    return kind
