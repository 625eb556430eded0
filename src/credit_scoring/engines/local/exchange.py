"""The exchange in this process: a little is done here and now, much by workers, with blocks in a spill between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import polars as pl
import pyarrow as pa

from credit_scoring.engines.blocks import from_block, joined, parts, to_block
from credit_scoring.engines.engine import Compute, FileSource, Scan
from credit_scoring.engines.guarded import without_values
from credit_scoring.engines.local import scanning, workers
from credit_scoring.engines.local.object_store import ObjectStore
from credit_scoring.engines.local.scanning import Part
from credit_scoring.engines.local.spill import Block, from_stream, to_stream, write
from credit_scoring.progress import counted

Held = dict[int, dict[str, list[pl.DataFrame]]]
"""Rows by slot and label."""


@dataclass(frozen=True)
class TablePart:
    """Rows of a table to read and send to their slots. `place`: store, name, version and id of the table."""

    place: tuple[ObjectStore, str, int, str]
    label: str
    key: str
    scan: Scan
    part: Part

    def frames(self) -> Iterator[tuple[str, str, pl.DataFrame]]:
        """(label, key, rows), batch by batch."""
        whole = scanning.dataset_at(*self.place)
        for frame in scanning.frames(scanning.of_parts(whole, [self.part]), self.scan):
            yield self.label, self.key, frame


@dataclass(frozen=True)
class Given:
    """Rows that are here already."""

    label: str
    key: str
    rows: pl.DataFrame

    def frames(self) -> Iterator[tuple[str, str, pl.DataFrame]]:
        """(label, key, rows)."""
        yield self.label, self.key, self.rows


@dataclass(frozen=True)
class FilePart:
    """One delivered file to read."""

    source: FileSource
    folder: str
    file: str

    def blocks(self) -> pa.RecordBatch | None:
        """Its blocks; None when the file went away meanwhile."""
        return self.source.blocks(self.folder, self.file)


Task: TypeAlias = TablePart | Given | FilePart


def here(tasks: Iterable[Task], slots: int, compute: Compute) -> Iterator[pa.RecordBatch]:
    """The exchange in this process and thread, with all rows in memory."""
    held: Held = defaultdict(lambda: defaultdict(list))
    with without_values():
        for task in tasks:
            if isinstance(task, FilePart):
                blocks = task.blocks()
                for slot, label, block in _opened(blocks):
                    held[slot][label].append(from_block(block))
            else:
                for label, key, frame in task.frames():
                    for slot, rows in parts(frame, key, slots):
                        held[slot][label].append(rows)
        for slot in sorted(held):
            yield from compute(joined(held.pop(slot)))


def by_workers(
    pool: workers.Workers, tasks: Sequence[Task], slots: int, compute: Compute, spills: Sequence[str]
) -> Iterator[Block]:
    """The exchange by worker processes; what `compute` makes of each slot stands in the spill, a block a slot."""
    of_slot: dict[int, list[Block]] = defaultdict(list)
    for blocks in counted(pool.map(partial(_sent, slots, tuple(spills)), tasks), len(tasks), "reading"):
        for block in blocks:
            of_slot[block.slot].append(block)
    making = pool.map(partial(_made, compute, tuple(spills)), (of_slot[slot] for slot in sorted(of_slot)))
    for made in counted(making, len(of_slot), "computing"):
        yield from made


def _sent(slots: int, spills: Sequence[str], task: Task) -> list[Block]:
    """The map task."""
    with without_values():
        if isinstance(task, FilePart):
            pieces = [(slot, label, 0, block) for slot, label, block in _opened(task.blocks())]
        else:
            pieces = list(_packed(task.frames(), slots))
        return write(spills[workers.number()], pieces)


def _packed(frames: Iterable[tuple[str, str, pl.DataFrame]], slots: int) -> Iterator[tuple[int, str, int, bytes]]:
    """(slot, label, rows, block) of all frames of a task, one a slot and label: few large blocks open quickly."""
    held: dict[tuple[int, str], list[pl.DataFrame]] = defaultdict(list)
    for label, key, frame in frames:
        for slot, rows in parts(frame, key, slots):
            held[slot, label].append(rows)
    for (slot, label), several in held.items():
        rows = pl.concat(several)
        yield slot, label, rows.height, to_block(rows)


def _made(compute: Compute, spills: Sequence[str], blocks: Sequence[Block]) -> list[Block]:
    """The reduce task of one slot."""
    with without_values():
        held: dict[str, list[pl.DataFrame]] = defaultdict(list)
        for block in blocks:
            held[block.label].append(from_block(block.read()))
        batches = list(compute(joined(held)))
    if not batches:
        return []
    rows = sum(batch.num_rows for batch in batches)
    return write(spills[workers.number()], [(blocks[0].slot, "", rows, to_stream(batches))])


def _opened(blocks: pa.RecordBatch | None) -> Iterator[tuple[int, str, bytes]]:
    if blocks is None:
        return
    columns = (blocks.column("slot").to_pylist(), blocks.column("label").to_pylist(), blocks.column("block"))
    for slot, label, block in zip(*columns, strict=True):
        yield slot, label, block.as_buffer().to_pybytes()


def batches_of(blocks: Iterable[Block]) -> Iterator[pa.RecordBatch]:
    """The batches that the slots made."""
    for block in blocks:
        yield from from_stream(block.read())
