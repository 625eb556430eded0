"""The reference group: the clients that everybody is compared with, because they were only just approved."""

from __future__ import annotations

import math

import numpy as np

from credit_scoring.errors import ModelError
from credit_scoring.explanation.contributions import Floats
from credit_scoring.explanation.points import Integers, Scale, cut_off, score
from credit_scoring.training.predict import Margins

SHARE = 5
"""The reference group is one in so many of the approved."""


def reference_group(holdout: Margins, scale: Scale, threshold: float) -> Integers:
    """The ids, ascending, of the approved holdout clients nearest the cut-off: a fifth of them, ties by client id.

    ModelError when no client of the holdout would be approved.
    """
    points = scale.points(holdout.margin)
    approved = score(points) >= cut_off(scale, threshold)
    if not approved.any():
        raise ModelError(
            "The model would approve no client of the holdout, so there is nobody to compare clients with: check the "
            "costs (decision.cost_default, decision.gain_good), or train on more clients."
        )
    ids = holdout.client_id[approved]
    nearest = np.lexsort((ids, points[approved]))
    return np.sort(ids[nearest[: math.ceil(len(ids) / SHARE)]])


def reference_points(phi: Floats, scale: Scale) -> tuple[float, ...]:
    """Mean raw points [F] of the reference group with shares `phi` [k, F]; exact sums, so the order does not matter."""
    raw = scale.raw_points(phi)
    return tuple(math.fsum(column) / len(raw) for column in raw.T.tolist())
