"""Whose the balances are that came without a client, by the deliveries whose rows are visible."""

from __future__ import annotations

import polars as pl

from credit_scoring.clients.waiting_balances import owned, waiting_of

BUREAU = {
    1: [(30, 5)],
    2: [(10, 7), (30, 6)],
    3: [(20, 9)],
    4: [(10, 8)],
}
"""seq -> (credit, client)."""
BALANCES = {1: [10], 2: [20], 3: [10, 30]}
"""seq -> credits whose balances came without a client."""


def owners(stored_lender, engine, visible: list[int]) -> set[tuple[int, int, int, int]]:
    """credit, seq, client, known from."""
    for seq in (1, 2, 3, 4):
        bureau = [{"SK_ID_BUREAU": credit, "SK_ID_CURR": client} for credit, client in BUREAU[seq]]
        balances = [
            {"SK_ID_BUREAU": credit, "MONTHS_BALANCE": -1, "STATUS": "C", "SK_ID_CURR": None}
            for credit in BALANCES.get(seq, [])
        ]
        stored_lender.deliver(seq, {"bureau": bureau, "bureau_balance": balances})
    return set(waiting_of(engine, visible).owned.iter_rows())


def test_balances_belong_to_the_credit_s_client_from_the_delivery_that_tells_it(stored_lender, engine) -> None:
    assert owners(stored_lender, engine, [1, 2, 3, 4]) == {
        (10, 1, 7, 2),  # delivery 2 brought the bureau row; 4 brings another, but newer balances came with 3
        (20, 2, 9, 3),
        (10, 3, 7, 3),  # told before they came
        (30, 3, 6, 3),  # by the latest of two bureau rows
    }


def test_without_a_withdrawn_delivery_they_are_what_they_would_be_had_it_not_come(stored_lender, engine) -> None:
    assert owners(stored_lender, engine, [1, 3, 4]) == {
        (10, 3, 8, 4),  # those of delivery 1 were overtaken by these
        (30, 3, 5, 3),
    }


def test_two_clients_who_share_a_credit_have_it_from_their_deliveries_on() -> None:
    credit = pl.DataFrame({"SK_ID_BUREAU": [1], "seq": [1]})
    told = pl.DataFrame({"SK_ID_BUREAU": [1, 1], "SK_ID_CURR": [7, 8], "seq": [2, 5]})
    assert set(owned(credit, credit, told).owned.iter_rows()) == {(1, 1, 7, 2), (1, 1, 8, 5)}
