"""What decisions cost, where the line between approving and refusing belongs, and who was only just approved.

With calibrated probabilities the costs alone give the threshold: approving a client costs `default` p - `good` (1 - p)
on average, which is below 0 for p < good / (default + good) (Elkan, "The foundations of cost-sensitive learning",
2001). The threshold that was best for past clients is reported beside it, as a check, never used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from credit_scoring.errors.models import NOBODY_APPROVED
from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers, Scale, cut_off, score
from credit_scoring.model.artifacts import Costs
from credit_scoring.training.intervals import Flags, Resampling, Statistic, mean_of
from credit_scoring.training.predict import Margins

CURVE_POINTS = 101
"""Points of a cost curve: nobody approved, then a percent of the clients more at each, up to all."""


@dataclass(frozen=True)
class CostReport:
    """Cost a client, in the unit of the costs, by how clients would have been decided.

    `cost`: approved below `threshold`. `best_cost`: below `best_threshold`, the one that was cheapest for these clients
    (the lowest such probability; approved are clients strictly below it; above 1: approve all).
    """

    threshold: float
    cost: float
    best_threshold: float
    best_cost: float
    cost_at_half: float
    cost_approve_all: float


@dataclass(frozen=True)
class CostPoint:
    """Cost a client if those with a probability of default strictly below `threshold` were approved, and their share.

    The last point's threshold lies above 1: all are approved.
    """

    threshold: float
    approved: float
    cost: float


def approved_by_score(margin: Floats, scale: Scale, threshold: float) -> Flags:
    """Whether each client [n] is approved, unless referred: whole points decide, as when scoring."""
    reached: Flags = score(scale.points(margin)) >= cut_off(scale, threshold)
    return reached


def cost(target: Integers, approved: Flags, costs: Costs) -> float:
    """(default FN - good TN + handling n) / n: FN defaults approved, TN good clients approved, n clients."""
    false_negatives = np.count_nonzero(approved & (target == 1))
    true_negatives = np.count_nonzero(approved & (target == 0))
    return (costs.default * false_negatives - costs.good * true_negatives) / len(target) + costs.handling


def cost_report(target: Integers, probability: Floats, costs: Costs) -> CostReport:
    """The costs of `probability` [n] as a rule for clients with `target` [n]."""
    threshold = costs.threshold()
    best_threshold, best_cost = _best(target, probability, costs)
    return CostReport(
        threshold=threshold,
        cost=cost(target, probability < threshold, costs),
        best_threshold=best_threshold,
        best_cost=best_cost,
        cost_at_half=cost(target, probability < 0.5, costs),
        cost_approve_all=cost(target, np.ones(len(target), np.bool_), costs),
    )


def approved_by_search(target: Integers, probability: Floats, part: Integers, costs: Costs) -> Flags:
    """Whether each client [n] is approved at the threshold that was cheapest for the clients of the other parts.

    What searching a threshold is worth without hindsight; `part` [n] has at least two values.
    """
    approved = np.zeros(len(target), np.bool_)
    for each in np.unique(part):
        here = part == each
        threshold, _ = _best(target[~here], probability[~here], costs)
        approved[here] = probability[here] < threshold
    return approved


def cost_of(target: Integers, approved: Flags, costs: Costs, where: Flags | None = None) -> Statistic:
    """`cost` of the clients where `where` [n] is true (default: all), as a statistic of a resample."""
    return mean_of(np.where(approved, _steps(target, costs), 0.0) + costs.handling, where)


def best_cost_of(target: Integers, probability: Floats, costs: Costs) -> Statistic:
    """The cost at the threshold that is cheapest for the clients of a resample, as a statistic of it.

    Never above the cost of a threshold that was fixed beforehand, so it flatters: by how much, its interval knows.
    """
    ascending = np.argsort(probability, kind="stable")
    steps = _steps(target, costs)[ascending]
    _, places = _thresholds(probability[ascending])

    def found(counts: Floats) -> Floats:
        drawn = counts[:, ascending]
        approving_first = np.zeros((len(counts), len(target) + 1))
        np.cumsum(drawn * steps, axis=1, out=approving_first[:, 1:])
        best: Floats = approving_first[:, places].min(axis=1) / drawn.sum(axis=1) + costs.handling
        return best

    return found


def cost_above_best_by_chance(probability: Floats, costs: Costs, resampling: Resampling) -> float:
    """By how much the costs' threshold would cost more than the best in hindsight if every probability [n] were true.

    The mean over outcomes drawn with these probabilities. No threshold chosen beforehand is better than the costs' own
    then, so this is what looking at the outcomes brings about by itself: a measured distance up to here is no fault.
    """
    random = np.random.default_rng(resampling.seed)
    ascending = np.sort(probability)
    _, places = _thresholds(ascending)
    approved = int(np.searchsorted(ascending, costs.threshold()))
    distances = []
    for _ in range(resampling.repeats):
        defaulted = (random.random(len(ascending)) < ascending).astype(np.int64)
        totals = _approving_first(defaulted, costs)
        distances.append(totals[approved] - totals[places].min())
    return float(np.mean(distances) / len(ascending))


def cost_curve(target: Integers, probability: Floats, costs: Costs) -> tuple[CostPoint, ...]:
    """What each threshold would cost, from approving nobody to approving all, in CURVE_POINTS steps of equally many."""
    ascending = np.argsort(probability, kind="stable")
    approving_first = _approving_first(target[ascending], costs)
    thresholds, places = _thresholds(probability[ascending])
    wanted = np.unique(np.searchsorted(places, np.linspace(0, len(target), CURVE_POINTS)))
    return tuple(
        CostPoint(
            threshold=float(thresholds[i]),
            approved=float(places[i] / len(target)),
            cost=float(approving_first[places[i]] / len(target) + costs.handling),
        )
        for i in wanted
    )


def _best(target: Integers, probability: Floats, costs: Costs) -> tuple[float, float]:
    """The cheapest threshold and its cost; of equally cheap ones the lowest."""
    ascending = np.argsort(probability, kind="stable")
    thresholds, places = _thresholds(probability[ascending])
    totals = _approving_first(target[ascending], costs)[places]
    cheapest = int(np.argmin(totals))
    return float(thresholds[cheapest]), float(totals[cheapest] / len(target) + costs.handling)


def _thresholds(ascending: Floats) -> tuple[Floats, Integers]:
    """Every threshold that decides differently, ascending, and how many clients stand below it.

    Equal probabilities cannot be decided differently: a threshold lies only before a greater probability.
    """
    thresholds, first = np.unique(ascending, return_index=True)
    return np.append(thresholds, np.nextafter(1.0, 2.0)), np.append(first, len(ascending))


def _approving_first(target: Integers, costs: Costs) -> Floats:
    """[n + 1]: what approving the first none, one, ..., n clients brings up to, without handling."""
    return np.concatenate([[0.0], np.cumsum(_steps(target, costs))])


def _steps(target: Integers, costs: Costs) -> Floats:
    """What approving each client [n] costs."""
    return np.where(target == 1, costs.default, -costs.good)


REFERENCE_SHARE = 5
"""The reference group is one in so many of the approved."""


def reference_group(holdout: Margins, scale: Scale, threshold: float) -> Integers:
    """The ids, ascending, of the approved holdout clients nearest the cut-off: a fifth of them, ties by client id.

    Everybody is compared with them, because they were only just approved.
    ModelError when no client of the holdout would be approved.
    """
    approved = approved_by_score(holdout.margin, scale, threshold)
    if not approved.any():
        raise NOBODY_APPROVED()
    ids = holdout.client_id[approved]
    nearest = np.lexsort((ids, scale.points(holdout.margin[approved])))
    return np.sort(ids[nearest[: math.ceil(len(ids) / REFERENCE_SHARE)]])


def reference_points(phi: Floats, scale: Scale) -> tuple[float, ...]:
    """Mean raw points [F] of the reference group with shares `phi` [k, F]; exact sums, so the order does not matter."""
    raw = scale.raw_points(phi)
    return tuple(math.fsum(column) / len(raw) for column in raw.T.tolist())
