"""The embedded engine: workers and their spill, appends that land once, scans that pass files over."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import psutil
import pytest

from conftest import EngineAt, embedded, frame
from credit_scoring.engines.engine import Engine, Scan, Source
from credit_scoring.engines.guarded import TaskFailed
from credit_scoring.engines.local import writing
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.engines.local.workers import Workers
from credit_scoring.errors import RunActive, UsageError
from credit_scoring.ledger.events import Delivered
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.arrow import record_batches
from engines.computing import by_slot, names, quoting
from engines.conftest import STEPS, Life
from engines.test_equal import differing
from publishing.conftest import START

ROWS = StoredTable(
    "rows",
    "rows of a test",
    (
        StoredColumn("seq", "BIGINT", "a number"),
        StoredColumn("name", "STRING", "a text"),
        StoredColumn("client_id", "BIGINT", "a client, or none"),
    ),
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    """Two workers, which all tests share: that they are warm is not what is tested."""
    workers = Workers(2)
    yield workers
    workers.close()


@pytest.fixture(scope="module")
def with_workers(pool: Workers) -> EngineAt:
    """An engine that keeps nothing in memory: every exchange goes through workers and the spill."""
    return lambda root: LocalEngine(str(root), root.parent / "spill", memory=0, processes=2, pool=[pool])


@pytest.fixture
def table(engine: Engine) -> Engine:
    """Three commits, a file each; of the second a client is missing."""
    engine.create(ROWS)
    for seq, name, client in ((1, "monday", 7), (2, "tuesday", None), (3, "wednesday", 9)):
        engine.append("rows", rows((seq, name, client), (seq, name, 8)), f"claim-{seq}")
    return engine


def rows(*lines: tuple[int, str, int | None]) -> pl.DataFrame:
    return pl.DataFrame(lines, {"seq": pl.Int64, "name": pl.String, "client_id": pl.Int64}, orient="row")


def test_workers_and_their_spill_give_what_one_process_gives(new_life, with_workers: EngineAt) -> None:
    alone, helped = new_life(), new_life()
    for step in STEPS[:4]:
        alone.take(step, embedded)
        helped.take(step, with_workers)
    assert differing(alone, helped) == []
    assert_nothing_spilled(helped)


def assert_nothing_spilled(life: Life) -> None:
    assert list((life.home / "spill").iterdir()) == []


def test_rows_of_an_id_meet_whatever_brings_them(tmp_path: Path, with_workers: EngineAt) -> None:
    """Rows that are here already and rows of a table, in three slots, by one process and by workers."""
    engine = embedded(tmp_path / "tables")
    engine.create(ROWS)
    engine.append("rows", rows(*((1, "x", client) for client in range(50) for _ in range(client))), "claim")
    given = pl.DataFrame({"client_id": range(1, 50)})
    sources = [
        Source("a", "client_id", Scan("rows", ("client_id",), {"seq": [1]})),
        Source("b", "client_id", given),
    ]
    found = [
        each(tmp_path / "tables").exchange(sources, 3, by_slot, "client_id BIGINT, a BIGINT, b BIGINT, together BIGINT")
        for each in (embedded, with_workers)
    ]
    one, other = (rows_.collect().sort("client_id") for rows_ in found)
    assert one.equals(other)
    assert one.select("client_id", "a", "b").rows() == [(client, client, 1) for client in range(1, 50)]
    assert one["together"].n_unique() > 1, "more than one slot has clients"


@pytest.mark.parametrize("where", ["here", "workers"])
def test_an_error_where_rows_are_computed_quotes_none_of_them(
    tmp_path: Path, with_workers: EngineAt, where: str
) -> None:
    engine = (embedded if where == "here" else with_workers)(tmp_path / "tables")
    source = Source("a", "client_id", pl.DataFrame({"client_id": [4711]}))
    with pytest.raises(TaskFailed, match="ValueError") as failed:
        engine.exchange([source], 1, quoting, "a BIGINT").collect()
    assert "4711" not in str(failed.value)


def test_a_killed_run_leaves_neither_files_nor_workers(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "engines.computing", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    assert run.wait() == -9
    until(lambda: not _of_session(run.pid))
    assert list((tmp_path / "spill").iterdir()) == []


def _of_session(leader: int) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def until(true: Callable[[], bool]) -> None:
    """Waits for what comes sooner or later; pytest's own end is the only limit of a slow machine's time."""
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def test_an_append_lands_once_and_a_version_that_is_not_above_is_passed_over(engine: Engine) -> None:
    engine.create(ROWS)
    for version in (0, 0):
        engine.append("rows", rows((1, "first", 1)), "claim", version)
    engine.append("rows", rows((2, "of another", 1)), "another", 0)
    engine.append("rows", rows((3, "above", 1)), "claim", 5)
    for version in (5, 4, 0):
        engine.append("rows", rows((4, "not above", 1)), "claim", version)
    assert sorted(frame(engine, "rows")["name"]) == ["above", "first", "of another"]
    assert engine.version("rows") == 3


def test_of_two_handles_that_append_the_same_transaction_one_lands(tmp_path: Path) -> None:
    """Both have read the table before either writes: what two runs do that hold the same claim."""
    engine = embedded(tmp_path / "tables")
    engine.create(ROWS)
    one, other = engine._open("rows"), engine._open("rows")
    for handle, name in ((one, "one"), (other, "other")):
        writing.append(handle, record_batches(rows((1, name, 1))), "claim", 0)
    assert frame(engine, "rows")["name"].to_list() == ["one"]
    writing.append(engine._open("rows"), record_batches(rows((2, "two", 1))), "next", 0)
    assert frame(engine, "rows").height == 2, "other transactions go on"


def test_of_claims_that_meet_one_wins(tmp_path: Path) -> None:
    ledger = Ledger(embedded(tmp_path / "tables"))
    ledger.create()

    def attempt(run: str) -> str:
        mine = Ledger(embedded(tmp_path / "tables"))
        try:
            return mine.claim("intake", lambda events: [Delivered("monday", 1)], run, START, minutes=60).run_id
        except RunActive:
            return "told to wait"

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(attempt, "abcd"))
    (winner,) = [answer for answer in answers if answer != "told to wait"]
    assert [(event.claim_number, event.run_id) for event in ledger.events()] == [(1, winner)]


@pytest.mark.parametrize(
    ("among", "wanted"),
    [
        ({}, ["monday", "monday", "tuesday", "tuesday", "wednesday", "wednesday"]),
        ({"seq": [2, 3]}, ["tuesday", "tuesday", "wednesday", "wednesday"]),
        ({"seq": []}, []),
        ({"seq": [4]}, []),
        ({"client_id": [7, 9]}, ["monday", "wednesday"]),
        ({"client_id": [None]}, ["tuesday"]),
        ({"client_id": [None, 9]}, ["tuesday", "wednesday"]),
        ({"client_id": [8], "name": ["monday", "tuesday", "none"]}, ["monday", "tuesday"]),
        ({"client_id": [None], "seq": [1]}, []),
    ],
)
def test_a_scan_gives_the_rows_that_are_wanted(
    table: Engine, among: dict[str, list[object]], wanted: list[str]
) -> None:
    assert sorted(table.scan(Scan("rows", ("name",), among))["name"]) == wanted
    (prepared,) = table.scan(Scan("rows", ("name", "seq"), among, _counted)).sum().rows()
    assert prepared == (len(wanted),)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.len().cast(pl.Int64).alias("rows"))


def test_files_that_hold_nothing_wanted_are_not_opened(table: Engine) -> None:
    """Those of the first and third commit are gone from the disk, and nobody misses them."""
    for path in (Path(table.root) / "rows").glob("*.parquet"):
        if pl.read_parquet(path)["seq"][0] != 2:
            path.unlink()
    wanted = Scan("rows", ("name", "client_id"), {"seq": [2]})
    assert table.scan(wanted)["name"].to_list() == ["tuesday", "tuesday"]
    together = table.exchange([Source("a", "client_id", wanted)], 2, names, "name STRING").collect()
    assert together["name"].to_list() == ["tuesday", "tuesday"]
    assert table.scan(Scan("rows", ("name",), {"client_id": [None]}))["name"].to_list() == ["tuesday"]
    with pytest.raises(FileNotFoundError):
        table.scan(Scan("rows", ("name",)))


def test_what_is_pinned_is_read_as_it_was(table: Engine) -> None:
    pinned = table.pinned(["rows"])
    table.append("rows", rows((4, "thursday", 1)), "claim-4")
    assert (frame(pinned, "rows").height, frame(table, "rows").height) == (6, 7)
    assert (pinned.version("rows"), table.version("rows")) == (3, 4)


def test_a_table_that_is_made_anew_at_the_same_place_is_read_anew(table: Engine) -> None:
    assert frame(table, "rows").height == 6
    table.drop("rows")
    assert not table.exists("rows")
    table.create(ROWS)
    for seq in (5, 6, 7):
        table.append("rows", rows((seq, "new", 1)), f"claim-{seq}")
    assert frame(table, "rows")["name"].to_list() == ["new"] * 3


def test_a_worker_that_is_ended_is_a_sentence_and_the_next_run_has_others() -> None:
    workers = Workers(1)
    try:
        with pytest.raises(UsageError, match="worker-ended"):
            list(workers.map(os._exit, [1]))
        assert list(workers.map(abs, [-1, 2])) == [1, 2]
    finally:
        workers.close()
