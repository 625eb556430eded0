"""Rows of the credit_card_balance table: the months of the client's cards at this lender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.draws import Floats, Ints, Rows, assemble, chance, levels, named, rows_of, unless
from credit_scoring.synthetic.previous_application import Loans
from credit_scoring.synthetic.repayment import delays
from credit_scoring.synthetic.traits import Traits

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_MEMORY = 96
_DAYS_A_MONTH = 30.4
_LIMITS = {"45000": 0.2, "90000": 0.16, "135000": 0.17, "180000": 0.2, "225000": 0.1, "270000": 0.1, "450000": 0.07}
_UNUSED = 0.36
"""Share of the cards that are never drawn on."""
_UNREPORTED = 0.22
"""Share of the cards that are never drawn on and whose drawings are missing, not nothing."""
_LEAST_INSTALMENT = 0.05
_STATES = ("Active", "Completed", "Signed")


@dataclass(frozen=True)
class CardDues:
    """Least instalments that fell due on cards, as installments_payments shows them; `paid` is NaN: not yet."""

    loan: Ints
    client: Ints
    number: Ints
    due: Ints
    paid: Floats
    amount: Floats
    payment: Floats


def generate(block: Block) -> pl.DataFrame:
    """The months of the cards of a block of clients."""
    rows, _ = block.cards
    return rows


def draw(rng: np.random.Generator, traits: Traits, cards: Loans) -> tuple[pl.DataFrame, CardDues]:
    """The months of a block's cards, oldest first, and the least instalments that fell due."""
    age = np.minimum(np.floor(-cards.decided / _DAYS_A_MONTH), _MEMORY).astype(np.int64)
    rows = rows_of(np.maximum(age, 1))
    size, card = len(rows), rows.owner
    owner = cards.owner[card]
    month = rows.number - rows.counts[card]
    limit = _limits(rng, rows, len(cards))
    drawn_on = rng.random(len(cards))
    unused, unreported = (drawn_on < _UNUSED)[card], (drawn_on < _UNREPORTED)[card]
    use = _use(rng, traits, cards, rows)
    balance = np.round(np.where(unused, 0.0, use * limit), 2)
    before = np.where(rows.number == 0, 0.0, np.roll(balance, 1))

    least = np.where(before > 0, np.maximum(np.round(_LEAST_INSTALMENT * before, 2), 225.0), 0.0)
    usual = least * (1 + rng.exponential(0.6, size) * np.exp(0.2 * traits.ability[owner]))
    drawn = np.round(np.maximum(balance - before + usual, 0), 2)
    payment = np.round(np.maximum(before - balance + drawn, 0), 2)
    at_machines = np.where(rng.random(size) < 0.6, 1.0, np.round(rng.random(size), 1))
    atm = np.round(drawn * at_machines / 450) * 450
    atm = np.where(atm > drawn, 0.0, atm)
    other = np.where((drawn > atm) & (rng.random(size) < 0.01), np.round((drawn - atm) / 2, 2), 0.0)
    goods = np.round(drawn - atm - other, 2)
    atm_count = np.where(atm > 0, 1 + rng.poisson(0.8, size), 0)
    other_count = (other > 0).astype(np.int64)
    goods_count = np.where(goods > 0, 1 + rng.poisson(3.0, size), 0)

    delay = delays(rng, traits.punctuality[owner] + 0.7)
    delay = np.where(least > 0, delay, 0)
    past_due = np.minimum(np.maximum(delay, 0), -30.0 * month)
    paid_too_much = (balance == 0) & (rng.random(size) < 0.05)
    owed = np.where(paid_too_much, -np.round(rng.exponential(400, size), 2), balance)
    matured = np.cumsum(least > 0)
    matured = matured - np.repeat((matured - (least > 0))[rows.first()], rows.counts)
    closed = (rng.random(len(cards)) < 0.08)[card] & (month > -6) & (balance == 0)
    state = np.where(closed, 1, np.where((rows.number == 0) & (rng.random(size) < 0.1), 2, 0))
    no_least = rng.random(size) < 0.07
    frame = assemble(
        CREDIT_CARD_BALANCE,
        {
            "SK_ID_PREV": cards.loan[card],
            CLIENT: traits.client[owner],
            "MONTHS_BALANCE": month,
            "AMT_BALANCE": balance,
            "AMT_CREDIT_LIMIT_ACTUAL": limit,
            "AMT_DRAWINGS_ATM_CURRENT": unless(unreported, atm),
            "AMT_DRAWINGS_CURRENT": drawn,
            "AMT_DRAWINGS_OTHER_CURRENT": unless(unreported, other),
            "AMT_DRAWINGS_POS_CURRENT": unless(unreported, goods),
            "AMT_INST_MIN_REGULARITY": unless(no_least, least),
            "AMT_PAYMENT_CURRENT": unless(unreported, payment),
            "AMT_PAYMENT_TOTAL_CURRENT": payment,
            "AMT_RECEIVABLE_PRINCIPAL": np.round(np.maximum(owed, 0) * 0.96, 2),
            "AMT_RECIVABLE": owed,
            "AMT_TOTAL_RECEIVABLE": owed,
            "CNT_DRAWINGS_ATM_CURRENT": unless(unreported, atm_count),
            "CNT_DRAWINGS_CURRENT": atm_count + other_count + goods_count,
            "CNT_DRAWINGS_OTHER_CURRENT": unless(unreported, other_count),
            "CNT_DRAWINGS_POS_CURRENT": unless(unreported, goods_count),
            "CNT_INSTALMENT_MATURE_CUM": unless(no_least, matured),
            "NAME_CONTRACT_STATUS": named(state, _STATES),
            "SK_DPD": past_due,
            "SK_DPD_DEF": np.where(rng.random(size) < 0.6, 0, past_due),
        },
    )
    due = np.floor(_DAYS_A_MONTH * month + 10).astype(np.int64)
    paid = np.where(due + delay > -1, np.nan, due + delay)
    owing = least > 0
    dues = CardDues(
        loan=cards.loan[card][owing],
        client=traits.client[owner][owing],
        number=matured[owing],
        due=due[owing],
        paid=paid[owing],
        amount=least[owing],
        payment=np.maximum(payment, least)[owing],
    )
    return frame, dues


def _limits(rng: np.random.Generator, rows: Rows, count: int) -> Floats:
    """The limit of each month: it rises once for two cards in five."""
    limit = np.array([float(value) for value in _LIMITS])[levels(rng, _LIMITS, count)]
    raised_from = np.where(rng.random(count) < 0.4, np.floor(6 + 40 * rng.random(count)), _MEMORY + 1)
    limits: Floats = limit[rows.owner] * np.where(rows.number >= raised_from[rows.owner], 1.5, 1.0)
    return limits


def _use(rng: np.random.Generator, traits: Traits, cards: Loans, rows: Rows) -> Floats:
    """Share of the limit in use: a level by indebtedness, a drift, and months where the card is paid off."""
    debt = traits.indebtedness[cards.owner]
    level = -0.5 + 1.1 * debt - 0.3 * traits.ability[cards.owner] + 0.8 * rng.standard_normal(len(cards))
    drift = 0.5 * debt + 0.6 * rng.standard_normal(len(cards))
    progress = rows.number / np.maximum(rows.counts[rows.owner] - 1, 1) - 0.5
    use = chance(level[rows.owner] + drift[rows.owner] * progress + 0.35 * rng.standard_normal(len(rows)))
    paid_off = rng.random(len(rows)) < chance(-1.3 - 0.9 * level)[rows.owner]
    return np.where(paid_off | (use < 0.03), 0.0, 1.08 * use)
