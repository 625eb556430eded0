"""How far a number measured on clients could be off, because other clients might have come: the bootstrap.

Efron, Tibshirani, "An Introduction to the Bootstrap", 1993. A statistic is a function of how often each client stands
in a resample, so that one pass over the resamples serves many statistics, all on the same resamples: whatever compares
two of them is paired by construction, and what several are made of is computed once.

The interval is the pivotal one (Davison, Hinkley, "Bootstrap Methods and their Application", 1997, 5.2.1): it sets the
resamples against the measured value as it sets that against the truth. Where chance moves a number one way (a
calibration error up, the cost at the best threshold in hindsight down), a percentile interval would count that twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from credit_scoring.explanation.arrays import Floats

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint8]

Statistic = Callable[[Floats], Floats]
"""Counts [r, n], how often each of n clients stands in each of r resamples, -> the statistic of each resample [r].

NaN where a resample has none, such as the AUC of clients of one kind.
"""

_COUNTS_AT_A_TIME = 400_000
"""Counts that are looked at at once, 8 bytes each: a processor's cache holds them, which halves the time."""

_COUNTS_KEPT = 60_000_000
"""Counts that are kept for the next numbers of the same clients, a byte each."""


@dataclass(frozen=True, eq=False)
class Total:
    """The total of `values` [n] over the clients of a resample, as a statistic of it."""

    values: Floats

    def __call__(self, counts: Floats) -> Floats:
        """The total of each resample [r]."""
        return np.asarray(counts @ self.values)


@dataclass(frozen=True, eq=False)
class Composed:
    """A statistic made of others, `parts`, by `how`."""

    parts: tuple[Statistic, ...]
    how: Callable[..., Floats]

    def __call__(self, counts: Floats) -> Floats:
        """The statistic of each resample [r]."""
        return self.how(*(part(counts) for part in self.parts))


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
    measured, cores = partial(_measured, statistics, _Leaves.of(statistics.values())), os.cpu_count() or 1
    # On more threads BLAS adds up in another order, and the last bits would depend on the machine.
    with threadpool_limits(1), ThreadPoolExecutor(cores) as pool:
        blocks = _resamples(clients, resampling)
        while some := list(islice(blocks, cores)):
            for values in pool.map(measured, some):
                for name in statistics:
                    found[name].append(values[name])
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
    return Composed((first, second), np.subtract)


def ratio(first: Statistic, second: Statistic) -> Statistic:
    """`first` by `second`, on the same resample."""
    return Composed((first, second), quotients)


def quotients(parts: Floats, wholes: Floats) -> Floats:
    """`parts` [r] by `wholes` [r]; NaN where a whole is 0."""
    return np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes != 0)


def mean_of(values: Floats | Flags, where: Flags | None = None) -> Statistic:
    """The mean of `values` [n] over the clients where `where` [n] is true (default: all)."""
    weights = np.ones(len(values)) if where is None else where.astype(np.float64)
    return ratio(Total(values * weights), Total(weights))


@dataclass(frozen=True, eq=False)
class _Leaves:
    """What statistics are made of, each once, by its id: `totals` of the columns of `values` [n, t], and `others`."""

    totals: tuple[int, ...]
    values: Floats
    others: Mapping[int, Statistic]

    @classmethod
    def of(cls, statistics: Iterable[Statistic]) -> _Leaves:
        """Takes the statistics apart."""
        leaves: dict[int, Statistic] = {}
        waiting = list(statistics)
        while waiting:
            statistic = waiting.pop()
            if isinstance(statistic, Composed):
                waiting += statistic.parts
            else:
                leaves[id(statistic)] = statistic
        totals = {key: leaf for key, leaf in leaves.items() if isinstance(leaf, Total)}
        values = np.column_stack([total.values for total in totals.values()]) if totals else np.zeros((0, 0))
        return cls(tuple(totals), values, {key: leaf for key, leaf in leaves.items() if key not in totals})

    def known(self, counts: Floats) -> dict[int, Floats]:
        """Their values in each resample [r]; all totals by one product of matrices."""
        found = {key: leaf(counts) for key, leaf in self.others.items()}
        return found | dict(zip(self.totals, (counts @ self.values).T, strict=True)) if self.totals else found


def _measured(statistics: Mapping[str, Statistic], leaves: _Leaves, drawn: Counts) -> dict[str, Floats]:
    known = leaves.known(drawn.astype(np.float64))
    return {name: _put_together(statistic, known) for name, statistic in statistics.items()}


def _put_together(statistic: Statistic, known: Mapping[int, Floats]) -> Floats:
    if isinstance(statistic, Composed):
        return statistic.how(*(_put_together(part, known) for part in statistic.parts))
    return known[id(statistic)]


def _resamples(clients: int, resampling: Resampling) -> Iterator[Counts]:
    """Counts [r, n] of all resamples, some at a time; the same for the same number of clients, repeats and seed."""
    at_a_time = max(1, _COUNTS_AT_A_TIME // max(1, clients))
    if clients * resampling.repeats <= _COUNTS_KEPT:
        kept = _kept(clients, resampling)
        yield from (kept[start : start + at_a_time] for start in range(0, resampling.repeats, at_a_time))
        return
    drawn = _drawn(clients, resampling)
    while some := list(islice(drawn, at_a_time)):
        yield np.array(some)


@lru_cache(maxsize=2)
def _kept(clients: int, resampling: Resampling) -> Counts:
    """All resamples of a number of clients [r, n]; most numbers of a training are of the same two."""
    return np.array(list(_drawn(clients, resampling)))


def _drawn(clients: int, resampling: Resampling) -> Iterator[Counts]:
    """One resample after the other [n]. Nobody is drawn 256 times: that has a chance of e^-1000."""
    random = np.random.default_rng(resampling.seed)
    for _ in range(resampling.repeats):
        yield np.bincount(random.integers(0, clients, clients), minlength=clients).astype(np.uint8)


def _pivotal(value: float, resampled: Floats, level: float) -> Interval:
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, low=2 * value - float(high), high=2 * value - float(low))
