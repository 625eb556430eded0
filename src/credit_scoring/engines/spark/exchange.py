"""The exchange on Spark: map tasks split rows into blocks, Spark shuffles these, reduce tasks open a slot's again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from credit_scoring.engines.blocks import from_block, joined, split
from credit_scoring.engines.engine import Compute, FileSource, Prepare, Read
from credit_scoring.engines.spark.frames import union
from credit_scoring.engines.spark.tasks import Batches, frame_of, without_values
from credit_scoring.storage.roots import blob_place

BLOCKS = "slot INT, label STRING, block BINARY"
_PATTERN = re.compile(r"[*?\[\]{}\\]")
"""What makes a path a pattern to Spark. Its setting against that reads every file once for each such path."""
_BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"


def split_rows(
    label: str, key: str, slots: int, rows_per_block: int, prepare: Prepare | None = None
) -> Callable[[Batches], Batches]:
    """The mapInArrow function that turns rows of one table into blocks."""

    @without_values
    def run(batches: Batches) -> Batches:
        held: list[pa.RecordBatch] = []
        rows = 0
        for batch in batches:
            held.append(batch)
            rows += batch.num_rows
            if rows >= rows_per_block:
                yield split([(label, key, _frame(held, prepare))], slots)
                held, rows = [], 0
        if rows:
            yield split([(label, key, _frame(held, prepare))], slots)

    return run


def read_files(read: Read) -> Callable[[Batches], Batches]:
    """The mapInArrow function of (path, content): a file's blocks."""

    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for path, content in zip(batch.column("path").to_pylist(), batch.column("content"), strict=True):
                folder, name = path.rsplit("/", 2)[-2:]  # no address: in a folder's name `%` and `#` mean themselves
                yield read(folder, name, content.as_buffer().to_pybytes())

    return run


def read_by_name(source: FileSource) -> Callable[[Batches], Batches]:
    """The mapInArrow function of (folder, file): a file's blocks, read here and not by Spark."""

    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for folder, file in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if (blocks := source.blocks(folder, file)) is not None:
                    yield blocks

    return run


def _frame(batches: Sequence[pa.RecordBatch], prepare: Prepare | None) -> pl.DataFrame:
    frame = frame_of(batches)
    return frame if prepare is None else prepare(frame)


def bring_together(blocks: Sequence[DataFrame], tasks: int) -> DataFrame:
    """Blocks of several sources, shuffled so that a slot's blocks are in one task, slot after slot."""
    return union(blocks).repartition(tasks, "slot").sortWithinPartitions("slot")


def each_slot(compute: Compute) -> Callable[[Batches], Batches]:
    """The mapInArrow function that hands each slot's frames by label to `compute`; memory is one slot's."""

    @without_values
    def run(batches: Batches) -> Batches:
        slot: int | None = None
        held: dict[str, list[pl.DataFrame]] = {}
        for batch in batches:
            for number, label, block in zip(
                batch.column("slot").to_pylist(), batch.column("label").to_pylist(), batch.column("block"), strict=True
            ):
                if number != slot and held:
                    yield from compute(joined(held))
                    held = {}
                slot = number
                held.setdefault(label, []).append(from_block(block.as_buffer()))
        if held:
            yield from compute(joined(held))

    return run


def file_blocks(spark: SparkSession, source: FileSource) -> DataFrame:
    """BLOCKS of the files that are there.

    Spark's own reading of a container knows block blobs only, and ends for all where one cannot be read; a folder's
    path it takes for a pattern where it looks like one. Other folders and volumes are its to read: a task's Python may
    not reach them.
    """
    by_name = blob_place(source.folder.root) is not None or _PATTERN.search(source.folder.root)
    if by_name and source.files:
        named = [(folder, file) for folder, file, _ in source.files]
        return spark.createDataFrame(named, "folder STRING, file STRING").mapInArrow(read_by_name(source), BLOCKS)
    return _content(spark, source).mapInArrow(read_files(source.read), BLOCKS)


def _content(spark: SparkSession, source: FileSource) -> DataFrame:
    """path, content of the files that are there."""
    paths = [source.folder.path(folder, file) for folder, file, _ in source.files]
    if not paths:
        return spark.createDataFrame([], "path STRING, content BINARY")
    return spark.read.format("binaryFile").option("ignoreMissingFiles", True).load(paths).select("path", "content")


@contextmanager
def rows_a_batch(spark: SparkSession, rows: int) -> Iterator[None]:
    """Bounds the rows of an Arrow batch for the actions inside: Spark counts rows, and ours can be large."""
    before = spark.conf.get(_BATCH, "10000")
    spark.conf.set(_BATCH, str(rows))
    try:
        yield
    finally:
        spark.conf.set(_BATCH, str(before))
