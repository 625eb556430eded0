"""Withdrawing where balances wait for their client: whom it touches, and what an earlier release stored of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from credit_scoring.clients.waiting_balances import FROM, waiting_of
from credit_scoring.intake.quarantine import QUARANTINED
from credit_scoring.operations.withdraw import withdraw
from credit_scoring.schema.table import CLIENT
from operations.conftest import Shop, frame, rows

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
CREDIT = "SK_ID_BUREAU"


def bureau(credit: int, client: int) -> dict[str, object]:
    return {CREDIT: credit, CLIENT: client}


def balance(credit: int, client: int | None = None, **place: object) -> dict[str, object]:
    return {CREDIT: credit, CLIENT: client, "MONTHS_BALANCE": -1, "STATUS": "0", **place}


def touched(shop: Shop, delivery: str) -> set[int]:
    """Whom its withdrawal touches."""
    withdraw(shop.context, delivery, "why")
    again = shop.context.ledger.accepted()[-1]
    assert again.name == f"withdrawal~{delivery}"
    return {row["client_id"] for row in rows(shop.engine, "client_deliveries", seq=again.seq)}


@pytest.mark.parametrize(("delivery", "clients"), [("d1", {1, 7, 8, 9}), ("d2", {7, 9}), ("d3", {8})])
def test_whose_waiting_balances_change_is_touched(engine_at, lender_at, tmp_path: Path, delivery, clients) -> None:
    """d1: client 1, and balances of credits 30 and 40 that wait, the latter quarantined. d2: 30 is client 7's, 40 is
    client 9's. d3: 30 is client 8's."""
    lender = lender_at(tmp_path / "tables")
    lender.deliver(1, {"application": [{CLIENT: 1}], "bureau_balance": [balance(30)]}, waiting=[40])
    lender.deliver(2, {"bureau": [bureau(30, 7), bureau(40, 9)]})
    lender.deliver(3, {"bureau": [bureau(30, 8)]})
    shop = Shop.at(engine_at(tmp_path / "tables"), NOW)
    shop.record({seq: {"accepted": NOW} for seq in (1, 2, 3)})
    stored = {name: frame(shop.engine, name).rows() for name in ("bureau_balance", "quarantine")}
    assert touched(shop, delivery) == clients
    assert {name: frame(shop.engine, name).rows() for name in stored} == stored, "nothing is written but who is touched"


def test_what_an_earlier_release_stored_for_a_withdrawn_delivery_goes(engine_at, lender_at, tmp_path: Path) -> None:
    """d1: a balance of credit 30, and a quarantined one of 40. d2: 30 is client 7's, 31 and 40 are client 9's; the two
    balances were stored again. d3: a balance of 31, stored as client 9's, and one of 32 with its bureau row.

    Without d2 the balance of 31 is nobody's; without d1 the copies in d2 are gone.
    """
    lender = lender_at(tmp_path / "tables")
    lender.deliver(1, {"application": [{CLIENT: 1}], "bureau_balance": [balance(30)]}, waiting=[40])
    copy = balance(30, 7, file="1/bureau_balance.csv")
    lender.deliver(2, {"bureau": [bureau(30, 7), bureau(31, 9), bureau(40, 9)], "bureau_balance": [copy]})
    bad_copy = {"seq": [2], "table": ["bureau_balance"], "client_id": [9], "file": ["1/b.csv"], "record": [1]}
    lender.deliver(3, {"bureau": [bureau(32, 6)], "bureau_balance": [balance(31, 9), balance(32, 6)]})
    lender.deliver(4, {"bureau": [bureau(33, 5)]})
    shop = Shop.at(engine_at(tmp_path / "tables"), NOW)
    shop.hold(QUARANTINED, **bad_copy)
    shop.record({seq: {"accepted": NOW} for seq in (1, 2, 3, 4)})
    engine = shop.engine

    def balances() -> list[tuple[object, ...]]:
        return sorted(frame(engine, "bureau_balance").select("seq", CREDIT, CLIENT, "file").rows(), key=str)

    kept = (1, 30, None, "bureau_balance.csv"), (3, 32, 6, "bureau_balance.csv")
    assert touched(shop, "d1") == {1, 7, 9}
    assert balances() == [kept[0], (3, 31, 9, "bureau_balance.csv"), kept[1]]
    assert rows(engine, "quarantine", seq=2) == []
    assert touched(shop, "d2") == {7, 9}
    assert balances() == [kept[0], (3, 31, None, "bureau_balance.csv"), kept[1]]
    assert waiting_of(engine, [3, 4]).owned.is_empty()

    lender.deliver(9, {"bureau": [bureau(31, 2)]})
    assert waiting_of(engine, [3, 4, 9]).owned.select(CREDIT, CLIENT, FROM).rows() == [(31, 2, 9)]


def test_clients_of_balances_follow_from_what_is_left(engine_at, lender_at, tmp_path: Path) -> None:
    """As an earlier release stored them; afterwards each balance without a client has that of today's rule.

    Credit  1                    2 (withdrawn)              3                        4

    10      balances wait        bureau: client 7, adopts   balances, client 7       bureau: client 8
    20      -                    balances wait              bureau: client 9, adopts -
    30      bureau: client 5     bureau: client 6           balances, client 6       -
    40      bureau, balances: 4  -                          -                        -
    """
    stored = {
        1: ([bureau(30, 5), bureau(40, 4)], [balance(10), balance(40, 4)]),
        2: ([bureau(10, 7), bureau(30, 6)], [balance(20), balance(10, 7, file="1/bureau_balance.csv")]),
        3: ([bureau(20, 9)], [balance(10, 7), balance(30, 6), balance(20, 9, file="2/bureau_balance.csv")]),
        4: ([bureau(10, 8)], []),
    }
    lender, shop = lender_at(tmp_path / "tables"), Shop.at(engine_at(tmp_path / "tables"), NOW)
    for seq, (credits, balances) in stored.items():
        lender.deliver(seq, {"bureau": credits, "bureau_balance": balances})
    shop.record({seq: {"accepted": NOW} for seq in stored})
    assert touched(shop, "d2") == {6, 7, 8, 9, 5}
    held = frame(shop.engine, "bureau_balance").filter(pl.col("seq") != 2).select(CREDIT, "seq", CLIENT)
    assert sorted(held.rows(), key=str) == [(10, 1, None), (10, 3, None), (30, 3, None), (40, 1, 4)]
    owned = waiting_of(shop.engine, [1, 3, 4]).owned.select(CREDIT, "seq", CLIENT, FROM)
    assert sorted(owned.rows()) == [(10, 3, 8, 4), (30, 3, 5, 3)]
