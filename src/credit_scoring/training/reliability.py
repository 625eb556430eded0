"""Predicted against observed: default rates by vigintile of the probability, and the gains by decile of the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.training.evaluate import BINS
from credit_scoring.training.intervals import Interval

DECILES = 10


@dataclass(frozen=True)
class Bin:
    """Clients of like probability: how many, their mean probability of default, and the share that defaulted."""

    clients: int
    predicted: float
    actual: Interval


@dataclass(frozen=True)
class Gain:
    """A tenth of the clients, the riskiest first.

    `lowest`: the lowest probability in it. `caught`: the share of all defaults that it and the tenths before it hold.
    """

    clients: int
    defaults: int
    lowest: float
    caught: float

    @property
    def rate(self) -> float:
        """The share that defaulted."""
        return self.defaults / self.clients


def reliability(target: Integers, probability: Floats) -> tuple[Bin, ...]:
    """Bins of (nearly) as many clients each, by ascending `probability` [n]; Wilson's interval of 95 % for the rate."""
    ascending = np.argsort(probability, kind="stable")
    return tuple(
        Bin(len(part), float(probability[part].mean()), _wilson(int(target[part].sum()), len(part)))
        for part in np.array_split(ascending, BINS)
        if len(part)
    )


def gains(target: Integers, probability: Floats) -> tuple[Gain, ...]:
    """Tenths of the clients by descending `probability` [n]; `lowest`: the lowest probability in each."""
    descending = np.argsort(-probability, kind="stable")
    all_defaults, caught, found = int(target.sum()), 0, []
    for part in np.array_split(descending, DECILES):
        if len(part):
            defaults = int(target[part].sum())
            caught += defaults
            found.append(Gain(len(part), defaults, float(probability[part].min()), caught / all_defaults))
    return tuple(found)


def _wilson(defaults: int, clients: int) -> Interval:
    """The rate with its interval of 95 % after Wilson, which also holds near rates of 0 and 1."""
    found = binomtest(defaults, clients).proportion_ci(0.95, method="wilson")
    return Interval(defaults / clients, found.low, found.high)
