"""Whose balances are, after a delivery was withdrawn, is what it would be without that delivery."""

from __future__ import annotations

from credit_scoring.intake.balances import changes_without, settle

PLACE = ("SK_ID_BUREAU", "MONTHS_BALANCE", "seq", "file", "SK_ID_CURR")


def balance(credit: int, seq: int, client: int | None, file: str = "balances.csv") -> dict[str, object]:
    return {"SK_ID_BUREAU": credit, "MONTHS_BALANCE": -1, "STATUS": "C", "SK_ID_CURR": client, "file": file}


def test_clients_and_adopted_balances_follow_from_what_is_left(tables, stored_lender) -> None:
    """Credit  1                    2 (withdrawn)              3                        4

    10      balances wait        bureau: client 7, adopts   balances, client 7       bureau: client 8
    20      -                    balances wait              bureau: client 9, adopts -
    30      bureau: client 5     bureau: client 6           balances, client 6       -
    40      bureau, balances: 4  -                          -                        -
    """
    bureau = lambda credit, client: {"SK_ID_BUREAU": credit, "SK_ID_CURR": client, "file": "bureau.csv"}  # noqa: E731
    stored = {
        1: ([bureau(30, 5), bureau(40, 4)], [balance(10, 1, None), balance(40, 1, 4)]),
        2: ([bureau(10, 7), bureau(30, 6)], [balance(20, 2, None), balance(10, 2, 7, "1/balances.csv")]),
        3: ([bureau(20, 9)], [balance(10, 3, 7), balance(30, 3, 6), balance(20, 3, 9, "2/balances.csv")]),
        4: ([bureau(10, 8)], []),
    }
    for seq, (credits, balances) in stored.items():
        stored_lender.deliver(seq, {"bureau": credits, "bureau_balance": balances})

    def held() -> set[tuple[object, ...]]:
        rows = tables.read("bureau_balance").where("seq <> 2").select("SK_ID_BUREAU", "seq", "file", "SK_ID_CURR")
        return {tuple(row) for row in rows.collect()}

    changes = changes_without(tables, [2], [1, 3, 4])
    assert {(row["SK_ID_BUREAU"], row["gone"]) for row in changes.collect()} == {(10, False), (20, True), (30, False)}
    settle(tables, changes)
    assert held() == {
        (10, 1, "balances.csv", None), (40, 1, "balances.csv", 4),
        (10, 3, "balances.csv", None), (30, 3, "balances.csv", 5),
        (10, 4, "3/balances.csv", 8),
    }  # fmt: skip
    assert changes_without(tables, [2], [1, 3, 4]).isEmpty()
