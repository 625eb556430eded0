"""Arrow blocks: rows of many tables that belong together are brought into one task as few, large binary rows.

A shuffle of rows converts every cell twice. Here a map task splits its rows by the hash of an id into a few blocks
`(slot, label, block)`; Spark shuffles the blocks and sorts them by slot; the reduce task opens a slot's blocks again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from credit_scoring.storage.arrow import Frames
from credit_scoring.storage.frames import union
from credit_scoring.storage.tasks import Batches, without_values

BLOCKS = "slot INT, label STRING, block BINARY"
_ARROW = pa.schema([("slot", pa.int32()), ("label", pa.string()), ("block", pa.binary())])
_SLOT = "__slot"
_BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"


def slot_of(key: str, slots: int) -> pl.Expr:
    """The slot (0 .. slots - 1) of an id. Ids come in strides, so they are mixed first; a missing id has slot 0.

    The mix is the finaliser of MurmurHash3 (64 bit): the same in every process and every release of polars.
    """
    x = pl.col(key).cast(pl.Int64).reinterpret(signed=False)
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        x = (x ^ (x // 2**33)) * pl.lit(factor, pl.UInt64)
    return ((x ^ (x // 2**33)) % slots).cast(pl.Int32).fill_null(0)


def to_block(frame: pl.DataFrame) -> bytes:
    """A frame as one binary cell (an Arrow IPC stream, lz4)."""
    sink = io.BytesIO()  # not the file format: of few rows, it costs five times as much to write and to read
    frame.write_ipc_stream(sink, compression="lz4")
    return sink.getvalue()


def from_block(block: bytes | memoryview | pa.Buffer) -> pl.DataFrame:
    """The frame in a binary cell."""
    return pl.read_ipc_stream(io.BytesIO(block))


def split(frames: Iterable[tuple[str, str, pl.DataFrame]], slots: int) -> pa.RecordBatch:
    """Frames `(label, key column, rows)` as blocks, one a label and slot that has rows."""
    slot_column: list[int] = []
    labels: list[str] = []
    blocks: list[bytes] = []
    for label, key, frame in frames:
        parts = frame.with_columns(slot_of(key, slots).alias(_SLOT)).partition_by(
            _SLOT, as_dict=True, include_key=False, maintain_order=True
        )
        for (slot,), part in parts.items():
            slot_column.append(slot)
            labels.append(label)
            blocks.append(to_block(part))
    return pa.record_batch(
        [pa.array(slot_column, pa.int32()), pa.array(labels, pa.string()), pa.array(blocks, pa.binary())], schema=_ARROW
    )


def split_rows(label: str, key: str, slots: int, rows_per_block: int) -> Callable[[Batches], Batches]:
    """The mapInArrow function that turns rows of one table into blocks."""

    @without_values
    def run(batches: Batches) -> Batches:
        held: list[pa.RecordBatch] = []
        rows = 0
        for batch in batches:
            held.append(batch)
            rows += batch.num_rows
            if rows >= rows_per_block:
                yield split([(label, key, _frame(held))], slots)
                held, rows = [], 0
        if rows:
            yield split([(label, key, _frame(held))], slots)

    return run


def _frame(batches: Sequence[pa.RecordBatch]) -> pl.DataFrame:
    frame = pl.from_arrow(pa.Table.from_batches(batches))
    assert isinstance(frame, pl.DataFrame)
    return frame


def bring_together(blocks: Sequence[DataFrame], tasks: int) -> DataFrame:
    """Blocks of several sources, shuffled so that a slot's blocks are in one task, slot after slot."""
    return union(blocks).repartition(tasks, "slot").sortWithinPartitions("slot")


def each_slot(compute: Callable[[Frames], Iterable[pa.RecordBatch]]) -> Callable[[Batches], Batches]:
    """The mapInArrow function that hands each slot's frames by label to `compute`; memory is one slot's.

    The rows of a label come in no particular order: who needs one sorts.
    """

    @without_values
    def run(batches: Batches) -> Batches:
        slot: int | None = None
        held: dict[str, list[pl.DataFrame]] = {}
        for batch in batches:
            for number, label, block in zip(
                batch.column("slot").to_pylist(), batch.column("label").to_pylist(), batch.column("block"), strict=True
            ):
                if number != slot and held:
                    yield from compute(_joined(held))
                    held = {}
                slot = number
                held.setdefault(label, []).append(from_block(block.as_buffer()))
        if held:
            yield from compute(_joined(held))

    return run


def _joined(held: Mapping[str, Sequence[pl.DataFrame]]) -> Frames:
    return {label: pl.concat(frames) for label, frames in held.items()}


@contextmanager
def rows_a_batch(spark: SparkSession, rows: int) -> Iterator[None]:
    """Bounds the rows of an Arrow batch for the actions inside: Spark counts rows, and ours can be large."""
    before = spark.conf.get(_BATCH, "10000")
    spark.conf.set(_BATCH, str(rows))
    try:
        yield
    finally:
        spark.conf.set(_BATCH, str(before))
