"""Tables that an earlier release clustered: the embedded engine reads them, and writes once Spark made them anew."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credit_scoring.engines.spark import rewriting
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.errors import UsageError
from credit_scoring.ledger.events import Delivered
from credit_scoring.operations.maintain import expire, maintain
from credit_scoring.operations.withdraw import withdraw
from credit_scoring.printing.operations import maintained
from credit_scoring.publishing.tables import STORED, check_writable
from operations.conftest import Shop, frame

KEPT = Path(__file__).parents[1] / "kept" / "store.tar.gz"
NOW = datetime(2026, 2, 5, 8, tzinfo=UTC)
CLUSTERED = ["score_history", "scores"]


@pytest.fixture
def kept_store(tmp_path: Path) -> Path:
    """The folder of an earlier release's tables."""
    with tarfile.open(KEPT) as packed:
        packed.extractall(tmp_path / "tables", filter="data")
    return tmp_path / "tables"


def test_the_embedded_engine_reads_them_and_says_what_to_do_before_it_begins(engine_at, kept_store) -> None:
    shop = Shop.at(engine_at(kept_store), NOW)
    assert [frame(shop.engine, table).height for table in CLUSTERED] == [6, 6]
    events = shop.context.ledger.events()
    for work in (maintain, expire):
        with pytest.raises(UsageError, match=r"score_history, scores, .* Run `credit-scoring maintain --engine spark`"):
            work(shop.context)
    with pytest.raises(UsageError, match="tables-of-earlier-release"):
        withdraw(shop.context, "first", "why")
    assert shop.context.ledger.events() == events


@pytest.mark.parametrize("engine_at", ["spark"], indirect=True)
def test_maintain_on_spark_makes_them_anew_and_is_finished_when_killed(engine_at, kept_store, monkeypatch) -> None:
    """A run that was begun keeps it from being done: what it appends again has to be known by its transaction."""
    from credit_scoring.engines.local.engine import LocalEngine

    local = LocalEngine(str(kept_store), kept_store.parent / "spill", memory=100_000_000, processes=1)
    shop = Shop.at(engine_at(kept_store), NOW)
    before = {table: frame(local, table).sort("client_id").rows() for table in CLUSTERED}

    claim = shop.context.ledger.claim("score", lambda events: [Delivered("second", 2)], "killed", NOW, 60, 1)
    shop.context.ledger.release(claim, NOW)
    done = maintain(shop.context)
    assert (done.rewritten, done.postponed) == ((), tuple(CLUSTERED))
    assert "a run was begun that is not finished" in maintained(done)
    shop.context.ledger.record(claim, "published", Delivered("second", 2), NOW)

    whole = rewriting.Tables.append

    def killed(tables: Tables, table: str, frame: object, app_id: str, version: int = 0) -> None:
        if app_id.startswith("rewriting_"):
            raise KeyboardInterrupt
        whole(tables, table, frame, app_id, version)

    with monkeypatch.context() as kill:
        kill.setattr(rewriting.Tables, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            maintain(shop.context)
    for engine in (local, shop.engine):
        assert "score_history" in engine.unwritable(STORED)
        with pytest.raises(UsageError, match="tables-of-earlier-release"):
            check_writable(engine)

    done = maintain(shop.context)
    assert done.rewritten == tuple(CLUSTERED)
    assert "Made anew, with all their rows" in maintained(done)
    assert not [name for name in local.names() if name.startswith("rewriting_")]
    for engine in (local, shop.engine):
        assert {table: frame(engine, table).sort("client_id").rows() for table in CLUSTERED} == before
        check_writable(engine)
    client = before["scores"][0][0]
    assert local.remove("scores", frame(local, "scores").filter(client_id=client).select("client_id")) == 1
    assert frame(shop.engine, "scores").height == 5, "and Spark sees what the embedded engine wrote"
