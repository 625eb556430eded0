"""Staging: one Spark pass over the files of all claimed deliveries, into rows that the appends can take as they are.

Map tasks read whole files (binaryFile: the cluster's own credentials) and send blocks by the hash of each row's id;
reduce tasks tell duplicates apart, give bureau_balance its client, and count. What they yield is staged once, so that
the eight appends, the quarantine, the counts and the touched clients all come from the same pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlparse

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from credit_scoring.intake.duplicates import tell_apart
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.manifest import DeliveredFile
from credit_scoring.intake.owners import with_clients
from credit_scoring.intake.reading import OWNER, QUARANTINED, Finding, read_file
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ, Table
from credit_scoring.schema.tables import table as declared_table
from credit_scoring.storage.blocks import (
    BLOCKS,
    Frames,
    bring_together,
    each_slot,
    rows_a_batch,
    split,
    to_block,
)
from credit_scoring.storage.files import Folder
from credit_scoring.storage.tables import Tables
from credit_scoring.storage.tasks import Batches, without_values
from credit_scoring.storage.upkeep import names, unfinished

ACCEPTED, BAD, COUNTS, FINDING, TOUCHED = "accepted", "quarantined", "counts", "finding", "touched"
STAGED = {
    "kind": "STRING",
    "seq": "BIGINT",
    "table": "STRING",
    "rows": "BIGINT",
    "detail": "STRING",
    "block": "BINARY",
}
_ARROW = pa.schema(
    [
        ("kind", pa.string()),
        ("seq", pa.int64()),
        ("table", pa.string()),
        ("rows", pa.int64()),
        ("detail", pa.string()),
        ("block", pa.binary()),
    ]
)
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
    return spark.read.format("binaryFile").option("ignoreMissingFiles", True).load(paths).select("path", "content")


def stage_blocks(tables: Tables, name: str, blocks: Sequence[DataFrame], tasks: int) -> DataFrame:
    """Tells duplicates apart in blocks labelled kind|seq|table, and (over)writes the staging table; returns it."""
    schema = ", ".join(f"`{column}` {sql}" for column, sql in STAGED.items())
    staged = bring_together(blocks, tasks).mapInArrow(each_slot(stage_slot), schema)
    tables.replace(name, staged)
    return tables.read(name)


def read_files(files: Sequence[Work], slots: int, limits: Limits) -> Callable[[Batches], Batches]:
    """The map function: a file's path and bytes -> blocks labelled kind|seq|table."""
    by_path = {(work.delivery, work.file.name): work for work in files}

    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for path, content in zip(batch.column("path").to_pylist(), batch.column("content"), strict=True):
                folder, name = unquote(urlparse(path).path).rsplit("/", 2)[-2:]
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


def label(kind: str, seq: int, table: str) -> str:
    """What blocks of rows of a kind are labelled with."""
    return f"{kind}|{seq}|{table}"


def slot_key(table: Table) -> str:
    """The column that decides a row's slot: rows of a key meet in one; bureau and its balances share theirs."""
    return (table.key or (CLIENT,))[0]


def stage_slot(frames: Frames) -> Iterator[pa.RecordBatch]:
    """The reduce function: one slot's frames by label -> STAGED rows."""
    labelled = {tuple(label.split("|")): frame for label, frame in sorted(frames.items())}
    accepted: dict[tuple[int, str], pl.DataFrame] = {}
    bad: dict[tuple[int, str], list[pl.DataFrame]] = {}
    counts: dict[tuple[int, str], dict[str, dict[str, int]]] = {}
    for (kind, seq, name), frame in labelled.items():
        place = (int(seq), name)
        if kind == FINDING:
            for detail in frame["detail"].sort():
                yield _row(FINDING, place, rows=0, detail=detail)
        elif kind == BAD:
            bad.setdefault(place, []).append(frame)
            _count(counts.setdefault(place, {}), "quarantined", frame)
        else:
            table = declared_table(name)
            told = tell_apart(frame, table)
            accepted[place] = told.kept
            if told.conflicting.height:
                bad.setdefault(place, []).append(_conflicting(told.conflicting, table))
            for what, rows in (
                ("accepted", told.kept),
                ("duplicates", told.repeated),
                ("quarantined", told.conflicting),
            ):
                _count(counts.setdefault(place, {}), what, rows)
    for place, by_file in counts.items():
        yield _row(COUNTS, place, rows=0, detail=json.dumps(by_file))
    for place, frame in with_clients(accepted).items():
        if frame.height:
            table = declared_table(place[1])
            order = frame.sort([*table.key, FILE, RECORD] if table.key else [CLIENT, FILE, RECORD])
            clients = frame.select(pl.col(CLIENT).drop_nulls().unique().sort().alias("client_id"))
            touched = clients.with_columns(pl.lit(table.name).alias("table"))
            unnamed = 0 if table.client_column else frame[CLIENT].null_count()
            yield _row(ACCEPTED, place, rows=frame.height, detail=str(unnamed), block=to_block(order))
            yield _row(TOUCHED, place, rows=touched.height, block=to_block(touched))
    for place, frames_of in bad.items():
        frame = pl.concat(frames_of).sort(FILE, RECORD)
        nobodys = frame.filter(pl.col("client_id").is_null() & pl.col(OWNER).is_null()).height
        yield _row(BAD, place, rows=frame.height, detail=str(nobodys), block=to_block(frame))


def _conflicting(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Conflicting rows as QUARANTINED; their text is gone, so the typed values stand as cells."""
    key = ", ".join(table.key)
    sentence = f"rows with the same {key} must not differ; which of them is right cannot be told"
    names = [column.name for column in table.columns if column.name in rows.columns]
    client = pl.col(CLIENT) if CLIENT in names else pl.lit(None, pl.Int64)
    reason = pl.struct(rule=pl.lit("conflicting_key"), column=pl.lit(key), sentence=pl.lit(sentence))
    return rows.select(
        pl.lit(table.name).alias("table"),
        FILE,
        RECORD,
        client.alias("client_id"),
        pl.col(table.owner).alias(OWNER),
        pl.concat_list(reason).alias("reasons"),
        pl.struct(names).struct.json_encode().alias("cells"),
    ).cast(QUARANTINED)


def _count(by_file: dict[str, dict[str, int]], what: str, rows: pl.DataFrame) -> None:
    for file, count in rows.group_by(FILE).len().sort(FILE).iter_rows():
        of_file = by_file.setdefault(file, {})
        of_file[what] = of_file.get(what, 0) + count


def _row(
    kind: str, place: tuple[int, str], rows: int, detail: str | None = None, block: bytes | None = None
) -> pa.RecordBatch:
    values = {"kind": kind, "seq": place[0], "table": place[1], "rows": rows, "detail": detail, "block": block}
    return pa.RecordBatch.from_pylist([values], schema=_ARROW)
