"""What the loader reads of the store: events of the ledger, scores, and rows of clients. Without Spark.

`PublishedStore` is all that it asks; `DeltaStore` answers from Delta tables in a folder, by delta-rs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl
from deltalake import DeltaTable

from credit_scoring.errors.online import STORE_NOT_READ

LEDGER, SCORES, HISTORY = "deliveries", "scores", "score_history"


class PublishedStore(Protocol):
    """A store at rest: everything that is read of it is of one state."""

    def state(self) -> str:
        """Names what the store holds now: another text when anything was committed."""
        ...

    def events(self) -> pl.DataFrame:
        """The ledger: event, delivery, seq, at."""
        ...

    def scores(self, columns: Sequence[str]) -> pl.DataFrame:
        """The latest score of each client, these columns."""
        ...

    def history(self, columns: Sequence[str], seqs: Collection[int]) -> pl.DataFrame:
        """Every score that was given at these deliveries, these columns."""
        ...

    def rows(
        self, table: str, columns: Sequence[str], seqs: Collection[int], clients: Collection[int] | None
    ) -> pl.DataFrame:
        """Rows of a source table that came with these deliveries, of these clients (None: of all)."""
        ...


@dataclass(frozen=True)
class DeltaStore:
    """The Delta tables in a folder, at their newest versions when it was opened."""

    root: Path
    tables: dict[str, DeltaTable]

    @classmethod
    def open(cls, root: str) -> DeltaStore:
        """The tables below a folder; UsageError when it holds no scores."""
        folder = Path(root)
        if not folder.is_dir():
            raise STORE_NOT_READ(root=root)
        # The ledger first: what it says is published has been committed to the others before.
        names = [LEDGER, *sorted(each.name for each in folder.iterdir() if each.name != LEDGER)]
        tables = {
            name: DeltaTable(str(folder / name)) for name in names if any((folder / name).glob("_delta_log/*.json"))
        }
        if not {LEDGER, SCORES, HISTORY} <= tables.keys():
            raise STORE_NOT_READ(root=root)
        return cls(folder, tables)

    def state(self) -> str:
        """The versions of the tables that say what is published."""
        return ",".join(f"{name}@{self.tables[name].version()}" for name in (LEDGER, SCORES, HISTORY))

    def events(self) -> pl.DataFrame:
        """The ledger."""
        return self._read(LEDGER, ("event", "delivery", "seq", "at"), [])

    def scores(self, columns: Sequence[str]) -> pl.DataFrame:
        """The latest scores."""
        return self._read(SCORES, columns, [])

    def history(self, columns: Sequence[str], seqs: Collection[int]) -> pl.DataFrame:
        """The scores of deliveries."""
        return self._read(HISTORY, columns, [("seq", "in", sorted(seqs))])

    def rows(
        self, table: str, columns: Sequence[str], seqs: Collection[int], clients: Collection[int] | None
    ) -> pl.DataFrame:
        """Rows of a source table."""
        of_clients = [] if clients is None else [("SK_ID_CURR", "in", sorted(clients))]
        return self._read(table, columns, [("seq", "in", sorted(seqs)), *of_clients])

    def _read(self, table: str, columns: Sequence[str], filters: list[tuple[str, str, list[int]]]) -> pl.DataFrame:
        found = self.tables[table].to_pyarrow_table(columns=list(columns), filters=filters or None)
        frame = pl.from_arrow(found)
        assert isinstance(frame, pl.DataFrame)
        return frame
