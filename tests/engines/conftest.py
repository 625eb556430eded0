"""A lender's life in steps, each of which either engine can take."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest

from conftest import context_at, rescored_and_published, scored_and_published
from crash.contents import contents
from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import intake
from credit_scoring.model.texts import ModelTexts
from credit_scoring.operations import requeue as requeueing
from credit_scoring.operations.forget import forget
from credit_scoring.operations.maintain import optimize
from credit_scoring.operations.requeue import requeue
from credit_scoring.operations.withdraw import withdraw
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table
from credit_scoring.scoring.run import ModelOf
from credit_scoring.settings import GatherSettings, IntakeSettings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.dirt import spoil
from credit_scoring.synthetic.writing import NEW, write
from operations.test_requeue import corrected
from publishing.conftest import MINUTES, START

_ERASURE = re.compile("erasure [0-9a-f]{12}")
"""Has an id of its own."""
Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass
class Life:
    """A lender in a home of its own. Its clock says the same in every home, and its runs have the same ids."""

    home: Path
    delivered: Path
    models: Mapping[int, ModelTexts]
    now: datetime = START
    runs: int = 0
    engine: Engine = field(init=False)

    def receive(self, *names: str) -> None:
        """Deliveries that wait from now on."""
        for name in names:
            shutil.copytree(self.delivered / name, self.home / "landing" / name)

    def taken_in(self) -> None:
        intake(self.context)

    def model_of(self, champion: int = 1) -> ModelOf:
        return lambda version: (self.models[version or champion], version or champion)

    @property
    def context(self) -> Context:
        intake, gather = IntakeSettings(slot_mb=1, claim_minutes=MINUTES), GatherSettings(clients_per_slot=7)
        return context_at(self.home, self.engine, f"run-{self.runs}", lambda: self.now, intake=intake, gather=gather)

    @property
    def forgotten(self) -> int:
        """The client who is erased."""
        return int(pl.read_csv(self.delivered / "tuesday" / NEW, infer_schema=False)[CLIENT][3])

    def take(self, step: Callable[[Life], object], engine_at: Callable[[Path], Engine]) -> None:
        """One more step, by an engine that knows nothing of the last one."""
        self.engine = engine_at(self.home / "tables")
        self.runs += 1
        self.now += timedelta(hours=2)
        step(self)

    def left(self) -> dict[str, object]:
        """All that stands in the home: tables without moments and ids, and the very bytes of files and reports."""
        files = [path for folder in ("published", "reports") for path in (self.home / folder).rglob("*")]
        texts = {str(path.relative_to(self.home)): path.read_bytes() for path in files if path.is_file()}
        tables = {name: [_ERASURE.sub("...", row) for row in rows] for name, rows in contents(self.home).items()}
        return {**tables, **texts}


def _first(life: Life) -> None:
    life.receive("monday", "tuesday")
    life.taken_in()


def _later(life: Life) -> None:
    life.receive("wednesday", "thursday")
    life.taken_in()


def _score(life: Life) -> None:
    scored_and_published(life.context, life.model_of())


def _requeue(life: Life) -> None:
    with patch.object(requeueing, "declared", corrected):
        (done,) = requeue(life.context, "monday", "not_legitimate")
    assert done.tried > done.left


def _rescore(life: Life) -> None:
    rescored_and_published(life.context, life.model_of(champion=2), clients_of="monday")


def _forget(life: Life) -> None:
    forget(life.context, life.forgotten)


STEPS: tuple[Callable[[Life], object], ...] = (
    _first,
    _score,
    _later,
    _score,
    lambda life: withdraw(life.context, "tuesday", "sent by mistake"),
    _score,
    _requeue,
    _score,
    _rescore,
    _forget,
    lambda life: optimize(life.context),
)
"""Taken in, scored; more deliveries, one of them refused; one withdrawn; rows tried again; scored by another model; a
client erased; files made few."""


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four deliveries.

    monday     24 clients, eight with an outcome; dirt in every file; two amounts that a later release takes; of every
               second credit the balances are there and the bureau row is not
    tuesday    clients of Monday again and new ones, with the bureau rows that some of Monday's balances wait for
    wednesday  bureau rows alone, for others of Monday's balances
    thursday   an application file without a column that it must have: refused
    """
    root = tmp_path_factory.mktemp("delivered")

    def make(name: str, clients: range, outcomes: int = 0, only: str = "", dirt: float = 0, **changes: Change) -> None:
        source = root / "source" / name
        write(source, clients, outcomes, seed=5)
        for path in source.iterdir():
            stem = path.stem.lower()
            if not stem.startswith(only) or (only and stem != only):
                path.unlink()
                continue
            if change := changes.get(stem):
                change(pl.read_csv(path, infer_schema=False)).write_csv(path)
            if dirt:
                of = "application" if stem.startswith("application") else stem
                spoil(path, table(of), dirt, seed=5)
        deliver(source, Folder(str(root)), name, 64_000_000)

    def below_zero(frame: pl.DataFrame) -> pl.DataFrame:
        here = pl.int_range(pl.len()) < 2
        return frame.with_columns(pl.when(here).then(pl.lit("-5")).otherwise("AMT_CREDIT").alias("AMT_CREDIT"))

    make("monday", range(24), 8, dirt=0.03, application_test=below_zero, bureau=lambda frame: frame.gather_every(2))
    make("tuesday", range(16, 32))
    make("wednesday", range(8), only="bureau")
    make("thursday", range(36, 40), application_test=lambda frame: frame.drop("AMT_CREDIT"))
    shutil.rmtree(root / "source")
    return root


@pytest.fixture(scope="session")
def new_life(delivered: Path, model_of_seed, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Life]:
    """Makes lenders to whom nothing has happened yet."""

    def make() -> Life:
        home = tmp_path_factory.mktemp("life")
        return Life(home, delivered, {1: model_of_seed(1), 2: model_of_seed(2)})

    return make
