"""What a whole model says of clients: the margin, and the points of each reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers, by_reason
from credit_scoring.model.scorer import Scorer
from credit_scoring.training.intervals import Flags
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
