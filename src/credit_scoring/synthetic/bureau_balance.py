"""Rows of the bureau_balance table: the months of the credits at other lenders that report them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.synthetic.draws import assemble, named, rows_of

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_REPORTED = 0.42
"""Share of the credits whose months are reported."""
_MOST_MONTHS = 97
_DAYS_A_MONTH = 30.4
_STATES = ("C", "0", "1", "2", "3", "4", "5", "X")
_UNKNOWN = _STATES.index("X")


def generate(block: Block) -> pl.DataFrame:
    """The monthly states of a block's credits, credit by credit, latest month first."""
    rng, traits = block.rng(BUREAU_BALANCE.name), block.traits
    _, credits = block.bureau
    reported = rng.random(len(credits.credit)) < _REPORTED
    months = np.minimum(np.ceil(-credits.opened / _DAYS_A_MONTH), _MOST_MONTHS).astype(np.int64)
    rows = rows_of(np.where(reported, months, 0))
    size = len(rows)
    punctuality = traits.punctuality[credits.owner]
    late_share = np.minimum(0.014 * np.exp(-0.9 * punctuality), 0.6)
    never_known = rng.random(len(credits.credit)) < 0.15

    drawn = rng.random(size)
    depth = rng.random(size)
    # Of the late months most are late by less than a month; each further step is rarer.
    lateness = np.searchsorted((0.82, 0.90, 0.93, 0.95), depth) + 2
    state = np.where(drawn < late_share[rows.owner], lateness, 1)
    state = np.where(never_known[rows.owner] | (drawn > 0.86), _UNKNOWN, state)
    ended_month = np.where(np.isnan(credits.ended), -1.0, np.floor(-credits.ended / _DAYS_A_MONTH))
    state = np.where(rows.number <= ended_month[rows.owner], 0, state)
    return assemble(
        BUREAU_BALANCE,
        {"SK_ID_BUREAU": credits.credit[rows.owner], "MONTHS_BALANCE": -rows.number, "STATUS": named(state, _STATES)},
    )
