"""Polars frames as Arrow batches that Spark takes: its Arrow reader knows the small string and list types only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

ROWS = 65_536
"""Rows of one batch: large enough to be cheap, small enough for the JVM to hold several."""

Frames = Mapping[str, pl.DataFrame]
"""Frames that came together, by label."""


def record_batches(frame: pl.DataFrame, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The frame in batches, with 32-bit offsets (string, list, binary in place of their large twins)."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = pa.schema([(field.name, _small(field.type)) for field in table.schema])
    yield from table.cast(schema).to_batches(max_chunksize=rows)


def rows_block(frame: pl.DataFrame) -> bytes:
    """A frame, of at least one row, as one binary cell (an Arrow IPC stream, lz4) in the types that Spark takes.

    Not `blocks.to_block`, which keeps polars' own types: these rows go to Spark without passing through polars again.
    """
    batches = list(record_batches(frame))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        for batch in batches:
            stream.write_batch(batch)
    return bytes(sink.getvalue())


def batches_of(block: pa.Buffer) -> Iterator[pa.RecordBatch]:
    """The rows of a `rows_block`, in batches as `record_batches` makes them."""
    yield from pa.ipc.open_stream(block)


def lists(values: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> pa.ListArray:
    """A matrix [n, k] as an Arrow column of n lists."""
    count, length = values.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(length)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.ascontiguousarray(values).reshape(-1)))


def prepared(
    batches: Iterable[pa.RecordBatch], prepare: Callable[[pl.DataFrame], pl.DataFrame] | None
) -> Iterator[pa.RecordBatch]:
    """The batches, or what `prepare` makes of each."""
    for batch in batches:
        if prepare is None:
            yield batch
        else:
            yield from record_batches(prepare(pl.DataFrame(pl.from_arrow(batch))))


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
