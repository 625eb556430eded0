"""Whether the client defaults: the traits, the weight of the loan, and chance."""

import numpy as np

from credit_scoring.synthetic.draws import Bools, chance
from credit_scoring.synthetic.loan import Loan
from credit_scoring.synthetic.people import People
from credit_scoring.synthetic.traits import Traits

_LEVEL = -3.22
"""Log-odds of default of an average client; with the spread below about 8 % of all clients default."""


def defaults(rng: np.random.Generator, traits: Traits, people: People, loan: Loan) -> Bools:
    """Which clients are late on one of their first instalments."""
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
    drawn: Bools = rng.random(len(traits)) < chance(log_odds)
    return drawn
