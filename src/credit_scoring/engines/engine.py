"""The port of an engine: scan, exchange, append. All meaning is polars, on the rows of one slot or of small tables.

Two engines carry it out: Spark (engines.spark) and this process (engines.local). Both keep Delta tables, so that a
store can change hands between any two runs, and in the middle of one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import polars as pl
import pyarrow as pa

from credit_scoring.schema.stored import StoredTable, StoredView
from credit_scoring.storage.arrow import Frames
from credit_scoring.storage.files import Folder

Value: TypeAlias = int | str | None
Among: TypeAlias = Mapping[str, Collection[Value]]
Prepare = Callable[[pl.DataFrame], pl.DataFrame]
"""What is done to rows where they are read, before they travel: columns derived, rows dropped. It must be picklable."""
Compute = Callable[[Frames], Iterable[pa.RecordBatch]]
"""One slot's rows by label -> rows in Arrow batches. It must be picklable."""


@dataclass(frozen=True)
class Unread:
    """In place of a file's bytes: why they cannot be read, which says nothing of other files."""

    why: str


Read = Callable[[str, str, bytes | Unread], pa.RecordBatch]
"""Folder name, file name and bytes of one file -> blocks (engines.blocks.split). It must be picklable."""


@dataclass(frozen=True)
class Scan:
    """Rows of a table, visible or not (see ledger.ledger for what is visible).

    `columns`: which are read. `among`: column -> the values of it that are wanted, None for a null; files that hold
    none of them are passed over. `prepare`: what is made of the rows where they are read.
    """

    table: str
    columns: tuple[str, ...]
    among: Among = field(default_factory=dict)
    prepare: Prepare | None = None


@dataclass(frozen=True)
class Source:
    """One source of an exchange: rows that go to a slot by the hash of `key`, and have `label` there."""

    label: str
    key: str
    rows: Scan | pl.DataFrame


@dataclass(frozen=True)
class FileSource:
    """Files of a folder's folders, as (folder, file, bytes of the file); `read` turns each into blocks."""

    folder: Folder
    files: tuple[tuple[str, str, int], ...]
    read: Read

    def blocks(self, folder: str, file: str) -> pa.RecordBatch | None:
        """The blocks of one file; None when it went away meanwhile."""
        data: bytes | Unread
        try:
            data = self.folder.read(folder, file)
        except FileNotFoundError:
            return None
        except OSError as error:
            data = Unread(error.strerror or str(error))
        return self.read(folder, file, data)


STAGED = {
    "kind": "STRING",
    "seq": "BIGINT",
    "table": "STRING",
    "rows": "BIGINT",
    "detail": "STRING",
    "block": "BINARY",
}
"""Columns of staged rows. `table` is null where it says nothing. `block`: `rows` rows (engines.arrow.rows_block)."""


Send = Callable[[int, int, int, bytes], str]
"""Part of a file's content, number in the part, rows, bytes -> what is said of the piece. It must be picklable."""


class Rows(Protocol):
    """Rows in the making: nothing runs before they are asked for. They are asked for once, by one of these or an
    append."""

    def collect(self) -> pl.DataFrame:
        """All rows, here."""
        ...


class Staged(Protocol):
    """Rows that were made once and are read in parts: columns STAGED, apart by `kind` and `table`."""

    def index(self) -> pl.DataFrame:
        """kind, seq, table, rows, detail of every block, without the blocks."""
        ...

    def rows(
        self,
        kind: str,
        seqs: Sequence[int],
        table: str | None,
        schema: Mapping[str, str],
        prepare: Prepare | None = None,
    ) -> Rows:
        """The rows in the blocks of a kind (and table), of these seqs, with the columns of `schema` (name -> SQL),
        which `prepare` may make."""
        ...


class Pieces(Protocol):
    """A file's content, made of a table's rows in order, piece by piece."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(rows, bytes) of each piece, here, a few in memory at a time."""
        ...

    def each(self, send: Send) -> list[str]:
        """`send`s pieces where they are made; what it says of each, in their order."""
        ...


class Engine(Protocol):
    """The Delta tables of one lender, and what can be done to them."""

    @property
    def name(self) -> str:
        """ "local" or "spark"."""
        ...

    @property
    def root(self) -> str:
        """Where the tables are: a folder, a blob path, or `catalog.schema`."""
        ...

    # -- tables ---------------------------------------------------------------------------------------------------

    def create(self, table: StoredTable) -> None:
        """Creates the table, empty, unless it exists; one of an earlier release gets the columns that it lacks."""
        ...

    def exists(self, table: str) -> bool:
        """Whether the table has been created."""
        ...

    def names(self) -> list[str]:
        """The tables that there are, declared or left over."""
        ...

    def unfinished(self) -> list[str]:
        """The names of tables that there are not, but for files: a creation or a removal was killed half-way."""
        ...

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        ...

    def newest_commit(self, table: str) -> str | None:
        """What identifies the table's newest commit; None where there is none, or it would cost a statement."""
        ...

    def pinned(self, tables: Sequence[str]) -> Engine:
        """The same engine, by which `tables` are read as they are now, whatever is appended later."""
        ...

    def version(self, table: str) -> int:
        """The number of the table's newest commit, or of that which it is pinned to."""
        ...

    # -- reading --------------------------------------------------------------------------------------------------

    def scan(self, scan: Scan) -> pl.DataFrame:
        """The rows, here: for what is small, or narrow."""
        ...

    def exchange(
        self,
        sources: Sequence[Source | FileSource],
        slots: int,
        compute: Compute,
        schema: str,
        tasks: int | None = None,
    ) -> Rows:
        """Brings the rows of all sources together by slot, and what `compute` makes of each slot; `schema` as SQL.

        `tasks`: among how many tasks the slots are divided; without it each has its own. A slot bounds memory.
        """
        ...

    def stage(self, name: str, rows: Rows, apart: bool) -> Staged:
        """Makes rows (STAGED) once; `apart`: they are many, and lie apart by kind and table."""
        ...

    def pieces(self, scan: Scan, order: str, lines: Callable[[pl.DataFrame], bytes]) -> Pieces:
        """A file's content: the rows of a scan by `order`, which is unique, as `lines` writes them."""
        ...

    # -- writing --------------------------------------------------------------------------------------------------

    def append(self, table: str, rows: Rows | pl.DataFrame, app_id: str, version: int = 0) -> None:
        """Appends rows once for `app_id`, however often it is called, and by however many at once.

        Leave the version at 0: one that is not above the last of its application is passed over silently. Only the
        ledger's compare and swap wants just that.
        """
        ...

    def merge(self, table: str, rows: Scan, on: str, newer: Sequence[str]) -> None:
        """Brings rows of another table in, of each `on` the newest: a held row gives way to one higher by `newer`."""
        ...

    def replace_rows(self, table: str, rows: pl.DataFrame, gone: pl.DataFrame, on: str) -> None:
        """Rows take the place of those with the same `on`; those whose `on` is among `gone` leave the table."""
        ...

    def overwrite(self, table: str, rows: pl.DataFrame) -> None:
        """These rows take the place of all that the table held."""
        ...

    def remove(self, table: str, rows: pl.DataFrame, blank: Sequence[str] = ()) -> int:
        """Removes the rows that agree with one of `rows` in all its columns; how many. With `blank`: empties those
        columns of theirs instead. No value of theirs enters the table's history."""
        ...

    def update(self, table: str, rows: pl.DataFrame, on: Sequence[str]) -> int:
        """Gives the rows that agree with one of `rows`, by the columns `on`, its other columns; how many. No value
        enters the table's history."""
        ...

    def drop(self, table: str) -> None:
        """Removes the table with its files; nothing happens when there is none."""
        ...

    def create_views(self, views: Sequence[StoredView], stored: Sequence[StoredTable]) -> None:
        """Creates views over the `stored` tables where there is a catalog for them."""
        ...

    # -- upkeep ---------------------------------------------------------------------------------------------------

    def delete(self, table: str, where: str, blank: Mapping[str, str] | None = None) -> int:
        """Deletes the rows for which a SQL condition holds, which names no client; how many. With `blank` (column ->
        SQL expression): gives those columns of theirs other values instead."""
        ...

    def compact(self, table: str, order: Sequence[str], keep_hours: int) -> tuple[int, int]:
        """Rewrites small files as few, rows near in `order` together, and deletes what no version of the last hours
        has; files before and after."""
        ...

    def vacuum(self, table: str, keep_hours: int) -> None:
        """Deletes files that no version of the last hours has; 0 only while nothing else reads or writes."""
        ...

    def unwritable(self, tables: Sequence[StoredTable]) -> list[str]:
        """Those of the tables that this engine reads, but cannot write before `rewrite` was done on Spark."""
        ...

    def outdated(self, tables: Sequence[StoredTable]) -> list[str]:
        """Those of the tables that `rewrite` is for, whoever can do it: clustered in a folder, or half rewritten."""
        ...

    def rewrite(self, tables: Sequence[StoredTable]) -> list[str]:
        """Makes the `outdated` ones anew, as today's are, with all their rows; which. To be done while no claim is
        open: it loses the transaction ids by which an append lands once. Spark alone can; elsewhere nothing happens."""
        ...
