"""The lenders of the tests of intake and publishing, for what an operator does with them, on either engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from conftest import EngineAt, context_at, frame, on_both_engines
from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine
from credit_scoring.ledger.events import TABLE, Claim, Delivered, Event, event_of, to_frame
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.operations.files_with_client import number_pattern
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.stored import StoredTable
from credit_scoring.settings import RetentionSettings
from intake.conftest import Lender
from publishing.conftest import Office, generated, opened

__all__ = ["frame", "generated", "on_both_engines"]


def rows(engine: Engine, table: str, **where: object) -> list[dict[str, Any]]:
    """The rows of a table whose columns have these values."""
    return frame(engine, table).filter(**where).to_dicts()


def naming(root: Path, client: int) -> list[str]:
    """Files below a store's tables that name a client: in a row, or in what a commit says of itself."""
    token = re.compile(number_pattern([client]))
    found = []
    for path in root.rglob("*.parquet"):
        if "_delta_log" not in path.parts:
            lines = pq.read_table(path).to_pylist()
            cells = (str(row.get(key)) for row in lines for key in ("SK_ID_CURR", "client_id", "cells"))
            found += [str(path.relative_to(root)) for cell in cells if token.search(cell)]
    for path in root.rglob("*.json"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        told = (json.dumps(line["commitInfo"]) for line in lines if "commitInfo" in line)
        found += [str(path.relative_to(root)) for each in told if token.search(each)]
    return found


@dataclass(frozen=True)
class Shop:
    """A store, and an operator's context in it."""

    context: Context

    @classmethod
    def at(cls, engine: Engine, now: datetime) -> Shop:
        Ledger(engine).create()
        return cls(context_at(Path(engine.root).parent, engine, "operator", now))

    @property
    def engine(self) -> Engine:
        return self.context.engine

    def keeping(self, **days: int) -> Context:
        """An operator's context, where `days` of RetentionSettings hold."""
        settings = self.context.settings.model_copy(update={"retention": RetentionSettings(**days)})
        return replace(self.context, settings=settings)

    def record(self, told: dict[int, dict[Event, datetime]]) -> None:
        """Events of deliveries `d<seq>`, by seq."""
        rows = [
            event_of(Claim(f"{seq}", 0, "intake", "run", (), at), event, Delivered(f"d{seq}", seq), at)
            for seq, events in told.items()
            for event, at in events.items()
        ]
        self.engine.append(TABLE, to_frame(rows), app_id=f"events of {min(told)}")

    def hold(self, stored: StoredTable, **columns: list[object]) -> None:
        """Creates a table with rows of which these columns are told."""
        schema = polars_schema(stored.types())
        told = pl.DataFrame(columns, {name: schema[name] for name in columns})
        self.engine.create(stored)
        rows = pl.concat([pl.DataFrame(schema=schema), told], how="diagonal")
        self.engine.append(stored.name, rows, app_id="held")

    def held(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        return sorted(frame(self.engine, table).select(columns).rows())


@pytest.fixture
def lender(engine_at: EngineAt, tmp_path: Path) -> Lender:
    """A lender without any delivery yet."""
    return Lender(tmp_path, engine_at(tmp_path / "tables"))


@pytest.fixture
def open_office(engine_at, lender_at, generated, model_of_seed) -> Callable[[Path], Office]:
    """Folder -> an office there, with the two deliveries of `publishing.conftest.opened`."""

    def make(root: Path) -> Office:
        tables = root / "tables"
        models = {1: model_of_seed(1), 2: model_of_seed(2)}
        return opened(root, engine_at(tables), lender_at(tables), generated, models)

    return make


@pytest.fixture(scope="session")
def context_of() -> Callable[..., Context]:
    """(who has a home, tables and a clock `now`, run id, sections of the settings) -> an operator's context there."""

    def context(lender: Lender | Office, run_id: str = "operator", **settings: object) -> Context:
        return context_at(lender.home, lender.engine, run_id, lambda: lender.now, **settings)

    return context
