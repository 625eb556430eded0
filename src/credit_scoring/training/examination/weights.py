"""What the reasons weigh: their points over clients, and above all what age does to those who are 62 and over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.points import Integers
from credit_scoring.features.reasons import Reason
from credit_scoring.training.examination.audit import FEW_CLIENTS
from credit_scoring.training.examination.explained import Explained
from credit_scoring.training.examination.groups import AGE_BAND
from credit_scoring.training.intervals import Interval, Resampling, bootstrap, mean_of


@dataclass(frozen=True)
class Weight:
    """One reason: its mean absolute points; of the refused (None: nobody is) its mean points, and the share on whom it
    weighed most.
    """

    code: str
    points: float
    points_of_refused: float | None
    worst_of_refused: float | None


def weights(found: Explained) -> tuple[Weight, ...]:
    """Every reason, the heaviest first."""
    refused = found.points[~found.approved]
    worst = np.bincount(refused.argmin(axis=1), minlength=len(found.reasons)) if len(refused) else None
    each = [
        Weight(
            code=code,
            points=float(np.abs(found.points[:, i]).mean()),
            points_of_refused=float(refused[:, i].mean()) if len(refused) else None,
            worst_of_refused=float(worst[i] / len(refused)) if worst is not None else None,
        )
        for i, code in enumerate(found.reasons)
    ]
    return tuple(sorted(each, key=lambda weight: -weight.points))


def age_points(found: Explained, bands: Integers, band: int, resampling: Resampling) -> Interval | None:
    """The mean points for age of the clients whose `bands` [n] is `band`; None where these are few or age is out."""
    here = bands == band
    if Reason.AGE.code not in found.reasons or np.count_nonzero(here) < FEW_CLIENTS:
        return None
    points = found.points[here, found.reasons.index(Reason.AGE.code)]
    return bootstrap(mean_of(points), len(points), resampling)


def points_of_older(found: Explained, bands: Integers, resampling: Resampling) -> Interval | None:
    """The mean points for age of the clients of 62 and over."""
    return age_points(found, bands, len(AGE_BAND.labels) - 1, resampling)
