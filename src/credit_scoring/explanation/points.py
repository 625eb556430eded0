"""From log-odds to points, as on a scorecard: every step is affine, so what adds up in log-odds adds up in points.

    log-odds of default   L = a margin + b                                  Platt (1999), fitted out of fold
    points                  = anchor_points - factor (L + ln anchor_odds),  factor = pdo / ln 2;  higher is safer
    raw points of feature i = -factor a phi_i                               against the average training client
    contribution_i          = raw points_i - mean of them over the reference group
    start_points            = points - sum of contributions                 the same number for every client

The scaling is the one usual for scorecards (Siddiqi, "Credit Risk Scorecards", 2006, ch. 6). `by_reason` adds the
contributions up by reason, `drivers` finds the features that weigh most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.errors.faults import POINTS_DO_NOT_ADD_UP
from credit_scoring.errors.models import SCALE_NOT_FINITE, SCALE_NOT_POSITIVE, SLOPE_NOT_RISING
from credit_scoring.explanation.arrays import Floats

Integers = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scale:
    """The affine way from a margin to points.

    `a`, `b`: calibration, log-odds of default = a margin + b; ModelError unless a > 0 and all is finite.
    `pdo`: points that double the odds. `anchor_points`: the points at `anchor_odds` good clients to one bad.
    """

    a: float
    b: float
    pdo: float = 20.0
    anchor_points: float = 600.0
    anchor_odds: float = 50.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.a, self.b, self.pdo, self.anchor_points, self.anchor_odds))):
            raise SCALE_NOT_FINITE()
        if self.a <= 0:
            raise SLOPE_NOT_RISING(slope=self.a)
        if self.pdo <= 0 or self.anchor_odds <= 0:
            raise SCALE_NOT_POSITIVE()

    @property
    def factor(self) -> float:
        """Points a unit of log-odds."""
        return self.pdo / math.log(2)

    def log_odds(self, margin: Floats) -> Floats:
        """Calibrated log-odds of default [n] of margins [n]."""
        return self.a * margin + self.b

    def points(self, margin: Floats) -> Floats:
        """Points [n] of margins [n]."""
        return self.anchor_points - self.factor * (self.log_odds(margin) + math.log(self.anchor_odds))

    def probability(self, margin: Floats) -> Floats:
        """Calibrated probability of default [n] of margins [n]."""
        # One by one through the C library: numpy's vectorised exp gives other last bits on other processors.
        return np.array([_logistic(x) for x in self.log_odds(margin).tolist()], np.float64)

    def margin_at(self, probability: float) -> float:
        """The margin at which the probability of default is `probability` (between 0 and 1, both excluded)."""
        return (math.log(probability / (1 - probability)) - self.b) / self.a

    def points_at(self, probability: float) -> float:
        """The points at which the probability of default is `probability` (between 0 and 1, both excluded)."""
        log_odds = math.log(probability / (1 - probability))
        return self.anchor_points - self.factor * (log_odds + math.log(self.anchor_odds))

    def raw_points(self, phi: Floats) -> Floats:
        """What each feature brings against the average training client, in points; same shape as `phi`."""
        return (-self.factor * self.a) * phi

    def start_points(self, phi_0: float, reference: Iterable[float]) -> float:
        """Where every client starts: the points of the average training client and the reference group's raw points.

        `reference` [F]: mean raw points of each feature over the reference group, any order.
        """
        return float(self.points(np.array([phi_0]))[0]) + math.fsum(reference)


def contributions(raw_points: Floats, reference: Floats) -> Floats:
    """Points [n, F] that a client's features add and take against the reference group's means [F]."""
    return raw_points - reference


def score(points: Floats) -> Integers:
    """Points as whole numbers [n], halves upwards."""
    whole: Integers = np.floor(points + 0.5).astype(np.int64)
    return whole


def cut_off(scale: Scale, threshold: float) -> int:
    """The lowest score that is approved: the points at the threshold's probability of default, rounded up."""
    # The noise of two logarithms must not add a point where the threshold lies on a whole number (1/51 at 50 : 1).
    return math.ceil(scale.points_at(threshold) - 1e-9)


def whole_points(parts: Floats, total: Integers | int) -> Integers:
    """Whole numbers near `parts` that add up to `total`: largest remainder, ties to the earlier part.

    `parts` [..., k] points; `total` [...] whole numbers within a half of the sums of the parts (their scores).
    Returns [..., k]; each whole number is the part rounded down or up. Fault when the parts cannot add up to it.
    """
    down = np.floor(parts)
    missing: Floats = np.asarray(total) - down.sum(axis=-1)
    if not ((missing >= 0) & (missing <= parts.shape[-1])).all():
        raise POINTS_DO_NOT_ADD_UP()
    by_remainder = np.argsort(down - parts, axis=-1, kind="stable")
    rank = np.argsort(by_remainder, axis=-1, kind="stable")
    whole: Integers = np.where(rank < missing[..., np.newaxis], down + 1, down).astype(np.int64)
    return whole


def _logistic(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    odds = math.exp(x)
    return odds / (1 + odds)


MOST_PRINCIPAL = 4
MOST_DRIVERS = 10
NONE = -1
"""Fills the places of clients who have fewer principal reasons than others."""


@dataclass(frozen=True, eq=False)
class ByReason:
    """What n clients owe to each of k reasons: families of features, each told by its position in the declared list.

    Ties are broken by the order of the declarations, so equal clients get equal answers.

    `points` [n, k]: the sum of the contributions of the reason's features.
    `worst_first` [n, k]: positions of the reasons, from the most negative to the most positive.
    """

    points: Floats
    worst_first: Positions

    def principal(self, most: int = MOST_PRINCIPAL) -> Positions:
        """Positions [n, min(most, k)] of the principal reasons: the most negative ones below 0, the rest NONE."""
        first = self.worst_first[:, :most]
        return np.where(np.take_along_axis(self.points, first, axis=1) < 0, first, NONE)


def by_reason(contributions: Floats, reason_of: Positions, reasons: int) -> ByReason:
    """Sums `contributions` [n, F] over the features of each reason.

    `reason_of` [F]: the position, below `reasons`, of each feature's reason.
    """
    points = np.zeros((len(contributions), reasons))
    # Feature by feature, in registry order: the order of the additions, and with it every bit, is the same for any
    # number of clients.
    for feature, reason in enumerate(reason_of.tolist()):
        points[:, reason] += contributions[:, feature]
    return ByReason(points, np.argsort(points, axis=1, kind="stable"))


def drivers(contributions: Floats, most: int = MOST_DRIVERS) -> Positions:
    """Positions [n, min(most, F)] of the single features that weigh most in absolute points, heaviest first."""
    return np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :most]
