"""Whether the client defaults: the traits, the weight of the loan, and chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.outcomes import OUTCOMES, TARGET
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.draws import Bools, assemble, chance

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_LEVEL = -3.22
"""Log-odds of default of an average client; with the spread below about 8 % of all clients default."""


def generate(block: Block) -> pl.DataFrame:
    """The outcome of each client of a block: late on one of the first instalments or not."""
    traits, people, loan = block.traits, block.people, block.loan
    log_odds = (
        _LEVEL
        - 0.48 * traits.ability
        - 0.80 * traits.punctuality
        - 0.42 * traits.stability
        + 0.75 * traits.indebtedness
        + 0.30 * np.clip((np.log(loan.burden) + 1.8) / 0.6, -3, 3)
        + 0.20 * np.clip((loan.rate - 0.21) / 0.055, -3, 3) * ~loan.revolving
        - 0.25 * loan.revolving
        + 0.20 * people.male
        - 0.10 * (people.education >= 3)
    )
    late: Bools = block.rng(OUTCOMES.name).random(len(traits)) < chance(log_odds)
    return assemble(OUTCOMES, {CLIENT: traits.client, TARGET.name: late})
