"""What the loader reads of a lender's tables, all as they were at one moment: events, scores, and what clients' files
rest on. Whichever engine keeps the tables answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors.stores import STORE_NOT_READ
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.ledger.events import TABLE as LEDGER
from credit_scoring.schema.table import SEQ
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import GatherSettings

SCORES, HISTORY = "scores", "score_history"
_SHOWN = (LEDGER, SCORES, HISTORY)
_READ = (SCORES, HISTORY, CLIENT_DELIVERIES, QUARANTINE, *(table.name for table in TABLES))


@dataclass(frozen=True)
class PublishedStore:
    """A store at rest. `engine`: by which every table is read as it was when the store was opened."""

    engine: Engine
    gather: GatherSettings

    @classmethod
    def open(cls, engine: Engine, gather: GatherSettings) -> PublishedStore:
        """The tables as they are now; UsageError when nothing has been published from them yet."""
        if not all(map(engine.exists, _SHOWN)):
            raise STORE_NOT_READ(root=engine.root)
        # The ledger first: what it says is published has been committed to the others before.
        return cls(engine.pinned([LEDGER]).pinned(_READ), gather)

    def state(self) -> str:
        """Names what the store shows: another text when any of its tables was committed to."""
        return ",".join(f"{name}@{self.engine.version(name)}" for name in _SHOWN)

    def events(self) -> pl.DataFrame:
        """The ledger: event, delivery, seq, at."""
        return self.engine.scan(Scan(LEDGER, ("event", "delivery", SEQ, "at")))

    def scores(self, columns: Sequence[str]) -> pl.DataFrame:
        """The latest score of each client, these columns."""
        return self.engine.scan(Scan(SCORES, tuple(columns)))

    def history(self, columns: Sequence[str], seqs: Collection[int]) -> pl.DataFrame:
        """Every score that was given at these deliveries, these columns."""
        return self.engine.scan(Scan(HISTORY, tuple(columns), {SEQ: sorted(seqs)}))
