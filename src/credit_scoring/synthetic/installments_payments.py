"""Rows of the installments_payments table: the payments of loans and cards, an instalment in parts now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.draws import Floats, Ints, assemble, chance, rows_of

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_IN_PARTS = 0.006
"""Share of the instalments paid in two parts: about 1 % of the rows then share their instalment with another."""


def generate(block: Block) -> pl.DataFrame:
    """Client by client the payments of the loans' instalments, then those of the cards."""
    rng, traits, schedule = block.rng(INSTALLMENTS_PAYMENTS.name), block.traits, block.repayment
    _, loans, _ = block.previous
    _, cards = block.cards
    loan = schedule.rows.owner
    version = np.where(loans.months < loans.term, 2, 1)[loan]
    early_version = schedule.rows.number + 1 < loans.months[loan]
    paid_part = _shortfall(rng, traits.punctuality[loans.owner[loan]])
    of_loans = _payments(
        rng,
        loan=loans.loan[loan],
        client=traits.client[loans.owner[loan]],
        version=np.where(early_version, 1, version),
        number=schedule.rows.number + 1,
        due=schedule.due,
        paid=schedule.paid,
        amount=schedule.amount,
        payment=np.round(schedule.amount * paid_part, 2),
    )
    of_cards = _payments(
        rng,
        loan=cards.loan,
        client=cards.client,
        version=np.zeros(len(cards.loan), dtype=np.int64),
        number=cards.number,
        due=cards.due,
        paid=cards.paid,
        amount=cards.amount,
        payment=cards.payment,
    )
    return pl.concat([of_loans, of_cards]).sort(CLIENT, maintain_order=True)


def _shortfall(rng: np.random.Generator, punctuality: Floats) -> Floats:
    """Share of the amount due that is paid: nearly always all of it."""
    size = len(punctuality)
    short = rng.random(size) < chance(-5.8 - 0.8 * punctuality)
    return np.where(short, 0.3 + 0.69 * rng.random(size), 1.0)


def _payments(
    rng: np.random.Generator,
    *,
    loan: Ints,
    client: Ints,
    version: Ints,
    number: Ints,
    due: Ints,
    paid: Floats,
    amount: Floats,
    payment: Floats,
) -> pl.DataFrame:
    """One row an instalment, or two whose payments add up to it; the first part comes some days before the last."""
    in_parts = (rng.random(len(loan)) < _IN_PARTS) & ~np.isnan(paid)
    first_share = 0.2 + 0.6 * rng.random(len(loan))
    sooner = np.floor(1 + 12 * rng.random(len(loan)))
    parts = rows_of(1 + in_parts.astype(np.int64))
    of = parts.owner
    divided, first = in_parts[of], parts.number == 0
    first_payment = np.round(payment * first_share, 2)
    amounts = np.where(divided, np.where(first, first_payment[of], (payment - first_payment)[of]), payment[of])
    return assemble(
        INSTALLMENTS_PAYMENTS,
        {
            "SK_ID_PREV": loan[of],
            CLIENT: client[of],
            "NUM_INSTALMENT_VERSION": version[of],
            "NUM_INSTALMENT_NUMBER": number[of],
            "DAYS_INSTALMENT": due[of],
            "DAYS_ENTRY_PAYMENT": np.where(divided & first, (paid - sooner)[of], paid[of]),
            "AMT_INSTALMENT": amount[of],
            "AMT_PAYMENT": np.where(np.isnan(paid[of]), np.nan, np.round(amounts, 2)),
        },
    )
