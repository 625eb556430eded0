"""How far a number measured on clients could be off, because other clients might have come: the bootstrap.

Efron, Tibshirani, "An Introduction to the Bootstrap", 1993. A statistic is a function of how often each client stands
in a resample, so that one pass over the resamples serves many statistics, all on the same resamples: whatever compares
two of them is paired by construction.

The interval is the pivotal one (Davison, Hinkley, "Bootstrap Methods and their Application", 1997, 5.2.1): it sets the
resamples against the measured value as it sets that against the truth. Where chance moves a number one way (a
calibration error up, the cost at the best threshold in hindsight down), a percentile interval would count that twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Floats

Flags = npt.NDArray[np.bool_]

Statistic = Callable[[Floats], Floats]
"""Counts [r, n], how often each of n clients stands in each of r resamples, -> the statistic of each resample [r].

NaN where a resample has none, such as the AUC of clients of one kind.
"""

_COUNTS_AT_A_TIME = 2_000_000
"""Counts that are in memory at once, 8 bytes each."""


@dataclass(frozen=True)
class Interval:
    """A measured value, and the limits between which the truth lies with the confidence of `Resampling.level`."""

    value: float
    low: float
    high: float

    def within(self, lowest: float, highest: float) -> Interval:
        """The same, with limits no further than what the number can be: the pivotal ones may lie beyond."""
        return replace(self, low=max(self.low, lowest), high=min(self.high, highest))

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True)
class Resampling:
    """How often the clients are drawn again, with replacement; from which seed; the confidence of the intervals."""

    repeats: int = 1_000
    seed: int = 7
    level: float = 0.95


def intervals(statistics: Mapping[str, Statistic], clients: int, resampling: Resampling) -> dict[str, Interval]:
    """The interval of each of the statistics of `clients` clients, all on the same resamples.

    The limits are NaN where no resample has the statistic.
    """
    if not statistics:
        return {}
    found: dict[str, list[Floats]] = {name: [] for name in statistics}
    for counts in _resamples(clients, resampling):
        for name, statistic in statistics.items():
            found[name].append(statistic(counts))
    everyone = np.ones((1, clients))
    return {
        name: _pivotal(float(statistic(everyone)[0]), np.concatenate(found[name]), resampling.level)
        for name, statistic in statistics.items()
    }


def bootstrap(statistic: Statistic, clients: int, resampling: Resampling) -> Interval:
    """The interval of one statistic of `clients` clients."""
    return intervals({"": statistic}, clients, resampling)[""]


def difference(first: Statistic, second: Statistic) -> Statistic:
    """`first` less `second`, on the same resample."""
    return lambda counts: first(counts) - second(counts)


def ratio(first: Statistic, second: Statistic) -> Statistic:
    """`first` by `second`, on the same resample."""
    return lambda counts: quotients(first(counts), second(counts))


def quotients(parts: Floats, wholes: Floats) -> Floats:
    """`parts` [r] by `wholes` [r]; NaN where a whole is 0."""
    return np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes != 0)


def mean_of(values: Floats | Flags, where: Flags | None = None) -> Statistic:
    """The mean of `values` [n] over the clients where `where` [n] is true (default: all)."""
    weights = np.ones(len(values)) if where is None else where.astype(np.float64)
    return ratio(_sum_of(values * weights), _sum_of(weights))


def _sum_of(values: Floats) -> Statistic:
    return lambda counts: np.asarray(counts @ values)


def _resamples(clients: int, resampling: Resampling) -> Iterator[Floats]:
    """Counts [r, n] of all resamples, some at a time; the same for the same number of clients, repeats and seed."""
    random = np.random.default_rng(resampling.seed)
    at_a_time = max(1, _COUNTS_AT_A_TIME // max(1, clients))
    for start in range(0, resampling.repeats, at_a_time):
        drawn = min(at_a_time, resampling.repeats - start)
        counts = [np.bincount(random.integers(0, clients, clients), minlength=clients) for _ in range(drawn)]
        yield np.array(counts, np.float64)


def _pivotal(value: float, resampled: Floats, level: float) -> Interval:
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, low=2 * value - float(high), high=2 * value - float(low))
