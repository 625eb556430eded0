"""What cannot be seen of a client but drives everything that can: four traits and what they share."""

from dataclasses import dataclass

import numpy as np

from credit_scoring.synthetic.draws import Floats, Ints

FIRST_ID = 100_001
_SHARED = 0.30
"""How much of each trait is common to all four: a good client tends to be good in every way."""


@dataclass(frozen=True)
class Traits:
    """Traits of a block of clients, each about standard normal.

    `ability` to pay, `punctuality` and `stability` of life make a default rarer, `indebtedness` makes it likelier.
    """

    client: Ints
    ability: Floats
    punctuality: Floats
    stability: Floats
    indebtedness: Floats

    def __len__(self) -> int:
        return len(self.client)

    @property
    def standing(self) -> Floats:
        """How a lender would judge the client who knew all traits: about standard normal, higher is safer."""
        return (self.ability + self.punctuality + self.stability - self.indebtedness) / 2.7


def traits(rng: np.random.Generator, first: int, count: int) -> Traits:
    """Traits of the clients number `first` to `first + count - 1` of the lender."""
    shared = rng.standard_normal(count)
    own = rng.standard_normal((4, count))
    ability, punctuality, stability, thrift = _SHARED * shared + np.sqrt(1 - _SHARED**2) * own
    return Traits(FIRST_ID + np.arange(first, first + count), ability, punctuality, stability, -thrift)
