"""The embedded engine: Delta tables by delta-rs, rows by polars, in this process and its workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable
from pyarrow.dataset import FileSystemDataset

from credit_scoring.engines.engine import Compute, Engine, FileSource, Pieces, Rows, Scan, Source, Staged
from credit_scoring.engines.local import exchange, scanning, writing
from credit_scoring.engines.local.exchange import Task
from credit_scoring.engines.local.object_store import ObjectStore, asked_again, object_store
from credit_scoring.engines.local.rows import LocalPieces, LocalRows, LocalStaged
from credit_scoring.engines.local.spill import Spill
from credit_scoring.engines.local.workers import Workers
from credit_scoring.engines.rewritten import copy_of
from credit_scoring.schema.arrow_types import arrow_schema
from credit_scoring.schema.stored import StoredTable, StoredView
from credit_scoring.settings import StorageSettings
from credit_scoring.storage.arrow import record_batches
from credit_scoring.storage.files import Folder

_LOG = "_delta_log"
_SMALL = 24_000_000
"""Bytes of files up to which starting workers costs more than they spare."""
_LABELS = arrow_schema("kind STRING, seq BIGINT, table STRING, rows BIGINT, detail STRING")
_PART_ROWS = 500_000
"""Rows of a table that one task reads: a few hundred megabytes of memory at the most."""


@dataclass(frozen=True)
class LocalEngine:
    """The Delta tables of one lender below a folder or a path of a container.

    `spill`: the folder on whose disk blocks lie that do not stay in memory. `memory`: bytes of blocks that may.
    `workers`: how many processes at the most.
    """

    root: str
    spill: Path
    memory: int
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    storage: StorageSettings = field(default_factory=StorageSettings)
    versions: Mapping[str, int] = field(default_factory=dict, hash=False)
    name: str = "local"
    pool: list[Workers] = field(default_factory=list, hash=False, compare=False, repr=False)

    @property
    def store(self) -> ObjectStore:
        """How delta-rs reaches the tables."""
        return object_store(self.root, self.storage)

    @property
    def folder(self) -> Folder:
        """The folder or container of the tables."""
        return Folder(self.root, self.storage)

    # -- tables ---------------------------------------------------------------------------------------------------

    def create(self, table: StoredTable) -> None:
        """See Engine."""
        if self.exists(table.name):
            writing.complete(self._open(table.name), table)
        else:
            self.folder.below(table.name).clear_unless(_is_commit)
            store = self.store
            asked_again(lambda: writing.create(store, table), self._again)

    def exists(self, table: str) -> bool:
        """See Engine."""
        return self.newest_commit(table) is not None

    def names(self) -> list[str]:
        """See Engine."""
        return [name for name in self.folder.folders() if self.exists(name)]

    def unfinished(self) -> list[str]:
        """See Engine."""
        return [name for name in self.folder.folders() if not self.exists(name)]

    def columns(self, table: str) -> list[str]:
        """See Engine."""
        return [each.name for each in self._open(table).schema().fields]

    def newest_commit(self, table: str) -> str | None:
        """See Engine: the name of the newest commit, by a listing of the log."""
        return max(filter(_is_commit, self.folder.below(table, _LOG).files()), default=None)

    def pinned(self, tables: Sequence[str]) -> Engine:
        """See Engine."""
        return replace(self, versions={**self.versions, **{table: self.version(table) for table in tables}})

    def version(self, table: str) -> int:
        """See Engine."""
        return self.versions[table] if table in self.versions else self._open(table).version()

    # -- reading --------------------------------------------------------------------------------------------------

    def scan(self, scan: Scan) -> pl.DataFrame:
        """See Engine."""
        return scanning.collected(self._dataset(scan.table), scan)

    def exchange(
        self,
        sources: Sequence[Source | FileSource],
        slots: int,
        compute: Compute,
        schema: str,
        tasks: int | None = None,
    ) -> LocalRows:
        """See Engine. Small sources are brought together here; for many rows, workers read and compute."""
        return LocalRows(arrow_schema(schema), lambda: self._exchanged(sources, slots, compute))

    def _exchanged(
        self, sources: Sequence[Source | FileSource], slots: int, compute: Compute
    ) -> Iterator[pa.RecordBatch]:
        tasks: list[Task] = []
        size = 0
        for source in sources:
            for task, bytes_ in self._tasks(source):
                tasks.append(task)
                size += bytes_
        if (size <= min(_SMALL, self.memory) and pl.thread_pool_size() == 1) or self.processes == 1:
            return iter(list(exchange.here(tasks, slots, compute)))
        return self._by_workers(tasks, slots, compute)

    def _by_workers(self, tasks: Sequence[Task], slots: int, compute: Compute) -> Iterator[pa.RecordBatch]:
        spill = Spill(self.spill, self.processes)
        try:
            blocks = exchange.by_workers(self._workers(), tasks, slots, compute, spill.paths)
            yield from exchange.batches_of(blocks)
        finally:
            spill.close()

    def _tasks(self, source: Source | FileSource) -> Iterator[tuple[Task, int]]:
        """The tasks that read a source, and about how many bytes of files or rows each reads."""
        if isinstance(source, FileSource):
            for folder, file, size in source.files:
                yield exchange.FilePart(source, folder, file), size
        elif isinstance(source.rows, pl.DataFrame):
            yield exchange.Given(source.label, source.key, source.rows), int(source.rows.estimated_size())
        else:
            scan, table = source.rows, self._open(source.rows.table)
            place = (self.store, scan.table, table.version(), scanning.identity(table))
            dataset = scanning.dataset_at(*place)
            for part in scanning.parts_of(dataset, scan, _PART_ROWS):
                # A row of any table takes some 20 bytes of Parquet and of lz4 blocks, and ten times that in memory.
                yield exchange.TablePart(place, source.label, source.key, scan, part), 20 * part.rows

    def _workers(self) -> Workers:
        if not self.pool:
            self.pool.append(Workers(self.processes))
        return self.pool[0]

    def close(self) -> None:
        """Ends the worker processes."""
        for workers in self.pool:
            workers.close()
        self.pool.clear()

    def stage(self, name: str, rows: Rows, apart: bool) -> Staged:
        """See Engine. Nothing is stored: a run that takes over reads the files again."""
        assert isinstance(rows, LocalRows)
        batches = list(rows.batches())
        labels = pa.Table.from_batches([batch.select(_LABELS.names) for batch in batches], _LABELS)
        places = [(number, place) for number, batch in enumerate(batches) for place in range(batch.num_rows)]
        at = pl.DataFrame(places, schema={"batch": pl.Int64, "place": pl.Int64}, orient="row")
        return LocalStaged(pl.concat([pl.DataFrame(pl.from_arrow(labels)), at], how="horizontal"), batches)

    def pieces(self, scan: Scan, order: str, lines: Callable[[pl.DataFrame], bytes]) -> Pieces:
        """See Engine."""
        return LocalPieces(lambda: self.scan(scan).sort(order), lines)

    # -- writing --------------------------------------------------------------------------------------------------

    def append(self, table: str, rows: Rows | pl.DataFrame, app_id: str, version: int = 0) -> None:
        """See Engine."""
        batches = rows.batches() if isinstance(rows, LocalRows) else record_batches(rows)  # type: ignore[arg-type]
        writing.append(self._open(table), batches, app_id, version)

    def merge(self, table: str, rows: Scan, on: str, newer: Sequence[str]) -> None:
        """See Engine."""
        best = self.scan(rows).sort(*newer, descending=True).unique(on, keep="first", maintain_order=True)
        writing.merge(self._open(table), best, on, newer)

    def replace_rows(self, table: str, rows: pl.DataFrame, gone: pl.DataFrame, on: str) -> None:
        """See Engine."""
        writing.replace_rows(self._open(table), rows, gone, on)

    def overwrite(self, table: str, rows: pl.DataFrame) -> None:
        """See Engine."""
        writing.overwrite(self._open(table), record_batches(rows))

    def remove(self, table: str, rows: pl.DataFrame, blank: Sequence[str] = ()) -> int:
        """See Engine."""
        return writing.remove(self._open(table), rows, blank)

    def update(self, table: str, rows: pl.DataFrame, on: Sequence[str]) -> int:
        """See Engine."""
        return writing.update(self._open(table), rows, on)

    def drop(self, table: str) -> None:
        """See Engine."""
        self.folder.remove(table)

    def create_views(self, views: Sequence[StoredView], stored: Sequence[StoredTable]) -> None:
        """See Engine: a folder holds no views."""

    # -- upkeep ---------------------------------------------------------------------------------------------------

    def delete(self, table: str, where: str, blank: Mapping[str, str] | None = None) -> int:
        """See Engine."""
        return writing.delete(self._open(table), where, blank)

    def compact(self, table: str, order: Sequence[str], keep_hours: int) -> tuple[int, int]:
        """See Engine."""
        return writing.compact(self._open(table), order, keep_hours, self.memory)

    def vacuum(self, table: str, keep_hours: int) -> None:
        """See Engine."""
        writing.vacuum(self._open(table), keep_hours)

    def clustered(self, table: str) -> bool:
        """Whether an earlier release clustered the table, so that delta-rs does not write it."""
        return writing.is_clustered(self._open(table))

    def unwritable(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine: all that are outdated."""
        return self.outdated(tables)

    def outdated(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine."""
        found = []
        for table in tables:
            if table.cluster_by and (
                self.exists(copy_of(table.name))
                or (self.exists(table.name) and writing.is_clustered(self._open(table.name)))
            ):
                found.append(table.name)
        return found

    def rewrite(self, tables: Sequence[StoredTable]) -> list[str]:
        """See Engine: Spark alone can."""
        return []

    def _open(self, table: str) -> DeltaTable:
        store = self.store

        def ask() -> DeltaTable:
            return DeltaTable(store.table(table), version=self.versions.get(table), storage_options=store.options)

        return asked_again(ask, self._again)

    @property
    def _again(self) -> int:
        """How often a container is asked again for what broke off."""
        return self.storage.retries if self.store.options is not None else 0

    def _dataset(self, table: str) -> FileSystemDataset:
        held = self._open(table)
        return scanning.dataset_at(self.store, table, held.version(), scanning.identity(held))


def _is_commit(name: str) -> bool:
    """Whether a file of a table's log makes the table one; with a dot in front it is a checksum, or only begun."""
    return not name.startswith(".") and (name.endswith(".json") or ".checkpoint." in name)
