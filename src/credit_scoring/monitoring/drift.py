"""How far clients lie from those that the model learned from: by score, and by feature in points.

    points moved by a feature = sum over its bins of (share now - share then) x mean contribution of the bin

with the mean contributions of the training, so the number says what the shift did to the mean score. It is the sum of
what missing values did, and of what the known ones did among themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.points import Integers
from credit_scoring.model.bins import Bins, FeatureBins
from credit_scoring.monitoring.chance import homogeneity, moved_mean, psi_passes, two_shares
from credit_scoring.monitoring.profile import Profile
from credit_scoring.training.examination.stability import BINS, shift


@dataclass(frozen=True)
class FeatureDrift:
    """A feature then and now.

    `points`: what its shift did to the mean score. `value_points`: the part of it that known values did; `chance`: the
    probability of a move as large by chance, the smaller of that of the points and that of the shares, doubled.
    `clients_moved`: the share of clients who stand in other bins. `psi`: of known values. `missing_then` and
    `missing_now` are shares; `missing_chance`: the probability of their difference by chance. `limit_chance`: that of a
    PSI above the limit.
    """

    name: str
    points: float
    value_points: float
    chance: float
    clients_moved: float
    psi: float
    missing_then: float
    missing_now: float
    missing_chance: float
    limit_chance: float


@dataclass(frozen=True)
class ScoreDrift:
    """The scores then and now: PSI over deciles, the probability of one as large by chance, and of one above the limit;
    mean scores; the share of clients above the cut-off; default rate of the training and mean probability now."""

    psi: float
    chance: float
    limit_chance: float
    mean_then: float
    mean_now: float
    approved_then: float
    approved_now: float
    defaults_then: float
    expected_now: float


def feature_drifts(bins: Bins, profile: Profile, max_psi: float) -> tuple[FeatureDrift, ...]:
    """Every feature, the one that moved most points first."""
    found = [_feature(then, now, max_psi) for then, now in zip(bins.features, profile.features, strict=True)]
    return tuple(sorted(found, key=lambda each: (-abs(each.points), each.name)))


def score_drift(bins: Bins, scores: Mapping[int, int], expected_now: float, cut_off: int, max_psi: float) -> ScoreDrift:
    """`scores`: now, clients by score. `expected_now`: mean probability of default."""
    then = {score: clients for score, clients, _ in bins.scores}
    limits = deciles(then)
    before, now = binned(then, limits), binned(scores, limits)
    moved = shift("score", before, now)
    return ScoreDrift(
        psi=moved.psi,
        chance=homogeneity(before, now),
        limit_chance=psi_passes(max_psi, int(before.sum()), int(now.sum()), int((before + now > 0).sum())),
        mean_then=_mean(then),
        mean_now=_mean(scores),
        approved_then=_above(then, cut_off),
        approved_now=_above(scores, cut_off),
        defaults_then=bins.default_rate,
        expected_now=expected_now,
    )


def deciles(clients: Mapping[int, int]) -> Sequence[int]:
    """The scores up to which the tenths of the clients reach, each once."""
    scores = np.array(sorted(clients))
    reached = np.cumsum([clients[score] for score in scores.tolist()])
    wanted = np.ceil(reached[-1] * np.arange(1, BINS) / BINS)
    found: list[int] = np.unique(scores[np.searchsorted(reached, wanted)]).tolist()
    return found


def binned(clients: Mapping[int, int], limits: Sequence[int]) -> Integers:
    """Clients in the bins [b + 1] up to each limit, and above the last."""
    places = np.searchsorted(np.array(limits), np.array(list(clients), np.int64), side="left")
    return np.bincount(places, list(clients.values()), minlength=len(limits) + 1).astype(np.int64)


def _feature(then: FeatureBins, now: Integers, max_psi: float) -> FeatureDrift:
    before, points = np.array(then.clients, np.int64), np.array(then.points)
    n, m = int(before.sum()), int(now.sum())
    total, _, _ = moved_mean(before, now, points)
    known_before, known_now = before[:-1], now[:-1]
    value_points, _, by_points = moved_mean(known_before, known_now, points[:-1])
    known_share = known_now.sum() / max(1, m)
    return FeatureDrift(
        name=then.name,
        points=total,
        value_points=float(value_points * known_share),
        chance=min(1.0, 2 * min(by_points, homogeneity(known_before, known_now))),
        clients_moved=float(np.abs(before / max(1, n) - now / max(1, m)).sum() / 2),
        psi=shift(then.name, known_before, known_now).psi,
        missing_then=float(before[-1] / max(1, n)),
        missing_now=float(now[-1] / max(1, m)),
        missing_chance=two_shares(int(before[-1]), n, int(now[-1]), m),
        limit_chance=psi_passes(
            max_psi, int(known_before.sum()), int(known_now.sum()), int((known_before + known_now > 0).sum())
        ),
    )


def _mean(clients: Mapping[int, int]) -> float:
    total = sum(clients.values())
    return sum(score * many for score, many in clients.items()) / total if total else 0.0


def _above(clients: Mapping[int, int], cut_off: int) -> float:
    total = sum(clients.values())
    return sum(many for score, many in clients.items() if score >= cut_off) / total if total else 0.0
