"""Which clients differ from which, by score and by feature: folds, the holdout, and those who wait for a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.training.examination.explained import explained
from credit_scoring.training.examination.stability import BINS, Comparison, bins_of, compare, edges_of, histogram
from credit_scoring.training.learners import Learners, Vectors, columns
from credit_scoring.training.predict import Margins
from credit_scoring.training.split import HOLDOUT, places

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


@dataclass(frozen=True, eq=False)
class Counted:
    """The clients with an outcome, counted into bins.

    `names` [f] of the model's features and their `positions` [f] in a vector; the limits of their bins, and of those of
    the margin; `parts`: part -> clients in each bin [f, b].
    """

    names: Sequence[str]
    positions: npt.NDArray[np.intp]
    edges: Sequence[Floats]
    margin_edges: Sequence[Floats]
    parts: Mapping[int, Integers]

    @property
    def everyone(self) -> Integers:
        """All parts together."""
        total: Integers = np.sum(list(self.parts.values()), axis=0)
        return total

    def margins(self, margin: Floats) -> Integers:
        """Clients in each bin [b] of their `margin` [n]."""
        counted: Integers = histogram(margin[:, np.newaxis], self.margin_edges)[0]
        return counted


def count_parts(
    learners: Learners,
    sample: Vectors,
    names: Sequence[str],
    positions: npt.NDArray[np.intp],
    out_of_fold: Margins,
) -> Counted:
    """Counts the learners into the deciles of a `sample` of them (see sample_of)."""
    edges = edges_of(sample.features)
    parts = histograms(learners.features, learners.part, positions, edges)
    return Counted(names, positions, edges, edges_of(out_of_fold.margin[:, np.newaxis]), parts)


def between_parts(counted: Counted, out_of_fold: Margins, held_out: Floats) -> tuple[Comparison, ...]:
    """Each fold against the others; the holdout, by its margins `held_out` [n], against all folds."""
    development = counted.everyone - counted.parts[HOLDOUT]
    found = []
    for fold in sorted(set(counted.parts) - {HOLDOUT}):
        here = out_of_fold.part == fold
        features = development - counted.parts[fold], counted.parts[fold]
        scores = counted.margins(out_of_fold.margin[~here]), counted.margins(out_of_fold.margin[here])
        found.append(compare(f"fold {fold + 1}", counted.names, features, scores))
    features = development, counted.parts[HOLDOUT]
    scores = counted.margins(out_of_fold.margin), counted.margins(held_out)
    return (*found, compare("the holdout", counted.names, features, scores))


def of_those_waiting(
    waiting: Vectors | None, texts: ModelTexts, counted: Counted, held_out: Floats
) -> Comparison | None:
    """The clients without an outcome, or a sample of them, against those with one; None when nobody waits.

    Their scores are held against those of the holdout, `held_out` [n] margins: the same model gave both, and it has
    learned from neither.
    """
    if waiting is None:
        return None
    nobody = np.zeros_like(counted.everyone)
    here = np.zeros(len(waiting.client_id), np.int64)
    new = histograms(waiting.features, here, counted.positions, counted.edges).get(0, nobody)
    scores = counted.margins(held_out), counted.margins(explained(waiting, scorer(texts)).margin)
    return compare("clients waiting", counted.names, (counted.everyone, new), scores)
