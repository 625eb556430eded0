"""A stored lender of a few generated clients, and score runs on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conftest import (
    EngineAt,
    StoredLender,
    context_at,
    embedded,
    frame,
    rescored_and_published,
    scored_and_published,
)
from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import ModelError
from credit_scoring.ledger.events import Delivered, FileAccount
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.published import Report
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring import history
from credit_scoring.settings import BreakerSettings, GatherSettings, IntakeSettings
from credit_scoring.synthetic.lender import generate

START = datetime(2024, 5, 1, 10, 30, tzinfo=UTC)
MINUTES = 60


@dataclass
class Office:
    """Where scores are made: a home, tables, ledger, models by version, and a clock that can be moved."""

    engine: Engine
    home: Path
    models: dict[int, ModelTexts]
    champion: int = 1
    now: datetime = START
    first: Report | None = None

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.engine)

    def accept(self, *deliveries: Delivered) -> None:
        """What intake does when a delivery's rows are in."""
        claim = self.ledger.claim("intake", lambda events: deliveries, "intake", self.now, MINUTES)
        for delivered in deliveries:
            counts = (*(100, 90, 7, 3), 5)  # records = accepted + duplicates + quarantined; cells made missing
            files = [FileAccount(f"file_{i}.csv", "application", 1, "", *counts) for i in range(2)]
            self.ledger.record(claim, "accepted", delivered, self.now, files=files)

    def run(
        self, run_id: str, after_minutes: int = 0, limits: BreakerSettings | None = None, **wanted: object
    ) -> Report:
        """A score run, so much later than the last; `wanted` as in score_waiting."""
        return scored_and_published(self.context(run_id, after_minutes, limits), self.model, **wanted)

    def rescore(self, run_id: str, clients_of: str | None = None, as_of: str | None = None) -> Report:
        """A rescore, an hour and a half after what came before."""
        return rescored_and_published(self.context(run_id, 90), self.model, clients_of=clients_of, as_of=as_of)

    def context(self, run_id: str, after_minutes: int = 0, limits: BreakerSettings | None = None) -> Context:
        """A run, so much later than the last."""
        self.now += timedelta(minutes=after_minutes)
        return context_at(
            self.home,
            self.engine,
            run_id,
            lambda: self.now,
            gather=GatherSettings(clients_per_slot=5),
            intake=IntakeSettings(claim_minutes=MINUTES),
            breaker=limits or BreakerSettings(),
        )

    def model(self, version: int | None) -> tuple[ModelTexts, int]:
        number = self.champion if version is None else version
        if number not in self.models:
            raise ModelError(f"There is no version {number}.")
        return self.models[number], number

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        return frame(self.engine, table).to_dicts()

    def csv(self, delivery: str) -> str:
        return (self.published / delivery / "scores.csv").read_text()


@pytest.fixture(scope="session")
def generated() -> Callable[[Sequence[int]], dict[str, list[dict[str, object]]]]:
    """Positions of generated clients -> their rows by table, bureau_balance with its client, without outcomes."""
    lender = generate(range(40), seed=11)
    lender["bureau_balance"] = lender["bureau_balance"].join(
        lender["bureau"].select("SK_ID_BUREAU", CLIENT), on="SK_ID_BUREAU"
    )
    ids = lender["application"][CLIENT].sort().to_list()

    def rows(positions: Sequence[int]) -> dict[str, list[dict[str, object]]]:
        chosen = [ids[position] for position in positions]
        of_clients = {name: frame.filter(pl.col(CLIENT).is_in(chosen)) for name, frame in lender.items()}
        return {name: frame.to_dicts() for name, frame in of_clients.items() if name != "outcomes" and frame.height}

    return rows


@pytest.fixture(scope="session")
def office(open_office, tmp_path_factory) -> Office:
    """An office, and one undisturbed run in it, `first`. Nothing may be changed there."""
    opened = open_office(tmp_path_factory.mktemp("office"))
    opened.first = opened.run("run-1")
    return opened


@pytest.fixture(scope="session")
def stored(office) -> list[dict[str, Any]]:
    """The rows of score_history after that run."""
    return office.rows(history.TABLE)


def opened(
    root: Path,
    engine: Engine,
    lender: StoredLender,
    generated: Callable[[Sequence[int]], dict[str, list[dict[str, object]]]],
    models: dict[int, ModelTexts],
) -> Office:
    """An office with two accepted deliveries, whose tables `engine` has.

    d1: generated clients 0 to 11, of whom 3 has an outcome already. d2: client 12; new credits of clients 4 and 5; a
    client 99, of whom there is no application; and a quarantined application of client 6.
    """
    first, second = generated(range(12)), generated([12])
    client = [row[CLIENT] for row in first["application"]]
    first["outcomes"] = [{CLIENT: client[3], "TARGET": 0}]
    credit = first["bureau"][0]
    for known in (client[4], client[5], 99):
        second.setdefault("bureau", []).append({**credit, CLIENT: known, "SK_ID_BUREAU": 5_000_000 + known})
    deliveries = [lender.deliver(1, first), lender.deliver(2, second, quarantined=[(client[6], "application")])]
    office = Office(engine, root, models)
    office.ledger.create()
    office.accept(*deliveries)
    return office


@pytest.fixture(scope="session")
def open_office(lender_at, generated, model_of_seed) -> Callable[..., Office]:
    """Folder -> an office there as `opened` says; on the embedded engine, if not on that of `engine_at`."""

    def make(root: Path, engine_at: EngineAt = embedded) -> Office:
        tables = root / "tables"
        lender = lender_at(tables)
        return opened(root, engine_at(tables), lender, generated, {1: model_of_seed(1), 2: model_of_seed(2)})

    return make
