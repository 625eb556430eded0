"""Whether clients are still those that the model was made for: the population stability index (PSI).

    PSI = sum over bins of (a - e) ln (a / e)

with e the share of the clients in a bin that are expected there and a the actual share (Siddiqi, "Credit Risk
Scorecards", 2006, ch. 8). The bins are the deciles of the expected clients, and one more for a missing value. By
custom under .1 is stable, from .25 on it is another population. Chance alone gives about (bins - 1) (1/n + 1/m).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers

SHIFTING, SHIFTED = 0.1, 0.25
BINS = 10
_LEAST_SHARE = 1e-4
"""An empty bin counts as so much, or its logarithm would be infinite."""


@dataclass(frozen=True)
class Shift:
    """How far a value's distribution lies from where it is expected. `chance`: the PSI of as many clients by chance."""

    name: str
    psi: float
    chance: float

    @property
    def reading(self) -> str:
        """The PSI in words."""
        if self.psi < SHIFTING:
            return "stable"
        return "shifting" if self.psi < SHIFTED else "shifted"


@dataclass(frozen=True)
class Comparison:
    """Some clients against those that are expected: how many, the score, and the features, largest PSI first."""

    who: str
    clients: int
    expected: int
    score: Shift
    features: tuple[Shift, ...]

    def counts(self) -> Mapping[str, int]:
        """How many features read "stable", "shifting" and "shifted"."""
        readings = [shift.reading for shift in self.features]
        return {reading: readings.count(reading) for reading in ("stable", "shifting", "shifted")}


def edges_of(values: Matrix | Floats) -> tuple[Floats, ...]:
    """The inner limits of the bins of each column of `values` [n, F]: its deciles, each once; none if all miss."""
    found = []
    for column in values.T:
        known = column[~np.isnan(column)].astype(np.float64)
        # Of values that stand in the data, so that equal values share a bin whatever their number.
        limits = np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="lower") if len(known) else []
        found.append(np.unique(limits).astype(np.float64))
    return tuple(found)


def histogram(values: Matrix | Floats, edges: Sequence[Floats]) -> Integers:
    """Clients in each bin [F, BINS + 1] of `values` [n, F] (see bins_of)."""
    pairs = zip(values.T, edges, strict=True)
    counted = [np.bincount(bins_of(column, limits), minlength=BINS + 1) for column, limits in pairs]
    return np.array(counted, np.int64).reshape(len(edges), BINS + 1)


def bins_of(column: Matrix | Floats, limits: Floats) -> npt.NDArray[np.intp]:
    """The bin of each value [n]: up to each limit, above the last one; BINS where it is missing."""
    # NaN would be sorted behind every limit.
    return np.where(np.isnan(column), BINS, np.searchsorted(limits, column, side="left"))


def shift(name: str, expected: Integers, actual: Integers) -> Shift:
    """The PSI of one value from how many clients are in each bin [b]; 0 where one side has no clients."""
    n, m = int(expected.sum()), int(actual.sum())
    if not n or not m:
        return Shift(name, 0.0, 0.0)
    used = (expected + actual) > 0
    e = np.maximum(expected[used] / n, _LEAST_SHARE)
    a = np.maximum(actual[used] / m, _LEAST_SHARE)
    psi = float(((a - e) * np.log(a / e)).sum())
    return Shift(name, psi, (int(used.sum()) - 1) * (1 / n + 1 / m))


def compare(
    who: str, names: Sequence[str], features: tuple[Integers, Integers], scores: tuple[Integers, Integers]
) -> Comparison:
    """A comparison from histograms, expected and actual: of the features `names` [F, b], and of the scores [b].

    The same clients need not stand behind scores and features.
    """
    shifts = [shift(name, e, a) for name, e, a in zip(names, *features, strict=True)]
    return Comparison(
        who=who,
        clients=int(scores[1].sum()),
        expected=int(scores[0].sum()),
        score=shift("score", *scores),
        features=tuple(sorted(shifts, key=lambda each: -each.psi)),
    )
