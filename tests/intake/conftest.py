"""Small deliveries to take in: generated clients, whose files a test may spoil before they are delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from conftest import EngineAt, context_at, frame
from credit_scoring.engines.engine import Engine
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import IntakeReport, intake
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.settings import IntakeSettings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write

Spoil = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass
class Lender:
    """A lender with its container and tables. `deliver` uploads generated clients, `intake` takes in what waits."""

    home: Path
    engine: Engine
    now: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)
    runs: int = 0
    slot_mb: int = 1
    landing: Folder = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.landing, self.ledger = Folder(str(self.home / "landing")), Ledger(self.engine)

    def source(self, name: str, clients: range, outcomes: int = 0) -> Path:
        """A folder with the files of these clients."""
        path = self.home / "source" / name
        write(path, clients, outcomes, seed=3)
        return path

    def deliver(self, name: str, clients: range, outcomes: int = 0, only: str = "", **spoil: Spoil) -> None:
        """Delivers clients; `only` keeps the files that begin so; `bureau=function` changes that file's text cells."""
        source = self.source(name, clients, outcomes)
        for path in source.iterdir():
            if not path.name.lower().startswith(only):
                path.unlink()
            elif change := spoil.get(path.stem.lower().split(".")[0]):
                change(pl.read_csv(path, infer_schema=False)).write_csv(path)
        deliver(source, self.landing, name, 64_000_000)

    def rows(self, table: str) -> pl.DataFrame:
        """All rows of a table, visible or not."""
        return frame(self.engine, table)

    def intake(self) -> IntakeReport:
        """A run of intake, a minute after the one before."""
        self.runs += 1
        self.now += timedelta(minutes=1)
        settings = IntakeSettings(slot_mb=self.slot_mb)
        return intake(context_at(self.home, self.engine, f"run-{self.runs}", lambda: self.now, intake=settings))


@pytest.fixture
def another_lender(engine_at: EngineAt, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Lender]:
    """Makes lenders without any delivery yet, each with folders of its own."""

    def make() -> Lender:
        folder = tmp_path_factory.mktemp("lender")
        return Lender(folder, engine_at(folder / "tables"))

    return make


@pytest.fixture
def lender(another_lender: Callable[[], Lender]) -> Lender:
    """A lender without any delivery yet."""
    return another_lender()
