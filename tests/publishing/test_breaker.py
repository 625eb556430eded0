"""The breaker: which deliveries it holds, and that a held one is published when it is let through, and not before."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import polars as pl
import pytest

from credit_scoring.errors import UsageError
from credit_scoring.ledger.events import Delivered, FileAccount, LedgerEvent
from credit_scoring.publishing import latest
from credit_scoring.publishing.breaker import clear, judge, nothing_to_score, score_shift
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.scoring import history
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.settings import BreakerSettings

START = datetime(2024, 5, 1, 10, 30, tzinfo=UTC)
LIMITS = BreakerSettings(
    max_quarantined_share=0.1, max_undecided_share=0.05, min_records_ratio=0.5, max_records_ratio=2, min_deliveries=3
)


def happened(event: str, seq: int, **more: object) -> LedgerEvent:
    return LedgerEvent(event, f"d{seq}", seq, START, "run", "claim", 1, "score", **more)


def accepted(seq: int, records: int, quarantined: int = 0, table: str = "bureau", **more: object) -> LedgerEvent:
    return brought(seq, {table: (records, quarantined)}, **more)


def brought(seq: int, files: dict[str, tuple[int, int]], **more: object) -> LedgerEvent:
    """An accepted delivery with a file a table: (records, quarantined)."""
    counts = [
        FileAccount(f"{table}.csv", table, 1, "", records, records - bad, 0, bad, 0)
        for table, (records, bad) in files.items()
    ]
    return happened("accepted", seq, files=tuple(counts), **more)


def held(*events: LedgerEvent, limits: BreakerSettings = LIMITS) -> dict[str, str]:
    """What is held of the last delivery, of whom nothing was published before."""
    return {each.name: why for each, why in judge(None, events, [events[-1].delivered], 1, limits).items()}


def test_the_share_of_each_historys_records_in_quarantine_keeps_its_limit() -> None:
    """A spoilt table is not hidden by a large one that is sound."""
    sound = {"installments_payments": (10_000, 0), "pos_cash_balance": (0, 0)}
    assert held(brought(1, {**sound, "bureau": (100, 10)})) == {}
    why = held(brought(1, {**sound, "bureau": (100, 11), "credit_card_balance": (3, 3)}))["d1"]
    assert why == (
        "11.0% of its 100 records of bureau and 100.0% of its 3 records of credit_card_balance are in quarantine, the "
        "limit is 10.0% (breaker.max_quarantined_share)"
    )


def test_the_files_of_a_table_count_together() -> None:
    files = tuple(FileAccount(f"{bad}.csv", "bureau", 1, "", 50, 50 - bad, 0, bad, 0) for bad in (0, 10))
    assert held(happened("accepted", 1, files=files)) == {}


def test_the_share_of_applications_without_a_decision_keeps_its_limit() -> None:
    sound = {"bureau": (10_000, 0)}
    assert held(brought(1, {**sound, "application": (20, 1)})) == {}
    why = held(brought(1, {**sound, "application": (20, 2)}))["d1"]
    assert why == (
        "10.0% of its 20 applications are in quarantine, so that their clients get no decision, the limit is 5.0% "
        "(breaker.max_undecided_share)"
    )


def test_a_delivery_of_whose_applications_none_is_usable_is_held_whatever_the_limits_are() -> None:
    loose = BreakerSettings(max_quarantined_share=1, max_undecided_share=1)
    spoilt = brought(1, {"application": (6, 6), "bureau": (30, 0)})
    assert "There is nothing to score: all of its 6 applications are in quarantine" in held(spoilt, limits=loose)["d1"]
    assert nothing_to_score([spoilt], 1)
    assert not nothing_to_score([brought(1, {"application": (6, 5)})], 1)
    assert not nothing_to_score([brought(1, {"application": (0, 0), "bureau": (3, 3)})], 1)
    assert held(brought(1, {"application": (6, 5)}), limits=loose) == {}


FULL = {"application": (9, 0), "bureau": (9, 0), "bureau_balance": (9, 0)}
LACKING = {"application": (9, 0), "bureau_balance": (9, 0)}


def test_a_history_that_all_deliveries_before_it_brought_is_missed() -> None:
    before = [brought(1, FULL), brought(2, {**FULL, "pos_cash_balance": (9, 0)}), brought(3, {"outcomes": (9, 0)})]
    why = held(*before, brought(4, LACKING))["d4"]
    assert "it brings applications and no bureau, which all deliveries before it brought" in why
    assert held(*before, brought(4, FULL)) == {}, "another history is not usual"
    assert held(*before, brought(4, {"bureau_balance": (18, 0)})) == {}, "no application, no client to decide on"
    assert held(*before, brought(4, LACKING, without=("bureau",))) == {}
    assert held(*before, brought(4, {**FULL, "bureau": (0, 0)})) == {}, (
        "a file without records says that there are none"
    )
    assert held(*before, brought(4, LACKING), limits=LIMITS.model_copy(update={"expect_histories": False})) == {}


def test_what_is_usual_is_told_by_deliveries_of_applications_that_stand() -> None:
    told = brought(2, LACKING, without=("bureau",))
    assert "no bureau," in held(brought(1, FULL), told, brought(3, LACKING))["d3"], "once said is not usual"
    gone = happened("withdrawn", 1)
    assert held(brought(1, LACKING), gone, brought(2, FULL), brought(3, LACKING)).keys() == {"d3"}
    assert held(brought(1, FULL), brought(2, LACKING, origins=(1,)), brought(3, FULL)) == {}
    assert held(brought(1, FULL)) == {}, "the first"


@pytest.mark.parametrize(
    ("records", "said"),
    [(49, "0.49 times .* limit is 0.5 .breaker.min_records_ratio"), (201, "limit is 2 .breaker.max_records_ratio")],
)
def test_records_are_held_against_the_median_of_the_deliveries_before(records: int, said: str) -> None:
    before = [accepted(1, 90), accepted(2, 100), accepted(3, 5_000)]
    assert held(*before, accepted(4, 50)) == held(*before, accepted(4, 200)) == {}
    assert re.search(said, held(*before, accepted(4, records))["d4"])
    assert held(*before[1:], accepted(4, records)) == {}, "too few deliveries to know what is usual"


def test_what_an_operator_made_or_let_through_is_not_judged() -> None:
    assert held(accepted(2, 100, 90, origins=(1,))) == {}
    cleared = happened("cleared", 1, model_version=1)
    assert judge(None, [accepted(1, 100, 90), cleared], [Delivered("d1", 1)], 1, LIMITS) == {}


def test_the_shift_of_scores_by_hand() -> None:
    """Ten scores of ten clients each are ten bins; 20 clients, all on the lowest score, are in one."""
    expected = dict.fromkeys(range(500, 600, 10), 10)
    found = score_shift(expected, {495: 20})
    empty = 9 * (1e-4 - 0.1) * math.log(1e-4 / 0.1)
    assert found.psi == pytest.approx((1 - 0.1) * math.log(1 / 0.1) + empty)
    assert score_shift(expected, expected).psi == 0
    assert found.chance == pytest.approx(9 * (1 / 100 + 1 / 20))


def test_a_held_delivery_is_published_when_it_is_let_through(open_office, tmp_path) -> None:
    """Both deliveries have 3 of 100 records in quarantine. Another champion does not score what was held again."""
    office = open_office(tmp_path)
    limits = BreakerSettings(max_undecided_share=0.01)
    first = office.run("run-1", limits=limits)
    assert (first.published, [each.delivery for each in first.held], first.page) == ((), ["d1", "d2"], None)
    assert (
        "3.0% of its 200 applications are in quarantine, so that their clients get no decision, the limit is 1.0%"
        in first.held[0].why
    )
    assert not office.published.exists()
    assert office.rows(latest.TABLE) == []
    rows = office.rows(history.TABLE)

    again = office.run("run-2", after_minutes=5, limits=limits)
    assert (again.published, again.held) == ((), first.held)
    assert again.latest == ("d2", START)
    with pytest.raises(UsageError, match=r"d7 is not held.*Held now: d1, d2"):
        clear(office.context("run-3"), "d7", "why not")

    office.champion = 2
    for _ in range(2):  # a command that was killed after it had recorded the reason is finished by the same command
        assert clear(office.context("run-3"), "d1", "checked with the lender") == 1
    done = office.run("run-3", after_minutes=5, limits=limits, only="d1", model_version=1)
    assert [(each.delivery, each.model_version) for each in done.published] == [("d1", 1)]
    assert [each.delivery for each in done.held] == ["d2"]
    assert office.csv("d1").count("\n") == 12
    assert office.rows(history.TABLE) == rows
    assert {row["delivery"] for row in office.rows(latest.TABLE)} == {"d1"}
    notes = [event for event in office.ledger.events() if event.event == "cleared"]
    assert [(event.delivery, event.message) for event in notes] == [("d1", "checked with the lender")]
    with pytest.raises(UsageError, match="d1 is not held"):
        clear(office.context("run-4"), "d1", "again")


def test_scores_are_held_against_those_before_by_the_same_model(engine) -> None:
    """d1 gave 500 to 519, d2 gives 800 to each of ten clients; by another model there is nothing to compare with."""
    history.create(engine)
    given = [(client, 1, 500 + client) for client in range(20)] + [(client, 2, 800) for client in range(10)]
    lines = [
        {"delivery": f"d{seq}", "client_id": client, "seq": seq, "score": score, "model_version": 1}
        for client, seq, score in given
    ]
    engine.append(history.TABLE, pl.DataFrame(lines, polars_schema(SCORE_HISTORY.types())), "test")
    before = happened("published", 1, model_version=1)

    def judged(version: int, **limits: float) -> dict[Delivered, str]:
        events = [accepted(1, 100), before, accepted(2, 100)]
        return judge(engine, events, [Delivered("d2", 2)], version, BreakerSettings(**{"min_clients": 10, **limits}))

    (why,) = judged(1).values()
    assert re.search(r"PSI of its scores against those of the 1 deliveries .* limit is 0.25 above .*max_score_psi", why)
    assert judged(1, min_clients=11) == judged(1, max_score_psi=20) == judged(2) == {}
