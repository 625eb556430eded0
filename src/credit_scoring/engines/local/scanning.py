"""Reading a Delta table in this process: files passed over by their bounds, rows by a filter, a batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as pa_fs
from deltalake import DeltaTable

from credit_scoring.engines.engine import Scan, Value
from credit_scoring.engines.local.object_store import ObjectStore

BATCH = 131_072
"""Rows of a batch."""


@dataclass(frozen=True)
class Part:
    """Some row groups of one file of a table: what one task reads. `rows`: how many they hold."""

    file: str
    row_groups: tuple[int, ...]
    rows: int


def dataset_of(table: DeltaTable, store: ObjectStore, name: str) -> ds.FileSystemDataset:
    """The table's files, each with the bounds that its log tells."""
    if store.options is None:
        # Not by delta-rs's own files, which Python would have to hand over read by read.
        folder = pa_fs.SubTreeFileSystem(str(Path(store.table(name))), pa_fs.LocalFileSystem(use_mmap=True))
        return table.to_pyarrow_dataset(filesystem=folder)
    return table.to_pyarrow_dataset()


def identity(table: DeltaTable) -> str:
    """What tells the files of a table from those of another one at the same place."""
    return hashlib.sha256("\n".join(sorted(table.file_uris())).encode()).hexdigest()


@lru_cache(maxsize=32)
def dataset_at(store: ObjectStore, name: str, version: int, identity: str) -> ds.FileSystemDataset:
    """The table as of a version, opened once a process. `identity`: of its files at that version, because a table that
    was made anew, or brought back from a copy, may stand at the same place with the same version."""
    table = DeltaTable(store.table(name), version=version, storage_options=store.options)
    return dataset_of(table, store, name)


def wanted(among: Mapping[str, Collection[Value]]) -> pc.Expression | None:
    """The filter of a scan; None: every row is wanted."""
    found: pc.Expression | None = None
    for column, values in among.items():
        known = [value for value in values if value is not None]
        # By polars: of a list, Arrow would import pandas to see whether it is a series.
        each = pc.field(column).isin(pl.Series(known).to_arrow()) if known else pc.scalar(False)
        if len(known) < len(values):
            each = each | pc.field(column).is_null()
        if known and isinstance(known[0], int):
            # The bounds of a file are compared with these; membership alone passes over none.
            low, high = min(known), max(known)
            inside = (pc.field(column) >= low) & (pc.field(column) <= high)
            each = each & (inside | pc.field(column).is_null() if len(known) < len(values) else inside)
        found = each if found is None else found & each
    return found


def frames(dataset: ds.Dataset, scan: Scan) -> Iterator[pl.DataFrame]:
    """The rows of a scan, prepared, batch by batch."""
    scanner = dataset.scanner(
        columns=list(scan.columns), filter=wanted(scan.among), batch_size=BATCH, use_threads=False
    )
    for batch in scanner.to_batches():
        if batch.num_rows:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield scan.prepare(frame) if scan.prepare is not None else frame


def empty(dataset: ds.Dataset, scan: Scan) -> pl.DataFrame:
    """No row of a scan, prepared: its columns and their types."""
    schema = pa.schema([dataset.schema.field(name) for name in scan.columns])
    frame = pl.from_arrow(schema.empty_table())
    assert isinstance(frame, pl.DataFrame)
    return scan.prepare(frame) if scan.prepare is not None else frame


def collected(dataset: ds.Dataset, scan: Scan) -> pl.DataFrame:
    """All rows of a scan, prepared."""
    return pl.concat([empty(dataset, scan), *frames(dataset, scan)], rechunk=True)


def parts_of(dataset: ds.FileSystemDataset, scan: Scan, rows: int) -> Iterator[Part]:
    """The files that may hold wanted rows, in parts of about so many rows."""
    for fragment in dataset.get_fragments(wanted(scan.among)):
        held: list[int] = []
        count = 0
        for group in fragment.row_groups:
            held.append(group.id)
            count += group.num_rows
            if count >= rows:
                yield Part(fragment.path, tuple(held), count)
                held, count = [], 0
        if held:
            yield Part(fragment.path, tuple(held), count)


def of_parts(dataset: ds.FileSystemDataset, parts: Collection[Part]) -> ds.FileSystemDataset:
    """The same dataset, of these parts alone."""
    by_file = {part.file: part for part in parts}
    fragments = [
        fragment.subset(row_group_ids=list(by_file[fragment.path].row_groups))
        for fragment in dataset.get_fragments()
        if fragment.path in by_file
    ]
    return ds.FileSystemDataset(fragments, dataset.schema, dataset.format, dataset.filesystem)
