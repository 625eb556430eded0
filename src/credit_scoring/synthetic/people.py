"""Who the clients are: age, family, work and income, which the application shows and the histories depend on."""

from dataclasses import dataclass

import numpy as np

from credit_scoring.synthetic.draws import Bools, Floats, Ints, rank
from credit_scoring.synthetic.traits import Traits

LONGEST_MEMORY = 2_922
"""Days: the lender and the bureau remember eight years."""
_OF_AGE = 6_575
_AGE_RANKS = (0.0, 0.02, 0.25, 0.5, 0.75, 0.98, 1.0)
_AGES = (20.5, 23.0, 34.0, 43.2, 53.9, 65.5, 69.0)
_EDUCATION_RANKS = (0.012, 0.722, 0.756, 0.9995)


@dataclass(frozen=True)
class People:
    """A block of clients as persons; ages and durations in days, money in currency.

    `education` is a position in the declared vocabulary. `in_bureau` says whether the bureau knows the client.
    """

    age: Ints
    male: Bools
    education: Ints
    pensioner: Bools
    employed: Ints
    income: Floats
    children: Ints
    in_bureau: Bools

    @property
    def memory(self) -> Ints:
        """Days before the application that a history of the client can reach back (not before coming of age)."""
        return np.minimum(LONGEST_MEMORY, self.age - _OF_AGE)


def people(rng: np.random.Generator, traits: Traits) -> People:
    """The persons behind the traits."""
    count = len(traits)
    years = np.interp(rank(0.4 * traits.stability + 0.917 * rng.standard_normal(count)), _AGE_RANKS, _AGES)
    age = np.floor(years * 365.25).astype(np.int64)
    pensioner = rng.random(count) < np.interp(years, (48, 54, 58, 62, 69), (0.005, 0.18, 0.66, 0.85, 0.95))
    male = rng.random(count) < 0.34
    education = np.searchsorted(_EDUCATION_RANKS, rank(0.5 * traits.ability + 0.866 * rng.standard_normal(count)))
    log_income = (
        np.log(142_000)
        + 0.38 * (0.6 * traits.ability + 0.8 * rng.standard_normal(count))
        + 0.22 * (education >= 3)
        + 0.15 * male
        - 0.28 * pensioner
        + np.where(rng.random(count) < 0.0005, rng.exponential(1.2, count), 0)  # a few are truly rich
    )
    step = np.where(rng.random(count) < 0.8, 4_500, 450)
    income = np.maximum(np.round(np.exp(log_income) / step) * step, 27_000)
    employed_years = np.exp(1.35 + 0.4 * traits.stability + 0.85 * rng.standard_normal(count))
    employed = np.floor(np.minimum(employed_years * 365.25, 0.95 * (age - _OF_AGE))).astype(np.int64)
    fertile = np.interp(years, (21, 30, 38, 46, 55), (0.25, 0.7, 0.85, 0.35, 0.03))
    children = np.minimum(rng.poisson(fertile), 7)
    in_bureau = rng.random(count) < 0.86
    return People(age, male, education, pensioner, employed, income, children, in_bureau)
