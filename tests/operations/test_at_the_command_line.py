"""What an operator types, on one small store: each command goes on where the one before it left the tables.

monday   applications and bureau rows of clients 0 to 7; the credit of 7 is below 0
tuesday  other applications of 4, 5, 6, 8 and 9; the credits of 6 and 9 are below 0: too many, so that it is held
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner
from deltalake import DeltaTable, write_deltalake

from crash.lender import Lender as ModelStore
from crash.lender import register
from credit_scoring.cli import main
from credit_scoring.commands import starting
from credit_scoring.operations import requeue as requeueing
from credit_scoring.operations.files_with_client import number_pattern
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import table as declared
from credit_scoring.synthetic.writing import write

SPOILT, UNTOUCHED = 7, 0
"""The client of monday whose application is quarantined, and one of whom nothing comes on tuesday."""


@dataclass(frozen=True)
class Done:
    """A command that has ended, and what it left: client -> latest score, and the bytes of each published file."""

    code: int
    said: str
    scores: dict[int, dict[str, Any]]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Office:
    """A store below `home`, with a settings file. `client`: the ids of generated clients, by position."""

    home: Path
    client: list[int]

    def types(self, *arguments: object) -> Done:
        """What becomes of `credit-scoring ARGUMENTS`."""
        conf = ["--conf", str(self.home / "conf.yml"), "--quiet"]
        done = CliRunner().invoke(main, [*map(str, arguments), *conf])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        files = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in self.home.glob("published/*/*.csv")}
        latest = {row["client_id"]: row for row in self.rows("scores")} if "scores" in self.tables() else {}
        return Done(done.exit_code, done.stdout, latest, files)

    def tables(self) -> list[str]:
        return sorted(path.name for path in self.home.glob("tables/*"))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, visible or not."""
        return DeltaTable(self.home / "tables" / table).to_pyarrow_table().to_pylist()

    def files_of(self, table: str) -> int:
        return len(DeltaTable(self.home / "tables" / table).file_uris())

    def event(self, event: str, delivery: str) -> dict[str, Any]:
        """The one event of its kind in the ledger."""
        (found,) = [row for row in self.rows("deliveries") if (row["event"], row["delivery"]) == (event, delivery)]
        return found

    def seq(self, delivery: str) -> int:
        return int(self.event("accepted", delivery)["seq"])


def office_in(home: Path, client: list[int]) -> Office:
    """An office where little is kept for long."""
    retention = {"score_history_days": 3, "quarantine_days": 3, "withdrawn_days": 3}
    (home / "conf.yml").write_text(yaml.safe_dump({"home": str(home), "retention": retention}))
    return Office(home, client)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Office:
    """Both deliveries have landed, and there is a champion."""
    home = tmp_path_factory.mktemp("office")
    write(home / "all", range(10), 0, seed=3)
    applications, bureau = (
        pl.read_csv(home / "all" / name, infer_schema=False) for name in ("application_test.csv", "bureau.csv")
    )
    client = applications["SK_ID_CURR"].cast(pl.Int64).to_list()
    of = pl.col("SK_ID_CURR").cast(pl.Int64)

    def spoilt(frame: pl.DataFrame, *positions: int) -> pl.DataFrame:
        below_0 = of.is_in([client[position] for position in positions])
        return frame.with_columns(AMT_CREDIT=pl.when(below_0).then(pl.lit("-5")).otherwise("AMT_CREDIT"))

    poor = applications[4:].with_columns(pl.lit("0.01").alias(f"EXT_SOURCE_{i}") for i in (1, 2, 3))
    deliveries = {
        "monday": {
            "application": spoilt(applications[:8], SPOILT),
            "bureau": bureau.filter(of.is_in(client[:8])),
        },
        "tuesday": {"application": spoilt(poor.filter(of != client[SPOILT]), 6, 9)},
    }
    opened = office_in(home, client)
    for name, tables in deliveries.items():
        (home / name).mkdir()
        for table, rows in tables.items():
            rows.write_csv(home / name / f"{table}.csv")
        without = [] if "bureau" in tables else ["--without", "bureau"]
        assert opened.types("deliver", home / name, "--name", name, *without).code == 0
    register(ModelStore(home))
    return opened


@pytest.fixture(scope="module")
def scored(office) -> Done:
    return office.types("score")


@pytest.fixture(scope="module")
def released(office, scored) -> Done:
    return office.types("publish", "--release", "tuesday", "--reason", "campaign in the north")


@pytest.fixture(scope="module")
def withdrawn(office, released) -> Done:
    return office.types("withdraw", "tuesday", "--reason", "of another lender")


@pytest.fixture(scope="module")
def requeued(office, withdrawn) -> Done:
    """After a release in which credits down to -10 are legitimate."""

    def corrected(name: str) -> Table:
        found = declared(name)
        columns = (replace(each, low=-10.0) if each.name == "AMT_CREDIT" else each for each in found.columns)
        return replace(found, columns=tuple(columns))

    with pytest.MonkeyPatch.context() as release:
        release.setattr(requeueing, "declared", corrected)
        return office.types("requeue", "--rule", "not_legitimate")


@pytest.fixture(scope="module")
def idle(office, requeued) -> Done:
    return office.types("score")


@pytest.fixture(scope="module")
def forgotten(office, idle) -> Done:
    return office.types("forget", office.client[4])


@pytest.fixture(scope="module")
def four_days_later(office, forgotten) -> Iterator[Office]:
    """For upkeep, which takes a second or two a table: an office with some of the tables."""
    home, now = office.home / "later", starting.clock
    for table in ("application", "deliveries", "quarantine"):
        shutil.copytree(office.home / "tables" / table, home / "tables" / table)
    with pytest.MonkeyPatch.context() as later:
        later.setattr(starting, "clock", lambda: now() + timedelta(days=4))
        yield office_in(home, office.client)


def test_a_score_run_with_a_held_delivery_publishes_the_others_and_ends_with_6(office, scored) -> None:
    assert scored.code == 6
    assert "Delivery monday: 8 clients, 7 scored by model version 1" in scored.said
    since = office.event("held", "tuesday")["at"]
    assert (
        f"Delivery tuesday is held since {since:%Y-%m-%d %H:%M} UTC: 40.0% of its 5 applications are in quarantine, so "
        "that their clients get no decision, the limit is 20.0% (breaker.max_undecided_share). Its scores stand in "
        "score_history only." in scored.said
    )
    assert 'credit-scoring publish --release tuesday --reason "..."' in scored.said
    assert list(scored.files) == ["monday/scores.csv"]
    assert {row["delivery"] for row in scored.scores.values()} == {"monday"}
    assert sum(row["delivery"] == "tuesday" for row in office.rows("score_history")) == 4


def test_what_is_in_quarantine_is_shown_with_its_rule(office, scored) -> None:
    shown = office.types("show", "quarantine")
    assert shown.code == 0
    assert re.search(r"^tuesday +application +AMT_CREDIT +not_legitimate +2 ", shown.said, re.MULTILINE)


def test_a_held_delivery_that_is_let_through_is_published(office, scored, released) -> None:
    assert released.code == 0
    assert "Delivery tuesday: 5 clients, 4 scored by model version 1" in released.said
    assert f"CSV: {office.home}/published/tuesday/scores.csv" in released.said
    assert released.files.keys() == {"monday/scores.csv", "tuesday/scores.csv"}
    changed = {client for client, row in released.scores.items() if row != scored.scores.get(client)}
    assert changed == {office.client[position] for position in (4, 5, 6, 8)}
    assert all(released.scores[client]["delivery"] == "tuesday" for client in changed)
    assert released.scores[office.client[4]]["points"] != scored.scores[office.client[4]]["points"]
    assert office.event("cleared", "tuesday")["message"] == "campaign in the north"


def test_the_clients_of_a_withdrawn_delivery_are_scored_again_without_it(office, scored, released, withdrawn) -> None:
    assert withdrawn.code == 0
    assert "Delivery tuesday is withdrawn: nothing knows its rows any more. 5 clients were touched" in withdrawn.said
    assert f"  {office.home}/published/tuesday/scores.csv (4 clients)" in withdrawn.said
    assert "Delivery withdrawal~tuesday: 5 clients, 3 scored by model version 1" in withdrawn.said
    assert withdrawn.files.keys() - released.files.keys() == {"withdrawal~tuesday/scores.csv"}
    assert {name: withdrawn.files[name] for name in released.files} == released.files
    again = {client for client, row in withdrawn.scores.items() if row["delivery"] == "withdrawal~tuesday"}
    assert again == {office.client[position] for position in (4, 5, 6)}
    said = ("points", "decision", "reasons", "file_complete")
    assert {client: [row[name] for name in said] for client, row in withdrawn.scores.items()} == {
        client: [row[name] for name in said] for client, row in scored.scores.items()
    }
    assert office.event("withdrawn", "tuesday")["message"] == "of another lender"
    assert "tuesday" not in office.types("show", "quarantine").said


def test_quarantined_rows_that_pass_a_corrected_rule_are_accepted_and_scored(office, withdrawn, requeued) -> None:
    assert requeued.code == 0
    (own,) = {row["delivery"] for row in requeued.scores.values()} - {"monday", "withdrawal~tuesday"}
    assert re.fullmatch(r"requeue~\d+", own)
    assert requeued.said.startswith(
        f"1 quarantined rows were tried again: 1 passed and are accepted as delivery {own}, 0 are quarantined still."
    )
    assert f"Delivery {own}: 1 clients, 1 scored by model version 1" in requeued.said
    assert requeued.files.keys() - withdrawn.files.keys() == {f"{own}/scores.csv"}
    assert requeued.scores.keys() - withdrawn.scores.keys() == {office.client[SPOILT]}
    (row,) = [row for row in office.rows("application") if row["SK_ID_CURR"] == office.client[SPOILT]]
    assert (row["seq"], row["AMT_CREDIT"]) == (office.seq(own), -5)


def test_a_score_run_with_nothing_to_do_says_since_when_nothing_came(office, requeued, idle) -> None:
    since = office.event("accepted", "tuesday")["at"]
    last = f"The last delivery taken in is tuesday, on {since:%Y-%m-%d %H:%M} UTC."
    assert idle.code == 0
    assert idle.said == f"Nothing to score: every accepted delivery has its scores.csv. {last}\n"
    assert (idle.scores, idle.files) == (requeued.scores, requeued.files)
    taken = office.types("intake")
    assert (taken.code, taken.said) == (0, f"Nothing waits: monday, tuesday were judged before. {last}\n")


def test_a_forgotten_client_is_in_no_table_and_its_files_are_named(office, idle, forgotten) -> None:
    client, other = office.client[4], office.client[UNTOUCHED]
    assert forgotten.code == 0
    removed = r"Erased\. Rows removed: .*\b2 of application, .*\b3 of score_history, 1 of scores, [1-9]\d* of bureau, "
    assert re.match(removed, forgotten.said)
    for delivery in ("monday", "tuesday", "withdrawal~tuesday"):
        assert f"  {office.home}/published/{delivery}/scores.csv (1 lines)\n" in forgotten.said
    assert f"  {office.home}/landing/monday/application.csv (1 lines)\n" in forgotten.said
    assert "Tell who received a published file" in forgotten.said
    assert forgotten.files == idle.files, "published files stay for a person to change"
    named = re.compile(number_pattern([client]))
    left = [table for table in office.tables() if any(named.search(str(row)) for row in office.rows(table))]
    assert left == []
    assert idle.scores.keys() - forgotten.scores.keys() == {client}
    assert forgotten.scores[other] == idle.scores[other]


def test_upkeep_does_what_the_settings_say(four_days_later) -> None:
    """expire, then optimize, then maintain, which finds nothing more to do than to drop what a killed run left."""
    office = four_days_later
    seq = office.seq("tuesday")
    assert [row["seq"] for row in office.rows("application")].count(seq) == 2
    assert [row["seq"] for row in office.rows("quarantine")].count(seq) == 2

    expired = office.types("expire")
    assert expired.code == 0
    assert expired.said == ("Expired rows: 5 of quarantine, 2 of application. Left-over tables dropped: none.\n"), (
        "the cells of three rows, and then the two rows of them that nobody can see"
    )
    assert seq not in [row["seq"] for row in office.rows("application")]
    (mark,) = office.rows("quarantine")
    assert (mark["client_id"], mark["cells"]) == (office.client[SPOILT], None)

    many = office.files_of("application")
    assert many > 1
    optimized = office.types("optimize")
    assert optimized.code == 0
    assert f"Files by table, before and after:\n  application: {many} -> 1\n  deliveries: " in optimized.said
    assert (office.files_of("application"), office.files_of("quarantine")) == (1, 1)

    write_deltalake(office.home / "tables" / "staging_left", pa.table({"row": [1]}))
    half_removed = office.home / "tables" / "staging_half_removed" / "part-0.parquet"
    half_removed.parent.mkdir()
    half_removed.write_bytes(b"rows")
    maintained = office.types("maintain")
    assert maintained.code == 0
    dropped = "Left-over tables dropped: staging_left, staging_half_removed.\nFiles by table"
    assert maintained.said.startswith(f"Expired rows: none. {dropped}")
    assert office.tables() == ["application", "deliveries", "quarantine"]
