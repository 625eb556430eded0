"""Rows of the bureau table: the client's credits at other lenders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.draws import (
    Bools,
    Floats,
    Ints,
    assemble,
    chance,
    levels,
    named,
    rows_of,
    skewed_counts,
    unless,
)
from credit_scoring.synthetic.people import People
from credit_scoring.synthetic.traits import FIRST_ID, Traits

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

MOST_CREDITS = 60
"""A client has at most this many credits elsewhere; ids leave room for 64."""
_FIRST_CREDIT = 5_000_000
_IDS_PER_CLIENT = 64
_ORPHANS = 0.003
"""Share of the credits whose months are in bureau_balance, but that bureau itself has lost."""

# Type -> share, usual amount, usual agreed duration in days.
_TYPES: dict[str, tuple[float, float, float]] = {
    "Consumer credit": (0.729, 110_000, 420),
    "Credit card": (0.234, 110_000, 1_500),
    "Car loan": (0.016, 600_000, 1_800),
    "Mortgage": (0.0107, 1_900_000, 5_000),
    "Microloan": (0.0072, 18_000, 60),
    "Loan for business development": (0.0012, 1_500_000, 900),
    "Another type of loan": (0.0006, 200_000, 700),
    "Unknown type of loan": (0.0003, 150_000, 700),
    "Loan for working capital replenishment": (0.0003, 1_200_000, 700),
    "Cash loan (non-earmarked)": (0.0001, 150_000, 700),
    "Real estate loan": (0.0001, 1_500_000, 4_000),
}
_CARD = list(_TYPES).index("Credit card")
_CURRENCIES = {"currency 1": 0.9992, "currency 2": 0.0007, "currency 3": 0.0001}
_STATES = ("Closed", "Active", "Sold", "Bad debt")


CLIENT_OF_CREDIT = (pl.col("SK_ID_BUREAU") - _FIRST_CREDIT) // _IDS_PER_CLIENT + FIRST_ID
"""Whose credit it is: in bureau_balance nothing else tells, for some credits are in no bureau row."""


@dataclass(frozen=True)
class Credits:
    """Credits elsewhere, as bureau_balance needs them: `owner` is the position of the client in the block.

    `opened` and `ended` are days from the application (negative: before); `ended` is NaN while the credit runs.
    """

    credit: Ints
    owner: Ints
    opened: Ints
    ended: Floats


def generate(block: Block) -> pl.DataFrame:
    """The credits at other lenders of a block of clients."""
    rows, _ = block.bureau
    return rows


def draw(rng: np.random.Generator, traits: Traits, people: People) -> tuple[pl.DataFrame, Credits]:
    """The bureau rows of a block of clients, and all their credits (the lost ones too)."""
    counts = 1 + skewed_counts(rng, 4.7 * np.exp(0.12 * traits.indebtedness), 1.6, MOST_CREDITS - 1)
    rows = rows_of(np.where(people.in_bureau, counts, 0))
    size, owner = len(rows), rows.owner
    debt_trait, punctuality = traits.indebtedness[owner], traits.punctuality[owner]

    kind = levels(rng, {name: share for name, (share, _, _) in _TYPES.items()}, size)
    usual_amount, usual_days = (np.array([row[i] for row in _TYPES.values()])[kind] for i in (1, 2))
    is_card = kind == _CARD
    opened = -np.floor(1 + (people.memory[owner] - 1) * rng.beta(1.1, 1.75 + 0.2 * chance(debt_trait)))
    agreed = np.ceil(usual_days * np.exp(0.55 * rng.standard_normal(size)))
    kept = agreed * np.where(rng.random(size) < 0.45, 1.0, rng.beta(2.5, 1.2, size)) * np.exp(0.12 * debt_trait)
    ended = np.floor(opened + kept)
    closed: Bools = ended < 0
    sold = ~closed & (rng.random(size) < 0.01 * np.exp(-0.6 * punctuality))
    state = np.where(closed, 0, np.where(sold, np.where(rng.random(size) < 0.01, 3, 2), 1))

    income = people.income[owner]
    amount = usual_amount * (income / 150_000) ** 0.5 * np.exp(0.1 * debt_trait + 0.85 * rng.standard_normal(size))
    amount = np.where(rng.random(size) < 0.5, np.round(amount / 4_500) * 4_500, np.round(amount, 2))
    used = np.where(
        is_card,
        chance(-0.6 + 1.1 * debt_trait + 0.9 * rng.standard_normal(size)),
        np.clip(1 + opened / kept, 0, 1) * np.exp(0.15 * debt_trait),
    )
    debt = np.where(closed, 0.0, np.round(amount * np.minimum(used, 1.2), 2))
    overpaid = ~closed & (rng.random(size) < 0.01)
    debt = np.where(overpaid, -np.round(rng.exponential(900, size), 2), debt)
    late = ~closed & (rng.random(size) < np.minimum(0.006 * np.exp(-1.0 * punctuality), 0.5))
    was_late = rng.random(size) < chance(-1.9 - 0.9 * punctuality)
    overdue_once = np.round(np.where(was_late, 0.04 * amount * rng.exponential(1.0, size), 0), 2)

    agreed_end = opened + np.where(is_card & (rng.random(size) < 0.06), 31_000, agreed)
    updated = np.where(closed, np.maximum(ended, opened), opened)
    updated = np.floor(updated * np.where(closed, rng.random(size) ** 0.3, np.minimum(rng.exponential(0.03, size), 1)))
    credit = _FIRST_CREDIT + (traits.client[owner] - FIRST_ID) * _IDS_PER_CLIENT + rows.number
    no_annuity = rng.random(size)
    cells: dict[str, Floats | Ints | Bools | pl.Series] = {
        CLIENT: traits.client[owner],
        "SK_ID_BUREAU": credit,
        "CREDIT_ACTIVE": named(state, _STATES),
        "CREDIT_CURRENCY": named(levels(rng, _CURRENCIES, size), list(_CURRENCIES)),
        "DAYS_CREDIT": opened,
        "CREDIT_DAY_OVERDUE": np.where(late, np.ceil(rng.exponential(25, size)), 0),
        "DAYS_CREDIT_ENDDATE": unless(rng.random(size) < np.where(is_card, 0.2, 0.02), agreed_end),
        "DAYS_ENDDATE_FACT": unless(~closed, ended),
        "AMT_CREDIT_MAX_OVERDUE": unless(rng.random(size) < 0.65, overdue_once),
        "CNT_CREDIT_PROLONG": np.where(rng.random(size) < 0.005, rng.poisson(0.3, size) + 1, 0),
        "AMT_CREDIT_SUM": amount,
        "AMT_CREDIT_SUM_DEBT": unless(rng.random(size) < np.where(closed, 0.18, 0.1), debt),
        "AMT_CREDIT_SUM_LIMIT": unless(
            rng.random(size) < 0.34, np.where(is_card & ~closed, np.round(amount - debt, 2).clip(0), 0)
        ),
        "AMT_CREDIT_SUM_OVERDUE": np.where(late, np.round(0.03 * amount * rng.random(size), 2), 0),
        "CREDIT_TYPE": named(kind, list(_TYPES)),
        "DAYS_CREDIT_UPDATE": updated,
        "AMT_ANNUITY": unless(
            no_annuity < 0.66, np.where(no_annuity < 0.86, 0, np.round(1.15 * amount / np.maximum(agreed / 30, 1), 2))
        ),
    }
    lost = rng.random(size) < _ORPHANS
    credits = Credits(credit, owner, opened.astype(np.int64), unless(~closed, ended))
    return assemble(BUREAU, cells).filter(~lost), credits
