"""Staging: one pass over the files of all claimed deliveries, into rows that the appends can take as they are.

Map tasks read whole files and send blocks by the hash of each row's id; reduce tasks tell duplicates apart, give
bureau_balance its client where its own delivery tells it, and count. What they yield is staged once, so that the eight
appends, the quarantine, the counts and the touched clients all come from the same pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
import pyarrow as pa

from credit_scoring.engines.blocks import split
from credit_scoring.engines.engine import STAGED, Engine, FileSource, Source, Staged, Unread
from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.manifest import DeliveredFile
from credit_scoring.intake.partitions import ACCEPTED, BAD, FINDING, label, stage_slot
from credit_scoring.intake.reading import OWNER, QUARANTINED, Finding, read_file, unread
from credit_scoring.intake.refused_alone import LEFT_TO_OTHERS, refused_alone
from credit_scoring.schema.table import CLIENT, SEQ, Table
from credit_scoring.storage.files import Folder

_DDL = ", ".join(f"`{column}` {sql}" for column, sql in STAGED.items())
_STAGING = "staging_"
_INFLATION = 8
"""About how many times larger the lender's gzipped CSV files are as text."""


@dataclass(frozen=True)
class Work:
    """A file to read, of which delivery, and how it is written."""

    delivery: str
    seq: int
    file: DeliveredFile
    written: Format = DEFAULT

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


def left_staged(engine: Engine) -> list[str]:
    """The staging tables that there are, and the names of those of which a killed creation or removal left files."""
    return [name for name in (*engine.names(), *engine.unfinished()) if is_staging(name)]


def stage(engine: Engine, name: str, landing: Folder, files: Sequence[Work], limits: Limits, slot_bytes: int) -> Staged:
    """Reads the files and stages what becomes of their rows under `name`.

    A file that goes away meanwhile has no finding there, and stops no other.
    """
    tasks = max(1, -(-sum(work.text_bytes for work in files) // slot_bytes))
    # Several slots a task even out what the hash of few slots does not; memory is one slot's.
    slots = 1 if tasks == 1 else 4 * tasks
    delivered = tuple((work.delivery, work.file.name, work.text_bytes) for work in files)
    source = FileSource(
        landing, delivered, partial(read_delivered, {(w.delivery, w.file.name): w for w in files}, slots, limits)
    )
    return stage_sources(engine, name, [source], slots, tasks)


def stage_sources(engine: Engine, name: str, sources: Sequence[Source | FileSource], slots: int, tasks: int) -> Staged:
    """Tells duplicates apart among rows labelled kind|seq|table, and stages what becomes of them under `name`."""
    rows = engine.exchange(sources, slots, stage_slot, _DDL, tasks)
    return engine.stage(name, rows, apart=tasks > 1)


def read_delivered(
    files: Mapping[tuple[str, str], Work], slots: int, limits: Limits, folder: str, name: str, data: bytes | Unread
) -> pa.RecordBatch:
    """What a map task makes of a file: blocks labelled kind|seq|table."""
    return blocks_of(files[folder, name], data, slots, limits)


def blocks_of(work: Work, data: bytes | Unread, slots: int, limits: Limits) -> pa.RecordBatch:
    """The blocks of a file. Whatever fails refuses its delivery, and no other."""
    if isinstance(data, Unread):
        read = unread(work.file, work.delivery, work.seq, data.why)
    else:
        read = read_file(data, work.file, work.delivery, work.seq, limits, work.written)
    try:
        return split(_labelled(read.finding, read.rows, read.quarantined), slots)
    except LEFT_TO_OTHERS:
        raise
    except BaseException as error:  # a panic of polars is no Exception
        why = refused_alone(error, work.delivery, f"file {work.file.name}")
        return split(_labelled(read.finding.refused(why), (), QUARANTINED.to_frame()), slots)


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
