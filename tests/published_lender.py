"""A lender with published scores, its Delta tables written by delta-rs: what the online store is loaded from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from credit_scoring.clients.cohort import known_at
from credit_scoring.clients.gather import vectors
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.ledger.events import Delivered
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.online.loading import Champion
from credit_scoring.online.published import published
from credit_scoring.online.reader import PublishedStore
from credit_scoring.schema.outcomes import OUTCOMES, TARGET
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.rows import SCORE_HISTORY, RunMetadata, score_rows
from credit_scoring.settings import GatherSettings
from drawn_model import drawn_model

FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)
HISTORIES = ("bureau", "previous_application", "installments_payments")
_LEDGER = pa.schema(
    [("event", pa.string()), ("delivery", pa.string()), ("seq", pa.int64()), ("at", pa.timestamp("us", "UTC"))]
)


@dataclass
class PublishedLender:
    """The tables below `root`. `stored`: writes accepted rows (tests/conftest.py); `drawn`: draws a row."""

    root: Path
    stored: Any
    drawn: Callable[[str, int, int], dict[str, object]]
    versions: dict[int, ModelTexts] = field(default_factory=lambda: {1: drawn_model(1), 2: drawn_model(2)})
    _events: list[dict[str, object]] = field(default_factory=list)
    _history: list[dict[str, object]] = field(default_factory=list)
    _scores: dict[int, dict[str, object]] = field(default_factory=dict)

    def copy(self, root: Path) -> PublishedLender:
        """The same lender in another folder."""
        shutil.copytree(self.root, root)
        stored = replace(self.stored, root=root)
        return replace(
            self, root=root, stored=stored, _events=[*self._events], _history=[*self._history], _scores={**self._scores}
        )

    def deliver(
        self,
        seq: int,
        clients: Sequence[int],
        with_outcome: Sequence[int] = (),
        quarantined: Sequence[tuple[int, str]] = (),
    ) -> None:
        """An accepted delivery `d<seq>` of these clients; `with_outcome`: whose outcome it tells (odd: default).
        `quarantined`: of which (client, table) a row is set apart."""
        rows: dict[str, list[Mapping[str, object]]] = {
            "application": [self.drawn("application", client, seq) for client in clients]
        }
        for table in HISTORIES:
            rows[table] = [self.drawn(table, client, seq * 10 + n) for client in clients for n in range(client % 3)]
        rows[OUTCOMES.name] = [{CLIENT: client, TARGET.name: client % 2} for client in with_outcome]
        self.stored.deliver(seq, rows, quarantined)
        self.note("accepted", f"d{seq}", seq)

    def score(self, seq: int, clients: Sequence[int], version: int = 1, name: str = "") -> None:
        """Scores clients as known at a delivery, into score_history."""
        cases = pl.DataFrame({"client_id": clients, "as_of": [seq] * len(clients)})
        found = vectors(known_at(self.store().engine, cases, self._accepted()), GatherSettings()).collect()
        found = found.sort("client_id")
        run_metadata = RunMetadata(
            FIRST + timedelta(days=seq, hours=version), version, "0.1.0+src.abc", f"run-{seq}-{version}"
        )
        told = found.select(
            "client_id", "as_of", delivery=pl.lit(name or f"d{seq}"), file_complete=pl.col("client_id") % 5 != 0
        )
        features = found["features"].explode().to_numpy().reshape(found.height, -1)
        self._history += score_rows(told, features, scorer(self.versions[version]), run_metadata).to_pylist()
        self._write("score_history", self._history, _HISTORY)

    def merge(self, name: str) -> None:
        """Brings the scores of a delivery, or a rescore, into `scores`."""
        for row in self._history:
            held = self._scores.get(row["client_id"])
            if row["delivery"] == name and (held is None or _place(row) > _place(held)):
                self._scores[row["client_id"]] = row
        self._write_scores()

    def publish(self, name: str, seq: int, event: str = "published") -> None:
        """Merges, and records that it is published."""
        self.merge(name)
        self.note(event, name, seq)

    def restore(self, clients: Sequence[int], without: Sequence[int]) -> None:
        """What a withdrawal does to `scores`: each client gets its latest score that none of these seqs is behind."""
        for client in clients:
            sound = [row for row in self._history if row["client_id"] == client and row["seq"] not in without]
            self._scores.pop(client, None)
            if sound:
                self._scores[client] = max(sound, key=_place)
        self._write_scores()

    def forget(self, client: int) -> None:
        """Removes a client from the scores."""
        self._history = [row for row in self._history if row["client_id"] != client]
        self._scores.pop(client, None)
        self._write("score_history", self._history, _HISTORY)
        self._write_scores()

    def note(self, event: str, delivery: str, seq: int) -> None:
        """An event of the ledger."""
        self._events.append({"event": event, "delivery": delivery, "seq": seq, "at": FIRST + timedelta(days=seq)})
        self._write("deliveries", self._events, _LEDGER)
        for table, schema in (("score_history", _HISTORY), ("scores", _SCORES)):
            if not (self.root / table).exists():
                self._write(table, [], schema)

    def store(self) -> PublishedStore:
        """What the loader reads."""
        engine = LocalEngine(str(self.root), self.root.parent / "spill", memory=100_000_000, processes=1)
        return PublishedStore.open(engine, GatherSettings())

    def champions(self, version: int = 1) -> list[Champion]:
        """A version as the model that scores."""
        return [Champion("credit_default", version, lambda: self.versions[version])]

    @property
    def scores(self) -> dict[int, dict[str, object]]:
        """Client -> its row of `scores`, read back from the table, with the contributions of score_history."""
        rows = DeltaTable(str(self.root / "scores")).to_pyarrow_table().to_pylist()
        history = {(row["client_id"], row["delivery"], row["model_version"]): row for row in self._history}
        for row in rows:
            row["contributions"] = history[row["client_id"], row["delivery"], row["model_version"]]["contributions"]
        return {row["client_id"]: row for row in rows}

    def _accepted(self) -> tuple[Delivered, ...]:
        return published(pl.DataFrame(self._events)).accepted

    def _write_scores(self) -> None:
        rows = [{name: row[name] for name in _SCORES.names} for row in self._scores.values()]
        self._write("scores", rows, _SCORES)

    def _write(self, table: str, rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> None:
        write_deltalake(self.root / table, pa.Table.from_pylist(list(rows), schema), mode="overwrite")


def _place(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["seq"], row["model_version"]


_REASONS = pa.list_(pa.struct([("code", pa.string()), ("points", pa.float64()), ("absent", pa.bool_())]))
_DRIVERS = pa.list_(pa.struct([("feature", pa.string()), ("value", pa.float32()), ("points", pa.float64())]))
_KINDS = {
    "BIGINT": pa.int64(), "STRING": pa.string(), "TIMESTAMP": pa.timestamp("us", "UTC"), "DOUBLE": pa.float64(),
    "INT": pa.int32(), "BOOLEAN": pa.bool_(), "ARRAY<DOUBLE>": pa.list_(pa.float64()),
}  # fmt: skip
_HISTORY = pa.schema(
    [
        (name, _REASONS if name == "reasons" else _DRIVERS if name == "drivers" else _KINDS[sql])
        for name, sql in SCORE_HISTORY.types().items()
    ]
)
_SCORES = pa.schema([each for each in _HISTORY if each.name != "contributions"])
