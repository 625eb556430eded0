"""Intake from outside: deliveries in a landing folder, what the tables and the ledger hold afterwards."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conftest import embedded, on_both_engines
from credit_scoring.clients.waiting_balances import waiting_of
from credit_scoring.errors import Fault, RunActive
from credit_scoring.intake import appending
from credit_scoring.intake.run import IntakeReport
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.printing import deliveries as printing
from credit_scoring.publishing.show import show
from credit_scoring.schema.tables import TABLES
from intake.conftest import Lender


def contents(lender: Any, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    names = tables or (*(table.name for table in TABLES), "quarantine", "client_deliveries")
    return {name: sorted(map(str, lender.rows(name).iter_rows())) for name in names}


def balanced(report: IntakeReport) -> bool:
    files = [counts for accepted in report.accepted for counts in accepted.files]
    return all(f.finding.records == f.accepted + f.duplicates + f.quarantined for f in files)


def set_cell(column: str, row: int, value: str | None) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == row).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


def test_every_row_of_a_good_delivery_is_there_once_and_a_second_run_does_nothing(lender: Any) -> None:
    lender.deliver("monday", range(40), outcomes=30)
    report = lender.intake()
    assert [accepted.delivery.name for accepted in report.accepted] == ["monday"]
    assert balanced(report)
    rows = {name: len(found) for name, found in contents(lender).items()}
    records = {f.finding.table: 0 for f in report.accepted[0].files}
    for f in report.accepted[0].files:
        records[f.finding.table] += f.finding.records
        assert (f.duplicates, f.quarantined, f.finding.cells_missing) == (0, 0, 0)
    assert {name: rows[name] for name in records} == records
    assert (rows["application"], rows["outcomes"], rows["quarantine"]) == (40, 30, 0)
    assert "TARGET" not in lender.rows("application").columns
    assert lender.rows("bureau_balance")["SK_ID_CURR"].null_count() == 0
    before = contents(lender)
    again = lender.intake()
    assert (again.accepted, again.refused, again.known) == ((), (), ("monday",))
    assert contents(lender) == before


def test_bad_rows_are_quarantined_with_all_reasons_and_good_rows_go_on(lender: Any) -> None:
    def spoil(frame: pl.DataFrame) -> pl.DataFrame:
        frame = set_cell("AMT_CREDIT", 0, "1e400")(frame)
        frame = set_cell("AMT_INCOME_TOTAL", 0, None)(frame)
        frame = set_cell("CNT_CHILDREN", 1, "many")(frame)
        return pl.concat([frame, frame[2], frame[3], set_cell("AMT_CREDIT", 0, "12345")(frame[3])])

    lender.deliver("monday", range(10), only="application", application_test=spoil)
    report = lender.intake()
    (file,) = report.accepted[0].files
    assert balanced(report)
    assert (file.finding.records, file.accepted, file.duplicates, file.quarantined) == (13, 8, 1, 4)
    assert file.finding.cells_missing == 1
    bad = {row["record"]: row for row in lender.rows("quarantine").to_dicts()}
    assert [(r["column"], r["rule"]) for r in bad[1]["reasons"]] == [
        ("AMT_INCOME_TOTAL", "missing"),
        ("AMT_CREDIT", "not_legitimate"),
    ]
    assert json.loads(bad[1]["cells"])["AMT_CREDIT"] == "1e400"
    assert [bad[n]["reasons"][0]["rule"] for n in (4, 12, 13)] == ["conflicting_key"] * 3
    assert all(row["client_id"] is not None and row["delivery"] == "monday" for row in bad.values())
    spoiled = lender.rows("application").filter(pl.col("made_missing").is_not_null())
    assert spoiled.select("made_missing", "CNT_CHILDREN").rows() == [(["CNT_CHILDREN"], None)]


def test_a_refused_delivery_leaves_no_row_and_does_not_stop_the_others(lender: Any) -> None:
    lender.deliver("bad", range(5), only="application", application_test=lambda f: f.drop("AMT_CREDIT"))
    lender.deliver("good", range(5, 10), only="application")
    report = lender.intake()
    assert [accepted.delivery.name for accepted in report.accepted] == ["good"]
    ((name, sentence),) = report.refused
    assert name == "bad"
    assert "application_test.csv of delivery bad lacks columns that table application must have: AMT_CREDIT" in sentence
    assert lender.rows("application").height == 5
    assert lender.intake().refused == ()


def test_the_same_name_with_other_bytes_is_refused(lender: Any) -> None:
    lender.deliver("monday", range(5), only="application")
    lender.intake()
    before = contents(lender)
    lender.landing.remove("monday")
    lender.deliver("monday", range(5, 9), only="application")
    assert "was accepted before with other bytes" in lender.intake().refused[0][1]
    assert contents(lender) == before


def test_a_folder_without_manifest_waits_and_a_changed_file_is_refused(lender: Any) -> None:
    lender.deliver("monday", range(5), only="application")
    lender.landing.write(b"half", "tuesday", "application.csv")
    lender.landing.write(lender.landing.read("monday", "application_test.csv") + b"9", "monday", "application_test.csv")
    ((_, sentence),) = lender.intake().refused
    assert "the manifest says" in sentence


def test_balances_wait_for_their_credit_and_stay_as_they_were_delivered(lender: Any) -> None:
    lender.deliver("1-balances", range(30), only="bureau_balance")
    lender.intake()
    waiting = lender.rows("bureau_balance")
    assert waiting["SK_ID_CURR"].null_count() == waiting.height > 0
    assert lender.rows("client_deliveries").is_empty()
    lender.deliver("2-bureau", range(30), only="bureau.")
    lender.intake()
    assert lender.rows("bureau_balance").equals(waiting)
    owned = waiting_of(lender.engine, [1, 2]).owned
    bureau = lender.rows("bureau").select("SK_ID_BUREAU", "SK_ID_CURR")
    assert (
        owned.select("SK_ID_BUREAU", "SK_ID_CURR").join(bureau, on=["SK_ID_BUREAU", "SK_ID_CURR"]).height
        == owned.height
    )
    assert set(owned["SK_ID_BUREAU"]) == set(waiting["SK_ID_BUREAU"])
    assert (owned["seq"].unique().to_list(), owned["known_from"].unique().to_list()) == ([1], [2])
    # Balances that come after their bureau touch the client whom the store tells.
    lender.deliver("3-again", range(30), only="bureau_balance")
    lender.intake()
    touched = lender.rows("client_deliveries").filter(table="bureau_balance", seq=3)
    assert set(touched["client_id"]) == set(owned["SK_ID_CURR"])


def test_many_tasks_store_what_one_does(another_lender: Callable[[], Any]) -> None:
    """A delivery with a quarantined row, copies, and balances whose bureau rows are not there."""

    def spoil(bureau: pl.DataFrame) -> pl.DataFrame:
        kept = bureau[1_000:]
        return pl.concat([set_cell("DAYS_CREDIT", 3, "long ago")(kept), kept[-9:]])

    one, many = another_lender(), another_lender()
    one.slot_mb = 64
    for lender in (one, many):
        lender.deliver("monday", range(1_000), only="bureau", bureau=spoil)
        report = lender.intake()
        files = {f.finding.table: f for f in report.accepted[0].files}
        assert balanced(report)
        assert (files["bureau"].duplicates, files["bureau"].quarantined) == (9, 1)
    tables = ("bureau", "bureau_balance", "quarantine", "client_deliveries")
    assert contents(many, *tables) == contents(one, *tables)
    balances = many.rows("bureau_balance")
    assert 0 < balances["SK_ID_CURR"].null_count() < balances.height


@on_both_engines
def test_a_run_killed_between_its_commits_is_finished_by_the_next(
    lender: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.deliver("monday", range(20), outcomes=10)
    whole = appending.Appends.client_deliveries

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(appending.Appends, "client_deliveries", killed)
    # A killed process releases nothing: the claim is left to expire.
    monkeypatch.setattr(Ledger, "release", lambda *arguments: None)
    with pytest.raises(KeyboardInterrupt):
        lender.intake()
    assert lender.ledger.accepted() == ()
    monkeypatch.setattr(appending.Appends, "client_deliveries", whole)
    with pytest.raises(RunActive):
        lender.intake()
    lender.now = lender.now.replace(hour=23)
    assert [accepted.delivery.name for accepted in lender.intake().accepted] == ["monday"]
    undisturbed = Lender(tmp_path, embedded(tmp_path / "tables"))
    undisturbed.deliver("monday", range(20), outcomes=10)
    undisturbed.intake()
    assert contents(lender) == contents(undisturbed)
    assert not [path.name for path in (lender.home / "tables").iterdir() if path.name.startswith("staging")]


def test_appends_are_counted_again_by_seq(stored_lender: Any, engine: Any) -> None:
    for seq, clients in ((1, 2), (2, 3)):
        stored_lender.deliver(seq, {"outcomes": [{"SK_ID_CURR": client, "TARGET": 0} for client in range(clients)]})
    appends = appending.Appends(engine, None, "claim", [1, 2], [])
    appends.verify({"outcomes": {1: 2, 2: 3}, "bureau": {}})
    with pytest.raises(Fault, match="Table outcomes holds 2 rows of seq 1, expected 3"):
        appends.verify({"outcomes": {2: 3, 1: 3}})
    with pytest.raises(Fault, match="Table bureau holds 0 rows of seq 1, expected 2"):
        appends.verify({"outcomes": {1: 2}, "bureau": {1: 2}})


def test_what_does_not_read_is_told_by_column_and_cause_from_the_run_to_the_ledger(lender: Any) -> None:
    """NULL in every empty cell of bureau, an amount that is none, and two applications that contradict each other."""

    def nulls(frame: pl.DataFrame) -> pl.DataFrame:
        return set_cell("AMT_CREDIT_SUM", 0, "lots")(frame.with_columns(pl.all().fill_null("NULL")))

    def twice(frame: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([frame, set_cell("AMT_CREDIT", 0, "5")(frame.head(1))])

    lender.deliver("monday", range(8), outcomes=0, bureau=nulls, application_test=twice)
    report = lender.intake()
    (accepted,) = report.accepted
    held = {(each.table, each.column, each.becomes, each.rule, each.text): each.cells for each in accepted.unread}
    assert held["application", "SK_ID_CURR", "quarantined", "conflicting_key", None] == 2
    assert held["bureau", "AMT_CREDIT_SUM", "made missing", "not_legitimate", None] == 1
    nothing = {key: cells for key, cells in held.items() if key[4] == "NULL"}
    bureau = next(counts for counts in accepted.files if counts.finding.table == "bureau")
    assert sum(nothing.values()) == bureau.finding.cells_missing - 1 > 8
    assert {key[:3] for key in nothing} == {("bureau", key[1], "made missing") for key in nothing}

    said = printing.intake(report).splitlines()[1]
    assert said.startswith("Not read, so that clients are referred or get no decision: 'NULL' stands in ")
    assert f"{sum(nothing.values())} cells of {len(nothing)} columns (bureau." in said
    assert "1 cells of 1 column hold no legitimate value and were made missing (bureau.AMT_CREDIT_SUM 1)" in said
    assert said.endswith("records are in quarantine for application.SK_ID_CURR 2.")
    (event,) = (event for event in Ledger(lender.engine).events() if event.event == "accepted")
    assert event.unread == accepted.unread
    listing = show(lender.engine, "deliveries")
    row = dict(zip(listing.head, listing.rows[0], strict=True))
    assert (row["event"], row["made_missing"], row["quarantined"]) == ("accepted", bureau.finding.cells_missing, 2)
    assert row["message"].startswith("'NULL' stands in ")

    concerned = {(each.table, each.column, each.becomes, each.rule): each.clients for each in accepted.referring}
    assert concerned.keys() == {key[:4] for key in held}
    rows = lender.rows("bureau").explode("made_missing").drop_nulls("made_missing")
    for column, clients in rows.group_by("made_missing").agg(pl.col("SK_ID_CURR").n_unique()).iter_rows():
        assert concerned["bureau", column, "made missing", "not_legitimate"] == clients
    assert concerned["application", "SK_ID_CURR", "quarantined", "conflicting_key"] == 1
    assert event.referring == accepted.referring
    most = accepted.referring[0]
    told = f"bureau.{most.column} made missing (not_legitimate) {most.clients}"
    assert f"clients referred for it, or without a decision: {told}, " in row["message"]
    printed = [line.split() for line in printing.intake(report).splitlines()]
    assert ["bureau", most.column, "made", "missing", "not_legitimate", str(most.clients)] in printed


def test_a_row_that_may_be_anybodys_concerns_all_whom_the_delivery_touches(lender: Any) -> None:
    """But for applications, where a client's own row shows that the other is not its."""

    def unattributed(column: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
        return lambda frame: pl.concat([frame, set_cell(column, 0, "?")(frame.head(1))])

    lender.deliver(
        "monday", range(6), bureau=unattributed("SK_ID_CURR"), application_test=unattributed("SK_ID_CURR"),
        bureau_balance=lambda frame: set_cell("STATUS", 0, "?")(frame),
    )  # fmt: skip
    (accepted,) = lender.intake().accepted
    concerned = {(each.table, each.column): each.clients for each in accepted.referring}
    assert concerned == {("bureau", "SK_ID_CURR"): 6, ("bureau_balance", "STATUS"): 1}
