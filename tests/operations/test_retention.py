"""What is kept how long: each setting removes what is older than it says, and nothing else."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.engines.local.writing import compact
from credit_scoring.intake.quarantine import QUARANTINE, QUARANTINED
from credit_scoring.ledger.events import Event
from credit_scoring.operations.maintain import Compacted, expire, optimize
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring import history
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.settings import GatherSettings, RetentionSettings
from credit_scoring.storage.arrow import record_batches
from operations.conftest import Shop, on_both_engines

OLD = datetime(2026, 1, 5, 8, tzinfo=UTC)
YOUNG, NOW = OLD + timedelta(days=6), OLD + timedelta(days=8)
LIMIT = 5
"""Days: what is of OLD is older by NOW, what is of YOUNG is not."""

EVENTS: dict[int, dict[Event, datetime]] = {
    1: {"accepted": OLD, "published": OLD},
    2: {"accepted": YOUNG, "published": YOUNG},
    3: {"accepted": OLD, "held": OLD},
    4: {"accepted": OLD, "published": OLD, "withdrawn": OLD},
    5: {"accepted": OLD, "published": OLD, "withdrawn": YOUNG},
    6: {"refused": OLD},
}
"""What became of six deliveries, by seq; each has an application and a quarantined row."""

SCORED = [(1, OLD), (1, YOUNG), (2, YOUNG), (3, OLD), (4, OLD), (5, OLD)]
"""Scores: of which delivery, and when they were given; the first one's clients were scored again later."""


@on_both_engines
def test_each_setting_removes_what_is_older_and_nothing_else(engine_at, tmp_path) -> None:
    """A run gives all its scores at one moment, which is its id here."""
    seqs = list(EVENTS)
    shop = Shop.at(engine_at(tmp_path / "tables"), NOW)
    shop.hold(APPLICATION.stored(), seq=seqs)
    of = {"table": ["bureau" for _ in seqs], "file": ["bureau.csv" for _ in seqs], "record": seqs}
    shop.hold(QUARANTINED, seq=seqs, client_id=seqs, cells=["{}" for _ in seqs], **of)
    given = [at for _, at in SCORED]
    shop.hold(SCORE_HISTORY, seq=[seq for seq, _ in SCORED], scored_at=given, run_id=[f"{at:%d}" for at in given])
    shop.record(EVENTS)

    def state() -> dict[str, list[tuple[object, ...]]]:
        return {
            "scores": shop.held(history.TABLE, "seq", "scored_at"),
            "applications": shop.held("application", "seq"),
            "quarantined": shop.held(QUARANTINE, "seq"),
            "cells": [(seq,) for seq, cells in shop.held(QUARANTINE, "seq", "cells") if cells is not None],
        }

    def gone(**kept: int) -> tuple[dict[str, int], dict[str, list[tuple[object, ...]]]]:
        """What a run says, and what was there before it and is not now."""
        before = state()
        done, after = expire(shop.keeping(**kept)), state()
        assert all(set(after[what]) <= set(before[what]) for what in after)
        lost = {what: sorted(set(before[what]) - set(after[what])) for what in before}
        return {table: count for table, count in done.expired.items() if count}, {w: n for w, n in lost.items() if n}

    assert gone() == ({}, {}), "nothing expires unless the settings say so"
    # The cells of quarantined rows, from the day their delivery was taken in; the rows stay.
    assert gone(quarantine_days=LIMIT) == ({QUARANTINE: 4}, {"cells": [(1,), (3,), (4,), (5,)]})
    # Scores of published and withdrawn deliveries, from the day they were given; d3 is held.
    assert gone(score_history_days=LIMIT) == ({history.TABLE: 3}, {"scores": [(1, OLD), (4, OLD), (5, OLD)]})
    # Rows of withdrawn and refused deliveries, from that day.
    assert gone(withdrawn_days=LIMIT) == (
        {"application": 2, QUARANTINE: 2},
        {"applications": [(4,), (6,)], "quarantined": [(4,), (6,)], "cells": [(6,)]},
    )


def completeness(found: Snapshot) -> Iterator[pa.RecordBatch]:
    yield from record_batches(found.cases.select("client_id", "file_complete"))


def test_no_file_becomes_complete_by_waiting(engine_at, lender_at, tmp_path) -> None:
    """d1: a quarantined balance of credit 30, which waits. d2: the bureau row that says it is client 7's."""
    lender = lender_at(tmp_path / "tables")
    first = lender.deliver(1, {"application": [{CLIENT: 1}]})
    shop = Shop.at(engine_at(tmp_path / "tables"), NOW)
    cells = ['{"SK_ID_BUREAU":"30","MONTHS_BALANCE":"soon"}']
    shop.hold(QUARANTINED, seq=[1], table=["bureau_balance"], file=["b.csv"], record=[1], cells=cells)
    shop.record({1: {"accepted": OLD}})
    assert expire(shop.keeping(quarantine_days=LIMIT)).expired == {QUARANTINE: 1}
    assert shop.held(QUARANTINE, "cells") == [('{"SK_ID_BUREAU":"30"}',)]
    assert expire(shop.keeping(quarantine_days=LIMIT)).expired == {QUARANTINE: 0}
    second = lender.deliver(2, {"application": [{CLIENT: 7}], "bureau": [{CLIENT: 7, "SK_ID_BUREAU": 30}]})
    cases = pl.DataFrame({"client_id": [7], "as_of": [2]})
    cohort = Cohort(shop.engine, cases, {2: "d2"}, (first.seq, second.seq))
    found = gather(cohort, GatherSettings(), completeness, "client_id BIGINT, file_complete BOOLEAN").collect()
    assert found.rows() == [(7, False)]


@dataclass(frozen=True)
class Grown:
    """A table that was overwritten 200 hours ago and 100 hours ago, and grew since. `files`: by name, the version that
    brought it."""

    path: Path
    files: dict[str, int]

    @classmethod
    def at(cls, root: Path) -> Grown:
        path, files = root / "grown", {}
        for version, mode in enumerate(["overwrite", "overwrite", "overwrite", "append", "append"]):
            write_deltalake(path, pa.table({"version": [version]}), mode=mode)
            log = path / "_delta_log" / f"{version:020d}.json"
            removed = int(1000 * _hours_ago({1: 200, 2: 100}.get(version, 0)))
            log.write_text(re.sub(r'"deletionTimestamp":\d+', f'"deletionTimestamp":{removed}', log.read_text()))
            (name,) = {Path(uri).name for uri in DeltaTable(path).file_uris()} - files.keys()
            files[name] = version
            os.utime(path / name, (_hours_ago(300), _hours_ago(300)))
        return cls(path, files)

    def on_disk(self) -> list[int]:
        """The versions whose files are there still."""
        return [version for name, version in self.files.items() if (self.path / name).exists()]


def _hours_ago(hours: int) -> float:
    return time.time() - 3600 * hours


@on_both_engines
def test_optimize_leaves_one_file_and_those_that_the_last_week_needed(engine_at, tmp_path) -> None:
    grown, shop = Grown.at(tmp_path / "tables"), Shop.at(engine_at(tmp_path / "tables"), NOW)
    assert len(DeltaTable(grown.path).file_uris()) == 3
    assert grown.on_disk() == [0, 1, 2, 3, 4]
    _, done = optimize(shop.context).compacted
    assert done == Compacted("grown", files_before=3, files=1)
    assert len(DeltaTable(grown.path).file_uris()) == 1
    assert shop.held("grown", "version") == [(2,), (3,), (4,)]
    assert grown.on_disk() == [1, 2, 3, 4]


@on_both_engines
def test_old_files_are_kept_for_longer_than_a_week_where_the_settings_say_so(engine_at, tmp_path) -> None:
    grown = Grown.at(tmp_path / "tables")
    engine_at(tmp_path / "tables").compact("grown", [], RetentionSettings(old_files_hours=240).old_files_hours)
    assert grown.on_disk() == [0, 1, 2, 3, 4]


def test_only_many_small_files_are_rewritten_and_in_order_where_memory_allows(tmp_path) -> None:
    """A second time there is nothing to do; and with hardly any memory the rows stay as they lie."""
    for name in ("ordered", "as_they_lie"):
        for row in ([3, 1], [4, 2]):
            write_deltalake(tmp_path / name, pa.table({"row": row}), mode="append")
    assert compact(DeltaTable(tmp_path / "ordered"), ["row"], keep_hours=168, memory=1_000_000) == (2, 1)
    assert compact(DeltaTable(tmp_path / "as_they_lie"), ["row"], keep_hours=168, memory=1_000) == (2, 1)
    rows = {
        name: DeltaTable(tmp_path / name).to_pyarrow_table()["row"].to_pylist() for name in ("ordered", "as_they_lie")
    }
    assert rows["ordered"] == [1, 2, 3, 4]
    assert sorted(rows["as_they_lie"]) == [1, 2, 3, 4] != rows["as_they_lie"]
    assert compact(DeltaTable(tmp_path / "ordered"), ["row"], keep_hours=168, memory=1_000_000) == (1, 1)
