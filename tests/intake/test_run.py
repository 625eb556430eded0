"""Intake from outside: deliveries in a landing folder, what the tables and the ledger hold afterwards."""

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from credit_scoring.errors import RunActive
from credit_scoring.intake import appending
from credit_scoring.intake.ledger import Ledger
from credit_scoring.intake.run import IntakeReport
from credit_scoring.schema.tables import TABLES


def contents(lender: Any, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    names = tables or (*(table.name for table in TABLES), "quarantine", "client_deliveries")
    return {name: sorted(map(str, lender.tables.read(name).collect())) for name in names}


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
    assert "TARGET" not in lender.tables.read("application").columns
    owned = lender.tables.read("bureau_balance").where("SK_ID_CURR is null").count()
    assert owned == 0
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
    bad = {row.record: row for row in lender.tables.read("quarantine").collect()}
    assert [(r.column, r.rule) for r in bad[1].reasons] == [
        ("AMT_INCOME_TOTAL", "missing"),
        ("AMT_CREDIT", "not_legitimate"),
    ]
    assert json.loads(bad[1].cells)["AMT_CREDIT"] == "1e400"
    assert [bad[n].reasons[0].rule for n in (4, 12, 13)] == ["conflicting_key"] * 3
    assert all(row.client_id is not None and row.delivery == "monday" for row in bad.values())
    (spoiled,) = lender.tables.read("application").where("made_missing is not null").collect()
    assert (spoiled.made_missing, spoiled.CNT_CHILDREN) == (["CNT_CHILDREN"], None)


def test_a_refused_delivery_leaves_no_row_and_does_not_stop_the_others(lender: Any) -> None:
    lender.deliver("bad", range(5), only="application", application_test=lambda f: f.drop("AMT_CREDIT"))
    lender.deliver("good", range(5, 10), only="application")
    report = lender.intake()
    assert [accepted.delivery.name for accepted in report.accepted] == ["good"]
    ((name, sentence),) = report.refused
    assert name == "bad"
    assert "application_test.csv of delivery bad lacks columns that table application must have: AMT_CREDIT" in sentence
    assert lender.tables.read("application").count() == 5
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


def test_balances_wait_for_their_credit_and_are_adopted(lender: Any) -> None:
    lender.deliver("1-balances", range(30), only="bureau_balance")
    lender.intake()
    waiting = lender.tables.read("bureau_balance").count()
    assert lender.tables.read("bureau_balance").where("SK_ID_CURR is not null").count() == 0
    lender.deliver("2-bureau", range(30), only="bureau.")
    lender.intake()
    adopted = lender.tables.read("bureau_balance").where("seq = 2")
    assert adopted.where("SK_ID_CURR is not null").count() == adopted.count() == waiting
    assert adopted.selectExpr("min(file)").first()[0] == "1/bureau_balance.csv"
    clients = lender.tables.read("client_deliveries").where("table = 'bureau_balance'")
    assert {row.seq for row in clients.collect()} == {2}
    # Balances that come after their bureau find their client in the store.
    lender.deliver("3-again", range(30), only="bureau_balance")
    lender.intake()
    again = lender.tables.read("bureau_balance").where("seq = 3")
    assert again.where("SK_ID_CURR is not null").count() == waiting


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
    balances = many.tables.read("bureau_balance")
    assert 0 < balances.where("SK_ID_CURR IS NULL").count() < balances.count()


def test_a_run_killed_between_its_commits_is_finished_by_the_next(
    lender: Any, another_lender: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
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
    undisturbed = another_lender()
    undisturbed.deliver("monday", range(20), outcomes=10)
    undisturbed.intake()
    assert contents(lender) == contents(undisturbed)
    assert not [path.name for path in (lender.folder / "tables").iterdir() if path.name.startswith("staging")]
