"""Arrow blocks: rows of many tables that belong together are brought into one task as few, large binary cells.

A shuffle of rows converts every cell twice. Here rows are split where they are read, by the hash of an id, into a few
blocks `(slot, label, block)`; the engine brings a slot's blocks into one task, which opens them again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
import pyarrow as pa

from credit_scoring.storage.arrow import Frames

BLOCKS = pa.schema([("slot", pa.int32()), ("label", pa.string()), ("block", pa.binary())])
_SLOT = "__slot"


def slot_of(key: str, slots: int) -> pl.Expr:
    """The slot (0 .. slots - 1) of an id. Ids come in strides, so they are mixed first; a missing id has slot 0.

    The mix is the finaliser of MurmurHash3 (64 bit): the same in every process and every release of polars.
    """
    x = pl.col(key).cast(pl.Int64).reinterpret(signed=False)
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        x = (x ^ (x // 2**33)) * pl.lit(factor, pl.UInt64)
    return ((x ^ (x // 2**33)) % slots).cast(pl.Int32).fill_null(0)


def parts(frame: pl.DataFrame, key: str, slots: int) -> list[tuple[int, pl.DataFrame]]:
    """(slot, rows) of every slot that has rows of the frame."""
    if slots == 1:
        return [(0, frame)] if frame.height else []
    divided = frame.with_columns(slot_of(key, slots).alias(_SLOT)).partition_by(
        _SLOT, as_dict=True, include_key=False, maintain_order=True
    )
    return [(slot, rows) for (slot,), rows in divided.items()]


def to_block(frame: pl.DataFrame) -> bytes:
    """A frame as one binary cell (an Arrow IPC stream, lz4)."""
    sink = io.BytesIO()  # not the file format: of few rows, it costs five times as much to write and to read
    frame.write_ipc_stream(sink, compression="lz4")
    return sink.getvalue()


def from_block(block: bytes | memoryview | pa.Buffer) -> pl.DataFrame:
    """The frame in a binary cell."""
    return pl.read_ipc_stream(io.BytesIO(block))


def split(frames: Iterable[tuple[str, str, pl.DataFrame]], slots: int) -> pa.RecordBatch:
    """Frames `(label, key column, rows)` as blocks (BLOCKS), one a label and slot that has rows."""
    found = [(slot, label, to_block(rows)) for label, key, frame in frames for slot, rows in parts(frame, key, slots)]
    columns = zip(*found, strict=True) if found else ((), (), ())
    arrays = [pa.array(values, field.type) for values, field in zip(columns, BLOCKS, strict=True)]
    return pa.record_batch(arrays, schema=BLOCKS)


def joined(held: Mapping[str, Sequence[pl.DataFrame]]) -> Frames:
    """The frames of each label as one."""
    return {label: pl.concat(frames) for label, frames in held.items()}
