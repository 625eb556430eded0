"""Delta tables: appends land once, in whatever order they arrive."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from threading import Barrier

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from credit_scoring.engines.spark.tables import Tables
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.files import Folder

CLIENTS = StoredTable(
    "t", "It's a test", (StoredColumn("client", "BIGINT", "Whose row it \\ is"), StoredColumn("seq", "BIGINT", "When"))
)


def append(tables: Tables, seq: int, app_id: str, clients: int = 2) -> None:
    rows = tables.spark.range(clients).selectExpr("id AS client", f"CAST({seq} AS BIGINT) AS seq")
    tables.append("t", rows, app_id)


@pytest.fixture
def table(tables: Tables) -> Tables:
    tables.create(CLIENTS)
    return tables


def test_out_of_order_repeated_and_interleaved_appends_all_land_once(table: Tables, spark: SparkSession) -> None:
    """Versions that grow with the table would lose seq 2: Delta skips a version below the last one silently."""
    for seq in (1, 3, 2, 3, 1, 2):
        append(table, seq, f"t/claim-{seq}")
    wanted = spark.createDataFrame([(c, s) for s in (1, 2, 3) for c in (0, 1)], "client BIGINT, seq BIGINT")
    assert_df_equality(table.read("t"), wanted, ignore_row_order=True, ignore_metadata=True)  # comments of columns


def test_a_lower_version_of_an_application_is_skipped(table: Tables) -> None:
    rows = table.spark.range(1).selectExpr("id AS client", "1L AS seq")
    for version in (1, 3, 2):
        table.append("t", rows, "ledger", version)
    assert table.read("t").count() == 2


def test_a_pinned_table_is_read_as_it_was(table: Tables) -> None:
    append(table, 1, "a")
    pinned = table.pinned(["t"])
    append(table, 2, "b")
    assert (pinned.read("t").count(), table.read("t").count()) == (2, 4)
    assert pinned.versions == {"t": 1}
    assert table.versions == {}


def test_bounds_are_kept_of_the_columns_that_are_sought(tables: Tables, tmp_path: Path) -> None:
    tables.create(replace(CLIENTS, stats_columns=("seq",)))
    append(tables, 1, "a", clients=1)
    lines = (tmp_path / "tables" / "t" / "_delta_log" / f"{1:020d}.json").read_text().splitlines()
    bounds = [json.loads(json.loads(line)["add"]["stats"])["minValues"] for line in lines if '"add"' in line]
    assert {"seq": 1} in bounds
    assert all(each.keys() <= {"seq"} for each in bounds)


def test_a_table_is_created_once_and_dropped_with_its_files(table: Tables) -> None:
    append(table, 1, "a")
    table.create(CLIENTS)
    assert table.read("t").count() == 2
    detail = table.spark.sql(f"DESCRIBE DETAIL {table.name('t')}").first()
    assert (detail.description, detail.properties["delta.enableDeletionVectors"]) == ("It's a test", "false")
    table.drop("t")
    assert not table.exists("t")
    table.drop("t")


def test_columns_say_what_they_mean_and_those_that_come_later_are_added(table: Tables) -> None:
    append(table, 1, "a")
    later = CLIENTS.with_columns(StoredColumn("since", "INT", "A later release's"))
    table.create(later)
    table.append("t", table.spark.sql("SELECT 7L AS client, 2L AS seq, 3 AS since"), "b")
    described = table.spark.sql(f"DESCRIBE TABLE {table.name('t')}").collect()
    comments = {row.col_name: row.comment for row in described}
    assert {column.name: comments[column.name] for column in later.columns} == {
        column.name: column.meaning for column in later.columns
    }
    assert sorted(row.since or 0 for row in table.read("t").collect()) == [0, 0, 3]


def test_columns_go_by_name(table: Tables) -> None:
    table.append("t", table.spark.sql("SELECT 5L AS seq, 7L AS client"), "a")
    assert [tuple(row) for row in table.read("t").collect()] == [(7, 5)]


def test_runs_that_create_a_table_at_the_same_moment_find_one(tables: Tables) -> None:
    together = Barrier(3)

    def create(number: int) -> None:
        together.wait()
        tables.create(CLIENTS)
        append(tables, number, f"t/{number}")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(create, range(3)))
    assert tables.read("t").count() == 6


def test_a_table_that_another_run_creates_meanwhile_keeps_its_rows(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one has looked for it, before one clears away what a creation may have left that was killed."""
    exists = Tables.exists

    def meanwhile(looking: Tables, table: str) -> bool:
        monkeypatch.setattr(Tables, "exists", exists)
        found = looking.exists(table)
        looking.create(CLIENTS)
        append(looking, 1, "t/other")
        return found

    monkeypatch.setattr(Tables, "exists", meanwhile)
    tables.create(CLIENTS)
    assert tables.read("t").count() == 2


def test_a_table_whose_creation_was_killed_is_created(tables: Tables) -> None:
    begun = Folder(tables.root).below("t", "_delta_log")
    begun.write(b"{", ".00000000000000000000.json.9d1e.tmp")
    assert not tables.exists("t")
    tables.create(CLIENTS)
    append(tables, 1, "t/claim")
    assert tables.read("t").count() == 2


def test_whatever_a_killed_removal_left_of_a_log_the_table_is_made_anew(tables: Tables) -> None:
    """Hadoop checks a local file by the checksum that lies beside it, be it that of another file of this name."""
    folder = Path(tables.root) / "t"
    tables.replace("t", tables.spark.range(1))
    files = {path.name: path.read_bytes() for path in (folder / "_delta_log").iterdir() if path.is_file()}
    assert {f"{0:020d}.json", f".{0:020d}.json.crc"} <= files.keys()
    for count, left in enumerate([*combinations(files, 1), *combinations(files, len(files) - 1)], 2):
        shutil.rmtree(folder)
        for name in left:
            Folder(str(folder)).write(files[name], "_delta_log", name)
        tables.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # the next run is another process
        tables.replace("t", tables.spark.range(count))
        assert tables.read("t").count() == count, left
