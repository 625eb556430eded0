"""One Spark session for all tests, made as the product makes its own; small partitions, because the data is small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from pyspark.sql import DataFrame, SparkSession

from credit_scoring.explanation.contributions import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.features import registry
from credit_scoring.intake.appending import (
    CLIENT_DELIVERIES,
    CLIENT_DELIVERIES_COLUMNS,
    QUARANTINE,
    QUARANTINE_COLUMNS,
)
from credit_scoring.intake.appending import create as create_source_tables
from credit_scoring.intake.ledger import Delivered, Ledger
from credit_scoring.model.artifacts import Costs, Decision, FeatureLine, Features
from credit_scoring.model.assembly import assemble
from credit_scoring.model.texts import ModelTexts
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table as table_named
from credit_scoring.session import session
from credit_scoring.settings import SparkSettings
from credit_scoring.storage.tables import Tables

# A shared machine is slow at times: no example fails for its time, and the same examples come every run.
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """The session of the product, local[2], with Delta, SynapseML and ANSI mode."""
    running = session(SparkSettings(driver_memory="3g", shuffle_partitions=2))
    running.sparkContext.setLogLevel("ERROR")
    yield running
    running.stop()


@pytest.fixture
def tables(spark: SparkSession, tmp_path: Path) -> Tables:
    """Delta tables in a folder of the test's own."""
    return Tables(spark, str(tmp_path / "tables"))


@dataclass(frozen=True)
class StoredLender:
    """A lender whose tables stand as intake leaves them, without the files: for what begins after intake."""

    tables: Tables
    ledger: Ledger

    def deliver(
        self,
        seq: int,
        rows: Mapping[str, Sequence[Mapping[str, object]]],
        quarantined: Sequence[tuple[int, str]] = (),
        accepted: bool = True,
    ) -> Delivered:
        """A delivery `d<seq>` with rows by table (columns left out are null) and quarantined (client, table)."""
        spark, delivered = self.tables.spark, Delivered(f"d{seq}", seq, f"sha{seq}")
        touched = {(client, table, seq) for client, table in quarantined}
        for name, lines in rows.items():
            columns = table_named(name).stored_columns()
            places = [{**line, "seq": seq, "file": f"{name}.csv", "record": i} for i, line in enumerate(lines, 1)]
            values = [tuple(place.get(column) for column in columns) for place in places]
            self._append(name, spark.createDataFrame(values, _sql(columns)), seq)
            touched |= {(line[CLIENT], name, seq) for line in lines if line.get(CLIENT) is not None}
        if quarantined:
            bad = [(delivered.name, seq, table, "f.csv", 1, client, [], "{}") for client, table in quarantined]
            self._append(QUARANTINE, spark.createDataFrame(bad, _sql(QUARANTINE_COLUMNS)), seq)
        touches = spark.createDataFrame(sorted(touched), _sql(CLIENT_DELIVERIES_COLUMNS))
        self._append(CLIENT_DELIVERIES, touches, seq)
        if accepted:
            claim = self.ledger.claim("intake", [delivered], f"intake-{seq}", NOW, 60)
            self.ledger.record(claim, "accepted", delivered, NOW)
        return delivered

    def _append(self, table: str, rows: DataFrame, seq: int) -> None:
        self.tables.append(table, rows, app_id=f"{table}/{seq}")


NOW = datetime(2024, 5, 1, 10, 30, tzinfo=UTC)


def _sql(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())


@pytest.fixture
def stored_lender(tables: Tables) -> StoredLender:
    """A lender of whom nothing is stored yet."""
    ledger = Ledger(tables)
    ledger.create()
    create_source_tables(tables)
    return StoredLender(tables, ledger)


@pytest.fixture(scope="session")
def drawn() -> Callable[[str, int, int], dict[str, object]]:
    """(table, client, seed) -> a row of the table with legitimate values drawn from its declaration, some missing."""

    def row(name: str, client: int, seed: int) -> dict[str, object]:
        random = np.random.default_rng([seed, client, len(name)])
        values: dict[str, object] = {}
        for column in table_named(name).columns:
            low, high = column.low or 0, min(column.high or 1, 1e5)
            if column.kind is Kind.CATEGORY and column.vocabulary:
                values[column.name] = str(random.choice(column.vocabulary))
            elif column.kind is Kind.NUMBER:
                values[column.name] = float(random.uniform(low, high))
            elif column.kind is Kind.WHOLE:
                values[column.name] = int(random.integers(int(max(low, -3000)), int(min(high, 3000)), endpoint=True))
            if not column.required and random.random() < 0.2:
                values[column.name] = None
        return {**values, CLIENT: client}

    return row


def _declared_features() -> Features:
    lines = (
        FeatureLine(name=f.name, meaning=f.meaning, unit=f.unit.value, risk=f.risk.name.lower(), reason=f.reason.code)
        for f in registry.FEATURES
    )
    return Features(fingerprint=registry.fingerprint(), features=tuple(lines), used=registry.names()[::3])


@pytest.fixture(scope="session")
def model_of_seed() -> Callable[[int], ModelTexts]:
    """seed -> a whole model on every third declared feature, fitted to drawn vectors and outcomes."""
    features = _declared_features()
    positions = list(range(0, len(features.names), 3))

    @cache
    def model(seed: int) -> ModelTexts:
        random = np.random.default_rng(seed)
        vectors = random.normal(size=(2000, len(features.names))).astype(np.float32) * 100
        vectors[random.random(vectors.shape) < 0.3] = np.nan
        used = np.ascontiguousarray(vectors[:, positions])
        risk = np.nan_to_num(used[:, :20]).sum(axis=1) / 300 - 2
        outcome = (random.random(len(used)) < 1 / (1 + np.exp(-risk))).astype(float)
        parameters = {"objective": "binary", "num_leaves": 8, "num_threads": 1, "verbose": -1, "learning_rate": 0.1}
        data = lgb.Dataset(used, outcome, feature_name=list(features.used))
        booster = lgb.train(parameters, data, 40)
        scale = Scale(a=0.9, b=-0.1)
        _, phi, phi_0 = margins_and_contributions(booster, used)
        reference = dict(zip(features.used, scale.raw_points(phi).mean(axis=0).tolist(), strict=True))
        decision = Decision.of(
            scale=scale, costs=Costs(), reference=reference, phi_0=phi_0, fingerprint=features.fingerprint
        )
        return assemble(booster.model_to_string(), decision, features, vectors[:50], "<html></html>")

    return model
