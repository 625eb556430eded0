"""How a command starts: the engine of its settings, the time, and a run id, in the one context that it hands on."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from credit_scoring.context import Context, Stopwatch
from credit_scoring.engines.choice import engine_of, runs_elsewhere
from credit_scoring.ledger.lease import present
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.store import connect
from credit_scoring.settings import Settings


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def new_run_id() -> str:
    """An id that sorts by time: 20261121T101500-3f2a9c."""
    return f"{clock():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def start(settings: Settings) -> Context:
    """Starts (or finds) the engine, for a run with an id of its own in the store that the settings name."""
    watch = Stopwatch(clock)
    with watch.step("starting the engine"):
        engine = engine_of(settings)
    ledger = Ledger(engine, None if runs_elsewhere() else present())
    return Context(settings, engine, ledger, new_run_id(), watch)


def start_writing(settings: Settings) -> Context:
    """The same for a run that scores: UsageError where the engine cannot write all tables, and MLflow is connected."""
    from credit_scoring.publishing.tables import check_writable

    context = start(settings)
    check_writable(context.engine)
    connect(settings.mlflow)
    return context
