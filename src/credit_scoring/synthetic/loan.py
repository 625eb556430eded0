"""The loan that a client asks for: price of the goods, credit, term, rate, and the instalment that follows."""

from dataclasses import dataclass

import numpy as np

from credit_scoring.synthetic.draws import Bools, Floats, levels, rank
from credit_scoring.synthetic.people import People
from credit_scoring.synthetic.traits import Traits

_TERM_RANKS = (0.1, 0.28, 0.55, 0.72, 0.87, 0.96)
_TERMS = np.array([12.0, 18.0, 24.0, 30.0, 36.0, 48.0, 60.0])
"""Months of a cash loan, from the shortest; larger loans run longer."""
REVOLVING_LIMITS = {"135000": 0.18, "180000": 0.24, "225000": 0.18, "270000": 0.16, "450000": 0.12, "675000": 0.12}
REVOLVING_INSTALMENT = 0.05
"""The instalment of a revolving loan is this share of its limit."""


@dataclass(frozen=True)
class Loan:
    """The loans asked for by a block of clients; `rate` is a yearly rate, `burden` the instalment over the income."""

    revolving: Bools
    goods: Floats
    credit: Floats
    annuity: Floats
    rate: Floats
    burden: Floats


def instalment(credit: Floats, yearly_rate: Floats, months: Floats) -> Floats:
    """Equal monthly instalment that pays off `credit` in so many months (annuity formula), to the half unit."""
    monthly = yearly_rate / 12
    exact: Floats = credit * monthly / (1 - (1 + monthly) ** -months)
    halves: Floats = np.round(2 * exact)
    return halves / 2


def loan(rng: np.random.Generator, traits: Traits, people: People) -> Loan:
    """What the clients ask for: richer ones for more, and the lender asks a higher rate of weaker ones."""
    count = len(traits)
    revolving = rng.random(count) < 0.095
    limits = np.array([float(limit) for limit in REVOLVING_LIMITS])
    limit = limits[levels(rng, REVOLVING_LIMITS, count)]
    size = rng.standard_normal(count)
    log_goods = 12.9 + 0.4 * (np.log(people.income) - np.log(150_000)) + 0.62 * size
    step = np.where(rng.random(count) < 0.6, 22_500, 4_500)
    goods = np.clip(np.round(np.exp(log_goods) / step) * step, 45_000, 4_050_000)
    insurance = np.where(rng.random(count) < 0.35, 0.0, 0.04 + 0.16 * rng.random(count))
    credit = np.round(2 * goods * (1 + insurance)) / 2
    months = _TERMS[np.searchsorted(_TERM_RANKS, rank(0.7 * size + 0.714 * rng.standard_normal(count)))]
    rate = np.clip(0.21 - 0.025 * traits.standing + 0.05 * rng.standard_normal(count), 0.08, 0.48)
    goods, credit = np.where(revolving, limit, goods), np.where(revolving, limit, credit)
    annuity = np.where(revolving, REVOLVING_INSTALMENT * credit, instalment(credit, rate, months))
    return Loan(revolving, goods, credit, annuity, rate, annuity / people.income)
