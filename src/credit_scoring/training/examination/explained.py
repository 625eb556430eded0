"""What a whole model says of clients: the margin, the points of each reason, and what the reasons weigh together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers, by_reason
from credit_scoring.features.reasons import Reason
from credit_scoring.model.scorer import Scorer
from credit_scoring.training.examination.audit import FEW_CLIENTS
from credit_scoring.training.examination.groups import AGE_BAND
from credit_scoring.training.intervals import Flags, Interval, Resampling, bootstrap, mean_of
from credit_scoring.training.learners import Vectors

_AT_A_TIME = 20_000
"""Clients whose contributions are in memory at once, 8 bytes a feature each."""


@dataclass(frozen=True, eq=False)
class Explained:
    """Clients by ascending id, by one model.

    `client_id` [n], `margin` [n]; `probability` [n] of default, calibrated; `approved` [n]: whether the score reaches
    the cut-off, so as if every file were complete. `reasons` [k]: codes; `points` [n, k]: what each reason adds.
    """

    client_id: Integers
    margin: Floats
    probability: Floats
    approved: Flags
    reasons: tuple[str, ...]
    points: Floats

    def of(self, which: Flags) -> Explained:
        """The clients where `which` [n] is true."""
        return Explained(
            self.client_id[which],
            self.margin[which],
            self.probability[which],
            self.approved[which],
            self.reasons,
            self.points[which],
        )


def explained(clients: Vectors, ready: Scorer) -> Explained:
    """Scores the clients by a model that reads such vectors; some 350 bytes a client are kept."""
    lines = ready.features.features
    codes = tuple(dict.fromkeys(line.reason for line in lines))
    reason_of = np.array([codes.index(line.reason) for line in lines])
    count = len(clients.client_id)
    margin, score, points = np.zeros(count), np.zeros(count, np.int64), np.zeros((count, len(codes)))
    for start in range(0, count, _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        found = ready.score(clients.features[some])
        margin[some], score[some] = found.margin, found.score
        points[some] = by_reason(found.contributions, reason_of, len(codes)).points
    probability = ready.scale.probability(margin)
    return Explained(clients.client_id, margin, probability, score >= ready.decision.cut_off, codes, points)


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
