"""Rows of the pos_cash_balance table: the months of the consumer and cash loans granted before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.draws import assemble, named, rows_of, unless

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_MEMORY = 96
_DAYS_A_MONTH = 30.4
_STATES = ("Active", "Completed", "Signed", "Returned to the store", "Demand")


def generate(block: Block) -> pl.DataFrame:
    """One row for the month of the contract and one for each instalment due since; then the loan is completed."""
    rng, traits, schedule = block.rng(POS_CASH_BALANCE.name), block.traits, block.repayment
    _, loans, _ = block.previous
    due = schedule.rows.counts
    rows = rows_of(due + 1)
    size, loan = len(rows), rows.owner
    month = -np.ceil(-loans.decided / _DAYS_A_MONTH).astype(np.int64)[loan] + rows.number
    term = loans.months[loan] + (loans.term - loans.months)[loan] * (rows.number < loans.months[loan])
    left = np.maximum(term - rows.number, 0)
    completed = (rows.number > 0) & (rows.number == loans.months[loan])
    # The delay of the instalment that fell due in the month; the month of the contract has none.
    delay = np.zeros(size)
    delay[rows.number > 0] = np.maximum(schedule.delay, 0)
    delay = np.where(completed, 0, np.minimum(delay, -30.0 * month))
    tolerated = rng.random(size) < 0.6
    state = np.where(completed, 1, np.where((rows.number == 0) & (rng.random(size) < 0.1), 2, 0))
    state = np.where((rows.number == 0) & (rng.random(size) < 0.006), 3, state)
    state = np.where((state == 0) & (delay > 90) & (rng.random(size) < 0.2), 4, state)
    unknown = rng.random(size) < 0.0026
    frame = assemble(
        POS_CASH_BALANCE,
        {
            "SK_ID_PREV": loans.loan[loan],
            CLIENT: traits.client[loans.owner[loan]],
            "MONTHS_BALANCE": month,
            "CNT_INSTALMENT": unless(unknown, term),
            "CNT_INSTALMENT_FUTURE": unless(unknown, left),
            "NAME_CONTRACT_STATUS": named(state, _STATES),
            "SK_DPD": delay,
            "SK_DPD_DEF": np.where(tolerated, 0, delay),
        },
    )
    return frame.filter((month >= -_MEMORY) & (month <= -1))
