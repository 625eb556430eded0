"""Staging: one Spark pass over the files of all claimed deliveries, into rows that the appends can take as they are.

Map tasks read whole files (binaryFile: the cluster's own credentials) and send blocks by the hash of each row's id;
reduce tasks tell duplicates apart, give bureau_balance its client, and count. What they yield is staged once, so that
the eight appends, the quarantine, the counts and the touched clients all come from the same pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from pyspark.sql import DataFrame, SparkSession

from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.manifest import DeliveredFile
from credit_scoring.intake.reading import OWNER, Finding, read_file
from credit_scoring.intake.slots import ACCEPTED, BAD, FINDING, STAGED, label, stage_slot
from credit_scoring.schema.table import CLIENT, SEQ, Table
from credit_scoring.storage.blocks import BLOCKS, bring_together, each_slot, rows_a_batch, split
from credit_scoring.storage.files import Folder
from credit_scoring.storage.tables import Tables
from credit_scoring.storage.tasks import Batches, without_values
from credit_scoring.storage.upkeep import names, unfinished

_APART = ("kind", "table")
"""What is read apart lies apart, so that each append reads its own rows only."""
_STAGING = "staging_"
_INFLATION = 8
"""About how many times larger the lender's gzipped CSV files are as text."""


@dataclass(frozen=True)
class Work:
    """A file to read, of which delivery."""

    delivery: str
    seq: int
    file: DeliveredFile

    @property
    def text_bytes(self) -> int:
        """About how much text the file holds."""
        return self.file.bytes * (_INFLATION if self.file.name.endswith(".gz") else 1)


def staging_of(claim_id: str) -> str:
    """The name of the table in which the rows of a claim are staged."""
    return f"{_STAGING}{claim_id}"


def is_staging(table: str) -> bool:
    """Whether a table of that name is one of staged rows, be it left over by a run that was killed."""
    return table.startswith(_STAGING)


def left_staged(tables: Tables) -> list[str]:
    """The staging tables that there are, and the names of those of which a killed creation or removal left files."""
    return [name for name in (*names(tables), *unfinished(tables)) if is_staging(name)]


def stage(
    tables: Tables, name: str, landing: Folder, files: Sequence[Work], limits: Limits, slot_bytes: int
) -> DataFrame:
    """Reads the files and (over)writes the staging table `name`; returns it.

    A file that goes away meanwhile has no finding there, and stops no other.
    """
    tasks = max(1, -(-sum(work.text_bytes for work in files) // slot_bytes))
    # Several slots a task even out what the hash of few slots does not; memory is one slot's.
    slots = 1 if tasks == 1 else 4 * tasks
    # One file a batch: a file is one cell, and up to hundreds of megabytes.
    with rows_a_batch(tables.spark, 1):
        while True:
            try:
                content = _content(tables.spark, landing, files)
                blocks = content.mapInArrow(read_files(files, slots, limits), BLOCKS)
                return stage_blocks(tables, name, [blocks], tasks)
            except Exception as error:  # its class differs between classic Spark and Spark Connect
                if "PATH_NOT_FOUND" not in str(error):
                    raise
                there = [work for work in files if landing.exists(work.delivery, work.file.name)]
                if len(there) == len(files):
                    raise
                files = there


def _content(spark: SparkSession, landing: Folder, files: Sequence[Work]) -> DataFrame:
    """path, content of the files."""
    paths = [landing.path(work.delivery, work.file.name) for work in files]
    if not paths:
        return spark.createDataFrame([], "path STRING, content BINARY")
    # The paths are files, whatever stands in them: `?` and `[` are no patterns.
    read = spark.read.format("binaryFile").option("ignoreMissingFiles", True).option("__globPaths__", False)
    return read.load(paths).select("path", "content")


def stage_blocks(tables: Tables, name: str, blocks: Sequence[DataFrame], tasks: int) -> DataFrame:
    """Tells duplicates apart in blocks labelled kind|seq|table, and (over)writes the staging table; returns it."""
    schema = ", ".join(f"`{column}` {sql}" for column, sql in STAGED.items())
    staged = bring_together(blocks, tasks).mapInArrow(each_slot(stage_slot), schema)
    # What one task yields is read whole sooner than a dozen files are written.
    tables.replace(name, staged, partitioned_by=_APART if tasks > 1 else ())
    return tables.read(name)


def read_files(files: Sequence[Work], slots: int, limits: Limits) -> Callable[[Batches], Batches]:
    """The map function: a file's path and bytes -> blocks labelled kind|seq|table."""
    by_path = {(work.delivery, work.file.name): work for work in files}

    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for path, content in zip(batch.column("path").to_pylist(), batch.column("content"), strict=True):
                folder, name = path.rsplit("/", 2)[-2:]  # no address: in a folder's name `%` and `#` mean themselves
                work = by_path[folder, name]
                read = read_file(content.as_buffer().to_pybytes(), work.file, work.delivery, work.seq, limits)
                yield split(_labelled(read.finding, read.rows, read.quarantined), slots)

    return run


def _labelled(
    finding: Finding, rows: Iterable[tuple[Table, pl.DataFrame]], quarantined: pl.DataFrame
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    said = pl.DataFrame({SEQ: [finding.seq], "detail": [json.dumps(finding.to_dict())]})
    yield label(FINDING, finding.seq, finding.table), SEQ, said
    yield from labelled_rows(finding.seq, finding.table, rows, quarantined)


def labelled_rows(
    seq: int, of: str, rows: Iterable[tuple[Table, pl.DataFrame]], quarantined: pl.DataFrame
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """(label, key, frame) of usable rows by table, and of the quarantined rows of the table `of`."""
    for table, frame in rows:
        if frame.height:
            yield label(ACCEPTED, seq, table.name), slot_key(table), frame
    if quarantined.height:
        yield label(BAD, seq, of), OWNER, quarantined


def slot_key(table: Table) -> str:
    """The column that decides a row's slot: rows of a key meet in one; bureau and its balances share theirs."""
    return (table.key or (CLIENT,))[0]
