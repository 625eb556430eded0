"""Contributions summed by reason: what speaks for and against each client, and the single features behind it.

A reason is a family of features; here it is a number, the position of its code in the declared list. Ties are broken
by the order of the declarations, so equal clients get equal answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

MOST_PRINCIPAL = 4
MOST_DRIVERS = 10
NONE = -1
"""Fills the places of clients who have fewer principal reasons than others."""


@dataclass(frozen=True, eq=False)
class ByReason:
    """What n clients owe to each of k reasons.

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
