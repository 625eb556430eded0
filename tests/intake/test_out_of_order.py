"""Deliveries that come half, late, during a run or twice, and runs that do not know of each other."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from conftest import on_both_engines
from credit_scoring.intake import appending, staging
from credit_scoring.intake import run as intake_run
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.schema.tables import TABLES

NAMES = (*(table.name for table in TABLES), "quarantine", "client_deliveries")


def contents(lender: Any) -> dict[str, list[str]]:
    return {name: sorted(map(str, lender.rows(name).iter_rows())) for name in NAMES}


def staged(lender: Any) -> list[str]:
    return [path.name for path in (lender.home / "tables").iterdir() if path.name.startswith("staging")]


def accepted(report: Any) -> list[tuple[str, int]]:
    return [(each.delivery.name, each.delivery.seq) for each in report.accepted]


def dies_at(monkeypatch: pytest.MonkeyPatch, of: Any, name: str, call: int) -> None:
    """The run ends at the call of that number, as one that is killed: it releases nothing."""
    going_on, calls = getattr(of, name), count(1)

    def dying(*arguments: Any, **more: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return going_on(*arguments, **more)

    monkeypatch.setattr(of, name, dying)
    monkeypatch.setattr(Ledger, "release", lambda *arguments: None)


def without_credit(frame: Any) -> Any:
    return frame.drop("AMT_CREDIT")


def test_an_upload_that_goes_on_during_the_run_is_taken_in_when_its_manifest_is_there(
    lender: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Monday is read, Tuesday arrives whole, Wednesday without its manifest, and Monday gets a file more."""
    lender.deliver("monday", range(6), only="application")
    reading = intake_run.stage

    def meanwhile(*arguments: Any) -> Any:
        if not lender.landing.exists("tuesday"):
            lender.deliver("tuesday", range(6, 10), only="application")
            lender.deliver("wednesday", range(10, 12), only="application")
            lender.landing.remove("wednesday", "manifest.json")
            lender.landing.write(lender.landing.read("tuesday", "application_test.csv"), "monday", "application_2.csv")
        return reading(*arguments)

    monkeypatch.setattr(intake_run, "stage", meanwhile)
    report = lender.intake()
    assert accepted(report) == [("monday", 1), ("tuesday", 2)]
    assert report.refused == ()
    assert lender.rows("application").height == 10


@on_both_engines
def test_files_that_go_or_change_while_they_are_read_cost_their_delivery_alone(
    lender: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Monday's file goes before Spark looks for it, Tuesday's after that; Wednesday's is overwritten."""
    for day, name in enumerate(("monday", "tuesday", "wednesday", "thursday")):
        lender.deliver(name, range(4 * day, 4 * day + 4), only="application")
    file = "application_test.csv"
    whole = {name: lender.landing.read(name, file) for name in ("monday", "tuesday", "wednesday")}
    looking, reading = intake_run.stage, staging.stage_sources

    def before_it_looks(*arguments: Any) -> Any:
        lender.landing.remove("monday", file)
        return looking(*arguments)

    def before_it_reads(*arguments: Any) -> Any:
        lender.landing.remove("tuesday", file)
        lender.landing.write(whole["wednesday"][:-2] + b"7\n", "wednesday", file)
        return reading(*arguments)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(intake_run, "stage", before_it_looks)
        meanwhile.setattr(staging, "stage_sources", before_it_reads)
        report = lender.intake()
    assert accepted(report) == [("thursday", 2)]
    refused = {name: sentence.rsplit("[")[-1] for name, sentence in report.refused}
    assert refused == {"monday": "file-missing]", "tuesday": "file-missing]", "wednesday": "file-changed]"}
    for name, data in whole.items():
        lender.landing.write(data, name, file)
    assert [name for name, _ in accepted(lender.intake())] == ["monday", "tuesday", "wednesday"]
    assert lender.rows("application").height == 16


def test_a_half_uploaded_delivery_is_refused_and_taken_in_once_it_is_whole(lender: Any) -> None:
    """Of Monday a file is missing, of Tuesday one is cut, of Wednesday another has the right length only."""
    for name, clients in (("monday", range(4)), ("tuesday", range(4, 8)), ("wednesday", range(8, 12))):
        lender.deliver(name, clients, only="application")
    file = "application_test.csv"
    whole = {name: lender.landing.read(name, file) for name in ("monday", "tuesday", "wednesday")}
    lender.landing.remove("monday", file)
    lender.landing.write(whole["tuesday"][:500], "tuesday", file)
    lender.landing.write(whole["wednesday"][:-2] + b"7\n", "wednesday", file)
    report = lender.intake()
    assert (report.accepted, [name for name, _ in report.refused]) == ((), ["monday", "tuesday", "wednesday"])
    codes = [sentence.rsplit("[")[-1] for _, sentence in report.refused]
    assert codes == ["file-missing]", "file-cut]", "file-changed]"]
    for name in whole:
        lender.landing.write(whole[name], name, file)
    again = lender.intake()
    assert (accepted(again), again.refused) == ([("monday", 4), ("tuesday", 5), ("wednesday", 6)], ())
    assert lender.rows("application").height == 12


def test_a_delivery_corrected_after_a_later_one_was_accepted_is_the_newest(lender: Any) -> None:
    """Monday is refused, Tuesday accepted; then Monday comes again as it should have been, and is newer than Tuesday.

    A file of Tuesday that changes after its acceptance is not looked at again.
    """
    lender.deliver("monday", range(5), only="application", application_test=without_credit)
    lender.deliver("tuesday", range(3, 8), only="application")
    first = lender.intake()
    assert (accepted(first), [name for name, _ in first.refused]) == ([("tuesday", 2)], ["monday"])
    lender.landing.remove("monday")
    lender.deliver("monday", range(5), only="application")
    lender.landing.write(b"SK_ID_CURR\n", "tuesday", "application_test.csv")
    again = lender.intake()
    assert (accepted(again), again.refused, again.known) == ([("monday", 3)], (), ("tuesday",))
    assert [delivered.name for delivered in lender.ledger.accepted()] == ["tuesday", "monday"]
    by_seq = dict(lender.rows("application").group_by("seq").len().iter_rows())
    assert by_seq == {2: 5, 3: 5}


@pytest.mark.parametrize(
    ("of", "commit"), [(intake_run, "append_all"), (appending.Appends, "client_deliveries")], ids=["first", "last"]
)
def test_a_run_that_outlives_its_claim_changes_nothing_more(
    lender: Any, monkeypatch: pytest.MonkeyPatch, of: Any, commit: str
) -> None:
    """It stops at a commit until another run, hours later, has taken its claim over and finished; then it goes on."""
    lender.deliver("monday", range(12), only="bureau")
    committing = getattr(of, commit)
    after: list[Any] = []

    def sleepy(*arguments: Any, **more: Any) -> None:
        if not after:
            after.append(None)
            lender.now += timedelta(hours=3)
            after[0] = (accepted(lender.intake()), contents(lender))
        committing(*arguments, **more)

    monkeypatch.setattr(of, commit, sleepy)
    with suppress(Exception):  # what it had staged may be gone: the other run is done with it
        lender.intake()
    assert after == [([("monday", 1)], contents(lender))]
    events = [event.event for event in lender.ledger.events() if event.event in ("accepted", "refused")]
    assert events == ["accepted"]
    assert staged(lender) == []


def test_what_was_refused_before_a_run_died_is_not_judged_again(lender: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies between its refusals and its acceptances, and leaves no copy of the clients' rows. Then Monday, which was
    refused, is cleared away by the lender: it stays refused for what was wrong with it, and Tuesday is accepted."""
    lender.deliver("monday", range(5), only="application", application_test=without_credit)
    lender.deliver("tuesday", range(5, 9), only="application")
    dies_at(monkeypatch, Ledger, "record_all", call=2)
    with pytest.raises(KeyboardInterrupt):
        lender.intake()
    assert staged(lender) == []
    lender.landing.remove("monday")
    lender.now += timedelta(hours=3)
    assert accepted(lender.intake()) == [("tuesday", 2)]
    judged = [(e.event, e.delivery) for e in lender.ledger.events() if e.event in ("accepted", "refused")]
    assert judged == [("refused", "monday"), ("accepted", "tuesday")]
    refusal = next(event.message for event in lender.ledger.events() if event.event == "refused")
    assert "AMT_CREDIT" in refusal
    assert lender.rows("application").height == 4
