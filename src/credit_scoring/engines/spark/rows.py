"""Rows of the Spark engine: frames in the making, staged, and as the pieces of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.engines.blocks import from_block, to_block
from credit_scoring.engines.engine import Prepare, Rows, Send
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.engines.spark.tasks import Batches, frame_of, without_values
from credit_scoring.schema.arrow_types import arrow_schema
from credit_scoring.storage.arrow import batches_of, prepared, record_batches


@dataclass(frozen=True)
class SparkRows:
    """A Spark frame; nothing has run."""

    frame: DataFrame

    def collect(self) -> pl.DataFrame:
        """All rows, here: as blocks, because rows would be converted cell by cell."""
        nothing = pl.from_arrow(arrow_schema(dict(self.frame.dtypes)).empty_table())
        assert isinstance(nothing, pl.DataFrame)
        blocks = self.frame.mapInArrow(_to_blocks(None), "block BINARY").collect()
        return pl.concat([nothing, *(from_block(bytes(row["block"])).cast(nothing.schema) for row in blocks)])


@dataclass(frozen=True)
class SparkStaged:
    """Staged rows in a Delta table of their own."""

    tables: Tables
    name: str

    def index(self) -> pl.DataFrame:
        """kind, seq, table, rows, detail of every block."""
        labels = self.tables.read(self.name).drop("block")
        return collected(labels)

    def rows(
        self,
        kind: str,
        seqs: Sequence[int],
        table: str | None,
        schema: Mapping[str, str],
        prepare: Prepare | None = None,
    ) -> Rows:
        """The rows in the blocks of a kind (and table), of these seqs."""
        wanted = (F.col("kind") == kind) & F.col("seq").isin(list(seqs))
        if table is not None:
            wanted = wanted & (F.col("table") == table)
        blocks = self.tables.read(self.name).where(wanted).select("block")
        return SparkRows(blocks.mapInArrow(_opener(list(schema), prepare), ddl(schema)))


@dataclass(frozen=True)
class SparkPieces:
    """A file's content: a frame in its order, and what tasks make of it."""

    frame: DataFrame
    lines: Callable[[pl.DataFrame], bytes]

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(rows, bytes) of each piece, those of two partitions here at a time."""
        made = self.frame.mapInArrow(_written(self.lines), "rows INT, lines BINARY")
        for part in made.toLocalIterator(prefetchPartitions=True):
            yield part["rows"], bytes(part["lines"])

    def each(self, send: Send) -> list[str]:
        """`send`s each piece where it is made."""
        made = self.frame.mapInArrow(_sent(self.lines, send), "part INT, number INT, said STRING").collect()
        return [row["said"] for row in sorted(made, key=lambda row: (row["part"], row["number"]))]


def ddl(columns: Mapping[str, str]) -> str:
    """Columns (name -> SQL type) as Spark takes a schema."""
    return ", ".join(f"`{name}` {sql}" for name, sql in columns.items())


def collected(frame: DataFrame, prepare: Prepare | None = None) -> pl.DataFrame:
    """A frame's rows, here, as `prepare` makes them where they are; as blocks, not cell by cell."""
    nothing = pl.from_arrow(arrow_schema(dict(frame.dtypes)).empty_table())
    assert isinstance(nothing, pl.DataFrame)
    if prepare is not None:
        nothing = prepare(nothing)
    blocks = frame.mapInArrow(_to_blocks(prepare), "block BINARY").collect()
    return pl.concat([nothing, *(from_block(bytes(row["block"])) for row in blocks)])


def _to_blocks(prepare: Prepare | None) -> Callable[[Batches], Batches]:
    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            frame = frame_of([batch])
            block = to_block(frame if prepare is None else prepare(frame))
            yield pa.record_batch([pa.array([block], pa.binary())], names=["block"])

    return run


def _opener(columns: Sequence[str], prepare: Prepare | None) -> Callable[[Batches], Batches]:
    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for block in batch.column("block"):
                for rows in prepared(batches_of(block.as_buffer()), prepare):
                    yield rows.select(columns)

    return run


def frames(columns: Sequence[str], ddl: str) -> Callable[[Batches], Batches]:
    """The mapInArrow function of blocks: their rows, with these columns."""

    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for block in batch.column("block"):
                for rows in record_batches(from_block(block.as_buffer())):
                    yield rows.select(columns).cast(arrow_schema(ddl))

    return run


def _written(lines: Callable[[pl.DataFrame], bytes]) -> Callable[[Batches], Batches]:
    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            frame = frame_of([batch])
            columns = [pa.array([batch.num_rows], pa.int32()), pa.array([lines(frame)], pa.binary())]
            yield pa.record_batch(columns, names=["rows", "lines"])

    return run


def _sent(lines: Callable[[pl.DataFrame], bytes], send: Send) -> Callable[[Batches], Batches]:
    """Lines are made and sent in one function: between two, Spark would gather them in one batch of any size."""
    write = _written(lines)

    def run(batches: Batches) -> Batches:
        context = TaskContext.get()
        assert context is not None
        part = context.partitionId() + 1
        for number, made in enumerate(write(batches)):
            said = send(part, number, made.column("rows")[0].as_py(), made.column("lines")[0].as_py())
            columns = [pa.array([part], pa.int32()), pa.array([number], pa.int32()), pa.array([said])]
            yield pa.record_batch(columns, names=["part", "number", "said"])

    return run
