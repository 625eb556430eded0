"""What decisions cost, and where the line between approving and refusing belongs.

With calibrated probabilities the costs alone give the threshold: approving a client costs `default` p - `good` (1 - p)
on average, which is below 0 for p < good / (default + good) (Elkan, "The foundations of cost-sensitive learning",
2001). The threshold that was best for past clients is reported beside it, as a check, never used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.contributions import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.model.artifacts import Costs

Flags = npt.NDArray[np.bool_]


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


def _best(target: Integers, probability: Floats, costs: Costs) -> tuple[float, float]:
    """The cheapest threshold and its cost; of equally cheap ones the lowest."""
    ascending = np.argsort(probability, kind="stable")
    steps = np.where(target[ascending] == 1, costs.default, -costs.good)
    approving_first = np.concatenate([[0.0], np.cumsum(steps)])
    # Equal probabilities cannot be decided differently: a threshold lies only before a greater probability.
    thresholds, first = np.unique(probability[ascending], return_index=True)
    thresholds = np.append(thresholds, np.nextafter(1.0, 2.0))
    totals = approving_first[np.append(first, len(target))]
    cheapest = int(np.argmin(totals))
    return float(thresholds[cheapest]), float(totals[cheapest] / len(target) + costs.handling)
