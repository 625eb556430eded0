"""How likely a figure is passed by chance alone: what every limit of the monitoring is set beside.

A finding needs both: a size that matters, and a probability so small that undisturbed clients would hardly show it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc, ndtr

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers

_FEW_EXPECTED = 5.0
"""Bins in which fewer clients are expected are joined: the chi-square distribution does not hold for them."""


def homogeneity(before: Integers, now: Integers) -> float:
    """The probability that two samples of one population differ as much over their bins [b], or more.

    Pearson's chi-square test of homogeneity; bins of few clients count together.
    """
    n, m = int(before.sum()), int(now.sum())
    used = (before + now) > 0
    if not n or not m or used.sum() < 2:
        return 1.0
    table = np.array([before[used], now[used]], np.float64)
    expected = np.outer([n, m], table.sum(axis=0)) / (n + m)
    few = expected.min(axis=0) < _FEW_EXPECTED
    if few.any():
        table, expected = (np.column_stack([each[:, ~few], each[:, few].sum(axis=1)]) for each in (table, expected))
        if expected[:, -1].min() < _FEW_EXPECTED:  # even together too few to say anything
            table, expected = table[:, :-1], expected[:, :-1]
    if table.shape[1] < 2:
        return 1.0
    distance = float(((table - expected) ** 2 / expected).sum())
    return float(chdtrc(table.shape[1] - 1, distance))


def psi_passes(limit: float, before: int, now: int, bins: int) -> float:
    """The probability that the PSI of two samples of one population passes a limit.

    PSI is about (1 / before + 1 / now) chi-square with bins - 1 degrees of freedom (Yurdakul, "Statistical properties
    of the population stability index", 2018).
    """
    if not before or not now or bins < 2:
        return 0.0
    return float(chdtrc(bins - 1, limit / (1 / before + 1 / now)))


def moved_mean(before: Integers, now: Integers, points: Floats) -> tuple[float, float, float]:
    """By how much the mean of `points` [b] over clients in bins moved; its standard error if nothing had changed; and
    the probability of a move as large by chance, either way."""
    n, m = int(before.sum()), int(now.sum())
    if not n or not m:
        return 0.0, 0.0, 1.0
    move = float(((now / m - before / n) * points).sum())
    pooled = (before + now) / (n + m)
    variance = float((pooled * points**2).sum() - (pooled * points).sum() ** 2)
    error = float(np.sqrt(max(variance, 0.0) * (1 / n + 1 / m)))
    return move, error, two_sided(move, error)


def two_shares(part: int, of: int, other: int, of_other: int) -> float:
    """The probability that two shares of one population differ as much by chance, either way; with Yates' correction,
    so that shares of few clients do not look surer than they are."""
    if not of or not of_other:
        return 1.0
    pooled = (part + other) / (of + of_other)
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_other)))
    correction = (1 / of + 1 / of_other) / 2
    return two_sided(max(0.0, abs(part / of - other / of_other) - correction), error)


def two_sided(distance: float, error: float) -> float:
    """The probability that a normal value of this standard error lies as far from 0."""
    if error <= 0:
        return 1.0
    return float(2 * ndtr(-abs(distance) / error))


def never_seen(times: int, before: int, now: int) -> float:
    """The probability that a value which `before` clients never had comes `times` times among `now` by chance: all its
    clients fall into the later of two samples that nothing tells apart."""
    return float((now / max(1, before + now)) ** times)


def false_discovery(probabilities: Sequence[float]) -> list[float]:
    """Of many probabilities, each as the share of false alarms among all that are as small.

    Benjamini, Hochberg, "Controlling the false discovery rate", 1995. When nothing has changed, the probability that
    the smallest is below q is at most q.
    """
    many = len(probabilities)
    order = np.argsort(probabilities)
    scaled = np.array(probabilities)[order] * many / np.arange(1, many + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    found = np.empty(many)
    found[order] = least
    return [float(each) for each in found]


def any_of(probabilities: Sequence[float]) -> list[float]:
    """Of several probabilities, each adjusted so that any at all is below q with probability q by chance.

    Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    many = len(probabilities)
    order = np.argsort(probabilities)
    scaled = np.array(probabilities)[order] * (many - np.arange(many))
    found = np.empty(many)
    found[order] = np.maximum.accumulate(scaled).clip(max=1.0)
    return [float(each) for each in found]
