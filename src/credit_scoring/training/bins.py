"""The bins that a model keeps of the clients it learned from (model.bins), so that later ones can be compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers, score
from credit_scoring.model.bins import Bins, Edges, FeatureBins, Group
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.training.examination.groups import groups
from credit_scoring.training.examination.shifts import sample_of
from credit_scoring.training.examination.stability import BINS, edges_of
from credit_scoring.training.intervals import Flags
from credit_scoring.training.source import Outcomes
from credit_scoring.training.threshold import approved_by_score
from credit_scoring.training.train import Trained

MOST_EXPLAINED = 10_000
"""Clients whose contributions are averaged, at most about so many: enough for means of some thousand bins."""


def bins(outcomes: Outcomes, trained: Trained, texts: ModelTexts, vocabulary: Mapping[str, Mapping[str, int]]) -> Bins:
    """Counts the clients of a training.

    Scores are those of models that have not learned from the client: out of fold, and on the holdout. `texts`: of the
    model, whose contributions are averaged over some of the clients. `vocabulary`: see Bins.
    """
    learners, positions = outcomes.learners, trained.inputs.positions
    edges = Edges(bin_edges(sample_of(learners, positions).features))
    some = sample_of(learners, np.arange(learners.features.shape[1]), MOST_EXPLAINED)
    points = mean_points(
        edges, some.features[:, positions], scorer(texts).score(some.features).contributions[:, positions]
    )
    counted = np.zeros((len(edges.limits), edges.width), np.int64)
    for feature, position in enumerate(positions.tolist()):
        places = edges.places(learners.features[:, position], feature)
        counted[feature] = np.bincount(places, minlength=edges.width)
    features = tuple(
        FeatureBins(
            name=name,
            edges=tuple(limits.tolist()),
            clients=tuple(edges.own(counted[i], i).tolist()),
            points=tuple(edges.own(points[i], i).tolist()),
        )
        for i, (name, limits) in enumerate(zip(trained.inputs.names, edges.limits, strict=True))
    )
    unseen = (trained.out_of_fold, trained.holdout)
    ids, target, margin = (
        np.concatenate([getattr(each, name) for each in unseen]) for name in ("client_id", "target", "margin")
    )
    return Bins(
        features=features,
        scores=tuple(_by_score(score(trained.scale.points(margin)), target)),
        groups=_groups(outcomes, ids, approved_by_score(margin, trained.scale, trained.costs.threshold())),
        vocabulary={column: dict(values) for column, values in vocabulary.items()},
        auc=trained.metrics["oof_auc"],
        calibration_error=trained.metrics["oof_ece"],
    )


def bin_edges(values: Matrix) -> tuple[Floats, ...]:
    """The inner limits of the bins of each column of `values` [n, F]: its deciles; of few values, all but the last.

    So a rare value of a flag or of a code has a bin of its own, which deciles would not give it.
    """
    found = list(edges_of(values))
    for feature, column in enumerate(values.T):
        seen = np.unique(column[~np.isnan(column)])
        if len(seen) <= BINS:
            found[feature] = seen[:-1].astype(np.float64)
    return tuple(found)


def mean_points(edges: Edges, vectors: Matrix, contributions: Floats) -> Floats:
    """The mean of `contributions` [n, f] in each bin [f, width] of `vectors` [n, f]; of nobody the mean of all, so that
    clients who come to such a bin move no points."""
    found = np.zeros((len(edges.limits), edges.width))
    for feature, (column, points) in enumerate(zip(vectors.T, contributions.T, strict=True)):
        places = edges.places(column, feature)
        clients = np.bincount(places, minlength=edges.width)
        total = np.bincount(places, points, minlength=edges.width)
        overall = float(points.mean()) if len(points) else 0.0
        found[feature] = np.where(clients > 0, total / np.maximum(clients, 1), overall)
    return found


def _by_score(scores: Integers, target: Integers) -> list[tuple[int, int, int]]:
    seen, place = np.unique(scores, return_inverse=True)
    clients = np.bincount(place, minlength=len(seen))
    defaults = np.bincount(place, target, minlength=len(seen)).astype(np.int64)
    return list(zip(seen.tolist(), clients.tolist(), defaults.tolist(), strict=True))


def _groups(outcomes: Outcomes, ids: Integers, approved: Flags) -> dict[str, dict[str, Group]]:
    """Grouping -> label -> its clients; of a grouping only groups with somebody in them."""
    members = groups(outcomes.application).of(ids).members
    found: dict[str, dict[str, Group]] = {}
    for grouping, codes in members.items():
        for code, label in enumerate(grouping.labels):
            here = codes == code
            if here.any():
                group = Group(clients=int(here.sum()), approved=int(approved[here].sum()))
                found.setdefault(grouping.name, {})[label] = group
    return found
