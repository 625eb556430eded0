"""The reference group: the clients that everybody is compared with, because they were only just approved."""

from __future__ import annotations

import math

import numpy as np

from credit_scoring.errors.models import NOBODY_APPROVED
from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers, Scale
from credit_scoring.training.predict import Margins
from credit_scoring.training.threshold import approved_by_score

SHARE = 5
"""The reference group is one in so many of the approved."""


def reference_group(holdout: Margins, scale: Scale, threshold: float) -> Integers:
    """The ids, ascending, of the approved holdout clients nearest the cut-off: a fifth of them, ties by client id.

    ModelError when no client of the holdout would be approved.
    """
    approved = approved_by_score(holdout.margin, scale, threshold)
    if not approved.any():
        raise NOBODY_APPROVED()
    ids = holdout.client_id[approved]
    nearest = np.lexsort((ids, scale.points(holdout.margin[approved])))
    return np.sort(ids[nearest[: math.ceil(len(ids) / SHARE)]])


def reference_points(phi: Floats, scale: Scale) -> tuple[float, ...]:
    """Mean raw points [F] of the reference group with shares `phi` [k, F]; exact sums, so the order does not matter."""
    raw = scale.raw_points(phi)
    return tuple(math.fsum(column) / len(raw) for column in raw.T.tolist())
