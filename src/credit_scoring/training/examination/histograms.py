"""Features counted into bins, and the sample of clients whose deciles the bins are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.training.examination.stability import BINS, bins_of
from credit_scoring.training.learners import Vectors, columns
from credit_scoring.training.split import places

MOST_SAMPLED = 20_000
"""Clients of a sample, at most about so many: enough for deciles and a proxy model."""


def sample_of(clients: Vectors, positions: npt.NDArray[np.intp], most: int = MOST_SAMPLED) -> Vectors:
    """Some of the clients, chosen by their ids, with the features at these positions."""
    chosen = places(clients.client_id, "sample") < most / max(1, len(clients.client_id))
    return Vectors(clients.client_id[chosen], columns(clients.features[chosen], positions))


def histograms(
    features: Matrix, part: Integers, positions: npt.NDArray[np.intp], edges: Sequence[Floats]
) -> Mapping[int, Integers]:
    """Part -> clients in each bin [f, BINS + 1] of the features at these positions.

    `part` [n]: the part of each client. `edges` [f]: the limits of the bins of each feature (see stability).
    """
    parts, place = np.unique(part, return_inverse=True)
    found = np.zeros((len(parts), len(positions), BINS + 1), np.int64)
    for feature, (position, limits) in enumerate(zip(positions.tolist(), edges, strict=True)):
        bins = place * (BINS + 1) + bins_of(features[:, position], limits)
        found[:, feature] = np.bincount(bins, minlength=len(parts) * (BINS + 1)).reshape(len(parts), -1)
    return dict(zip(parts.tolist(), found, strict=True))
