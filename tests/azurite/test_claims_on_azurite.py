"""Delta on wasb: of commits that meet, one wins, whatever the network does; and of claims, too."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import polars as pl
import pytest

from azurite.fault_proxy import Fault
from conftest import frame
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import RunActive
from credit_scoring.ledger.events import Delivered
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.files import Folder

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MONDAY = Delivered("monday", 1, "m")
COMMIT = r"PUT .*/_delta_log/0000\d+\.json"
"""The copy of a commit to its name: the request that decides."""


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    # The container of Azurite is made by who reaches it first through Python.
    assert not engine.exists("deliveries")
    made = Ledger(engine)
    made.create()
    return made


def claim(ledger: Ledger, run: str):
    return ledger.claim("intake", lambda events: [MONDAY], run, NOW, minutes=60)


def test_of_writers_of_one_commit_one_wins(spark_on_azurite, storage, new_root) -> None:
    """Two JVMs have no lock in common, so the store itself is asked, beside the locks that Delta has within one."""
    from credit_scoring.engines.spark.tables import Tables

    jvm, tables = spark_on_azurite._jvm, Tables(spark_on_azurite, new_root() + "/tables", storage=storage)
    assert not tables.exists("race")
    conf = spark_on_azurite._jsparkSession.sessionState().newHadoopConf()
    folder = jvm.org.apache.hadoop.fs.Path(f"{tables.root}/race/_delta_log")
    folder.getFileSystem(conf).mkdirs(folder)
    store = jvm.org.apache.spark.sql.delta.storage.LogStore.apply(spark_on_azurite._jsparkSession)

    def write(commit: str, writer: str) -> str:
        lines = jvm.java.util.ArrayList()
        lines.add(writer)
        scala = jvm.scala.collection.JavaConverters.asScalaIteratorConverter(lines.iterator()).asScala()
        try:
            store.write(jvm.org.apache.hadoop.fs.Path(folder, commit), scala, False, conf)
        except Exception as error:
            if "FileAlreadyExistsException" not in str(error):
                raise
            return ""
        return writer

    for commit in (f"{version:020d}.json" for version in range(5)):
        with ThreadPoolExecutor(6) as pool:
            won = [who for who in pool.map(write, [commit] * 6, [uuid.uuid4().hex for _ in range(6)]) if who]
        assert len(won) == 1
        kept = spark_on_azurite.read.text(f"{tables.root}/race/_delta_log/{commit}").collect()
        assert [row.value for row in kept] == won


def test_of_claims_that_meet_one_wins(ledger) -> None:
    def attempt(run: str) -> str:
        try:
            return claim(ledger, run).run_id
        except RunActive:
            return "told to wait"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["a", "b"]))
    assert answers.count("told to wait") == 1
    claims = [event for event in ledger.events() if event.event == "claimed"]
    assert [(event.claim_number, event.run_id) for event in claims] == [(1, answers[0])]


@pytest.mark.parametrize(
    ("engine", "fault"),
    [("local", Fault.ANSWER_LOST), ("local", Fault.DROPPED), ("local", Fault.BUSY), ("spark", Fault.ANSWER_LOST)],
    indirect=["engine"],
)
def test_a_claim_is_ones_own_although_its_commit_was_tried_twice(ledger, proxy, fault) -> None:
    """The answer to the deciding request is lost: asked again, the store says that the commit is there already."""
    with proxy.spoiling(fault, COMMIT) as rule:
        mine = claim(ledger, "mine")
    assert rule.met == 1
    assert mine is not None
    assert [(event.claim_number, event.run_id) for event in ledger.events()] == [(1, "mine")]
    with pytest.raises(RunActive, match=r"\(mine\) is at work"):
        claim(ledger, "another")


def test_an_append_lands_once_although_its_commit_was_tried_twice(engine: Engine, proxy) -> None:
    assert not engine.exists("t")
    engine.create(StoredTable("t", "numbers", (StoredColumn("a", "BIGINT", "a number"),)))
    with proxy.spoiling(Fault.ANSWER_LOST, COMMIT) as rule:
        engine.append("t", pl.DataFrame({"a": [0, 1, 2]}), "claim")
    assert rule.met == 1
    engine.append("t", pl.DataFrame({"a": [0, 1, 2]}), "claim")
    assert sorted(frame(engine, "t")["a"]) == [0, 1, 2]


def test_a_table_whose_creation_was_killed_is_created(engine: Engine, storage) -> None:
    begun = Folder(engine.root, storage).below("begun", "_delta_log")
    begun.write(b"{", ".00000000000000000000.json.9d1e.tmp")
    engine.create(StoredTable("begun", "numbers", (StoredColumn("a", "BIGINT", "a number"),)))
    assert engine.exists("begun")
    assert [name for name in begun.files() if not name.endswith(".crc")] == ["00000000000000000000.json"]
