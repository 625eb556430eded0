"""One database, API and desk for all tests of the desk: generated clients, some referred, some with earlier scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import served
from conftest import StoredLender
from credit_scoring.dashboard.running import starting
from credit_scoring.intake.owners import CREDIT
from credit_scoring.machine import free_port
from credit_scoring.online import keys
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.loading import Champion, load
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.lender import generate
from credit_scoring.synthetic.traits import FIRST_ID
from fitted_models import SEED, champion_model, estimate_model
from published_lender import PublishedLender
from serving.conftest import Caller, until

OLD, NEW, AGAIN = range(0, 400), range(400, 440), range(435, 440)
"""Generated clients: those whose outcome is known, those who are published, and those of them delivered twice."""


@dataclass(frozen=True)
class Office:
    """What stands: the lender's database, its API, and the desk before it. `clients`: who is published."""

    database: served.Database
    api: served.Api
    desk: str
    lender: PublishedLender
    clients: list[int]

    def adviser(self) -> Caller:
        """Another adviser, at the API itself."""
        return Caller(self.api.url, self.database.key("adviser"))

    def revoke(self, key: str) -> None:
        """Ends a key, and returns when the API refuses it."""
        with self.database.transaction() as connection:
            keys.revoke(connection, key.split("_")[1], datetime.now(UTC))
        until(lambda: Caller(self.api.url, key).ask("/v1/features").status == 401)

    def decided(self, decision: str) -> int:
        """A client of whom the model says so."""
        return min(client for client, row in self.lender.scores.items() if row["decision"] == decision)


def published(stored: StoredLender) -> PublishedLender:
    """A lender of three deliveries."""
    made = PublishedLender(stored.root, stored, _draws_nobody, {1: champion_model()})
    everybody = generate(range(NEW.stop), SEED)
    owners = everybody["bureau"].select(CREDIT, CLIENT)
    everybody["bureau_balance"] = everybody["bureau_balance"].join(owners, on=CREDIT)
    for seq, clients in enumerate((OLD, NEW, AGAIN), 1):
        ids = pl.col(CLIENT).is_between(FIRST_ID + clients.start, FIRST_ID + clients.stop - 1)
        rows = {name: table.filter(ids).to_dicts() for name, table in everybody.items()}
        if clients is not OLD:
            rows.pop("outcomes")
        incomplete = [
            row[CLIENT] for row in rows["application"] if row[CLIENT] % 5 == 0
        ]  # as PublishedLender.score has it
        made.stored.deliver(seq, rows, [(client, "bureau") for client in incomplete])
        made.note("accepted", f"d{seq}", seq)
        if clients is not OLD:
            made.score(seq, [row[CLIENT] for row in rows["application"]])
            made.publish(f"d{seq}", seq)
    return made


def _draws_nobody(table: str, client: int, seed: int) -> dict[str, object]:
    raise AssertionError("all rows are generated")


@contextmanager
def opened(postgres: Cluster, lender: PublishedLender) -> Iterator[Office]:
    """The office on a lender's published scores."""
    database = served.new_database(postgres)
    with database.transaction() as connection:
        estimates = Champion("credit_estimate", 1, estimate_model)
        load(connection, lender.store, [*lender.champions(), estimates], "run")
    with served.listening(database.settings) as api:
        until(lambda: api.service.champion.current and api.service.estimates.current)
        with starting("127.0.0.1", free_port(), api.url) as desk:
            desk.answers()
            yield Office(database, api, desk.url, lender, sorted(lender.scores))


@contextmanager
def standing(postgres: Cluster, below: str) -> Iterator[Office]:
    """The office, its lender's tables in a folder."""
    stored = StoredLender(Path(below) / "tables")
    stored.create()
    with opened(postgres, published(stored)) as office:
        yield office


@pytest.fixture(scope="session")
def office(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with standing(postgres, str(tmp_path_factory.mktemp("office"))) as found:
        yield found
