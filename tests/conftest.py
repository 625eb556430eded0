"""Engines and lenders for all tests: the embedded engine by default, and one session of Spark where a test says so."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is imported: one thread a task is part of "same bits"

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from credit_scoring.context import Context, Stopwatch
from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.ledger.events import Delivered
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.texts import ModelTexts
from credit_scoring.online.cluster import Cluster
from credit_scoring.publishing.publication import Publication
from credit_scoring.publishing.published import Report
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES
from credit_scoring.schema.tables import table as table_named
from credit_scoring.scoring.rescore import rescore
from credit_scoring.scoring.run import ModelOf, ScoreRun, score_waiting
from credit_scoring.settings import Settings, SparkSettings
from credit_scoring.storage.arrow import record_batches
from drawn_model import drawn_model
from served import server
from short_lived import SHORT_LIVED

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from credit_scoring.engines.spark.tables import Tables

# A shared machine is slow at times: no example fails for its time, and the same examples come every run.
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=["local", "spark"], default="local", help="by which the runs of tests/crash work"
    )


NEEDS = {
    "spark": frozenset({"spark", "spark_at", "tables", "connect"}),
    "browser": frozenset({"browser"}),
    "server": frozenset({"azurite", "cluster", "postgres", "database"}),
}
"""What a test needs beside this process, by its fixtures, or by a parameter of that name ("spark"); `make test-quick`
runs what needs nothing."""
STARTS = {
    "spark": ("test_end_to_end.py", "test_newcomers.py", "test_connect.py", "test_wheel.py"),
    "server": ("azurite",),
}
"""Files and folders of tests that start it themselves, in processes of their own; and what needs the network."""
FIRST = ("test_end_to_end.py", "test_newcomers.py", "crash", "azurite", "deployment", "operations", "publishing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first, so that no worker ends with it alone while the other has nothing left to do."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        part = item.path.relative_to(here).parts[0]
        return FIRST.index(part) if part in FIRST else len(FIRST)

    items.sort(key=place)
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        parts = set(item.path.relative_to(here).parts)
        for mark, fixtures in NEEDS.items():
            started = parts & set(STARTS.get(mark, ()))
            needed = fixtures & set(getattr(item, "fixturenames", ()))
            if started or needed or mark in [value for value in parameters.values() if isinstance(value, str)]:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """The session of the product, local[2], with Delta, SynapseML and ANSI mode; begun when a test asks."""
    from credit_scoring.engines.spark.session import session

    config = {
        **SHORT_LIVED,
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).parent),
    }  # tasks import functions of tests
    running = session(SparkSettings(driver_memory="3g", shuffle_partitions=2, config=config))
    running.sparkContext.setLogLevel("ERROR")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of the session's own; it stops with the tests."""
    with server() as started:
        yield started


QUIETLY = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
"""Chromium as root, in a container, and without calling home."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. It ends with the module: while it is there, no other event loop runs in this thread."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIETLY))
        yield running
        running.close()


@pytest.fixture
def tables(spark: SparkSession, tmp_path: Path) -> Tables:
    """Delta tables of Spark's in a folder of the test's own."""
    from credit_scoring.engines.spark.tables import Tables

    return Tables(spark, str(tmp_path / "tables"))


EngineAt = Callable[[Path], Engine]

on_both_engines = pytest.mark.parametrize("engine_at", ["local", "spark"], indirect=True)
"""Has a test run on the embedded engine and on Spark."""


def embedded(root: Path) -> LocalEngine:
    """The embedded engine over the tables in a folder, without worker processes."""
    return LocalEngine(str(root), root.parent / "spill", memory=100_000_000, processes=1)


@pytest.fixture
def engine_at(request: pytest.FixtureRequest) -> EngineAt:
    """Folder -> an engine over the tables there: the embedded one, or Spark where a test says `on_both_engines`."""
    if getattr(request, "param", "local") == "spark":
        at: EngineAt = request.getfixturevalue("spark_at")
        return at
    return embedded


@pytest.fixture(scope="session")
def spark_at(spark: SparkSession) -> EngineAt:
    """Folder -> Spark's engine over the tables there."""
    from credit_scoring.engines.spark.engine import SparkEngine
    from credit_scoring.engines.spark.tables import Tables

    return lambda root: SparkEngine(Tables(spark, str(root)))


@pytest.fixture
def engine(engine_at: EngineAt, tmp_path: Path) -> Engine:
    """An engine over tables in a folder of the test's own."""
    return engine_at(tmp_path / "tables")


def context_at(home: Path, engine: Engine, run_id: str, now: datetime | Callable[[], datetime], **more: Any) -> Context:
    """A run in a lender's home, whose tables `engine` has; `more`: sections of the settings."""
    clock = now if callable(now) else lambda: now
    return Context(Settings(home=home, **more), engine, Ledger(engine), run_id, Stopwatch(clock))


def scored_and_published(context: Context, model_of: ModelOf, **wanted: Any) -> Report:
    """A score run, as the command `score` makes it; `wanted` as in `score_waiting`."""
    publication = Publication(context)
    score_waiting(ScoreRun(context, model_of, publication.publish), **wanted)
    return publication.report()


def rescored_and_published(context: Context, model_of: ModelOf, **wanted: Any) -> Report:
    """A rescore, as the command makes it; `wanted` as in `rescore`."""
    publication = Publication(context)
    rescore(ScoreRun(context, model_of, publication.publish), **wanted)
    return publication.report()


def frame(engine: Engine, table: str) -> pl.DataFrame:
    """All rows of a table, visible or not."""
    return engine.scan(Scan(table, tuple(engine.columns(table))))


@dataclass(frozen=True)
class StoredLender:
    """A lender whose tables stand as intake leaves them, for what begins after intake.

    Written by delta-rs: a Spark job for each of a dozen small tables would take most of a test's time.
    """

    root: Path

    def create(self) -> None:
        """Creates all tables, empty."""
        for table in TABLES:
            self._append(table.name, [], table.stored_schema())
        self._append(QUARANTINE, [], _QUARANTINE_SCHEMA)
        self._append(CLIENT_DELIVERIES, [], _TOUCHES)

    def deliver(
        self,
        seq: int,
        rows: Mapping[str, Sequence[Mapping[str, object]]],
        quarantined: Sequence[tuple[int | None, str]] = (),
        waiting: Sequence[int] = (),
    ) -> Delivered:
        """A delivery `d<seq>`: rows by table (columns left out are null), quarantined (client, table), and quarantined
        balances of credits that wait for their client."""
        touched = {(client, table) for client, table in quarantined if client is not None}
        for name, lines in rows.items():
            places = [{"file": f"{name}.csv", **line, "seq": seq, "record": i} for i, line in enumerate(lines, 1)]
            self._append(name, places, table_named(name).stored_schema())
            touched |= {(client, name) for client in (line[CLIENT] for line in lines) if isinstance(client, int)}
        why = [{"rule": "missing", "column": "AMT_CREDIT", "sentence": "AMT_CREDIT must not be empty"}]
        bad = [{"seq": seq, "table": table, "client_id": client, "reasons": why} for client, table in quarantined]
        bad += [
            {"seq": seq, "table": "bureau_balance", "reasons": why, "cells": json.dumps({"SK_ID_BUREAU": f"{credit}"})}
            for credit in waiting
        ]
        self._append(QUARANTINE, [{**row, "delivery": f"d{seq}"} for row in bad], _QUARANTINE_SCHEMA)
        touches = [{"client_id": client, "table": table, "seq": seq} for client, table in sorted(touched)]
        self._append(CLIENT_DELIVERIES, touches, _TOUCHES)
        return Delivered(f"d{seq}", seq, f"sha{seq}")

    def _append(self, table: str, rows: Sequence[Mapping[str, object]], schema: Mapping[str, object]) -> None:
        values = {name: [row.get(name) for row in rows] for name in schema}
        frame = pl.DataFrame(values, schema)
        path = self.root / table
        if rows or not path.exists():
            write_deltalake(path, pa.Table.from_batches(record_batches(frame), _arrow(frame)), mode="append")


_QUARANTINE_SCHEMA = {
    "delivery": pl.String,
    "seq": pl.Int64,
    "table": pl.String,
    "file": pl.String,
    "record": pl.Int64,
    "client_id": pl.Int64,
    "reasons": pl.List(pl.Struct({"rule": pl.String, "column": pl.String, "sentence": pl.String})),
    "cells": pl.String,
}
_TOUCHES = {"client_id": pl.Int64, "table": pl.String, "seq": pl.Int64}


def _arrow(frame: pl.DataFrame) -> pa.Schema:
    return next(record_batches(frame.clear(1))).schema


@pytest.fixture(scope="session")
def lender_at() -> Callable[[Path], StoredLender]:
    """Folder for tables -> a lender there, of whom nothing is stored yet."""

    def make(root: Path) -> StoredLender:
        lender = StoredLender(root)
        lender.create()
        return lender

    return make


@pytest.fixture
def stored_lender(lender_at: Callable[[Path], StoredLender], engine: Engine) -> StoredLender:
    """A lender in the tables of `engine` of whom nothing is stored yet."""
    return lender_at(Path(engine.root))


@pytest.fixture(scope="session")
def drawn() -> Callable[[str, int, int], dict[str, object]]:
    """(table, client, seed) -> a row of the table with legitimate values drawn from its declaration, some missing."""

    def row(name: str, client: int, seed: int) -> dict[str, object]:
        random = np.random.default_rng([seed, client, len(name)])
        values: dict[str, object] = {}
        for column in table_named(name).columns:
            low = max(0 if column.low is None else column.low, -3000)
            high = max(low, min(1 if column.high is None else column.high, 3000))
            if column.kind is Kind.CATEGORY and column.vocabulary:
                values[column.name] = str(random.choice(column.vocabulary))
            elif column.kind is Kind.NUMBER:
                values[column.name] = float(random.uniform(low, high))
            elif column.kind is Kind.WHOLE:
                values[column.name] = int(random.integers(int(low), int(high), endpoint=True))
            if not column.required and random.random() < 0.2:
                values[column.name] = None
        return {**values, CLIENT: client}

    return row


@pytest.fixture(scope="session")
def model_of_seed() -> Callable[[int], ModelTexts]:
    """seed -> a whole model on every third declared feature, fitted to drawn vectors and outcomes."""
    return drawn_model
