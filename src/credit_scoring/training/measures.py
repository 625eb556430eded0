"""What a model is worth on clients that it has not seen: order, truth and cost, predicted against observed defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import binomtest

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers, Scale
from credit_scoring.model.artifacts import Costs
from credit_scoring.training.evaluate import BINS, auc_of, calibration_error_of, discrimination, metrics, truth
from credit_scoring.training.intervals import Interval, Resampling, Statistic, difference, intervals
from credit_scoring.training.predict import Margins
from credit_scoring.training.threshold import (
    approved_by_score,
    approved_by_search,
    best_cost_of,
    cost,
    cost_above_best_by_chance,
    cost_of,
    cost_report,
)

DECILES = 10


@dataclass(frozen=True)
class Measures:
    """Numbers by name, as they are logged (`oof_auc`, ...); and the intervals of some of them, by the same names.

    Some intervals are of paired differences: `..._cost_above_approve_all`, `..._cost_above_best` and
    `..._cost_above_searched`, all of the cost as decided by the score. The best threshold in hindsight has seen the
    outcomes that it is judged by; the searched one, where there are several folds, only those of the others.
    `..._cost_above_best_by_chance` is how far the best in hindsight would lie below if every probability were true.
    """

    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval]


def measures(prefix: str, clients: Margins, scale: Scale, costs: Costs, resampling: Resampling) -> Measures:
    """Order, truth before and after calibration, and costs of `clients`, by the prefixed name."""
    probability = scale.probability(clients.margin)
    uncalibrated = Scale(1.0, 0.0).probability(clients.margin)
    decided = approved_by_score(clients.margin, scale, costs.threshold())
    by_score = cost_of(clients.target, decided, costs)
    all_approved = cost_of(clients.target, np.ones(len(decided), np.bool_), costs)
    best = best_cost_of(clients.target, probability, costs)
    statistics = {
        "auc": auc_of(clients.target, clients.margin),
        "ece": calibration_error_of(clients.target, probability),
        "cost_by_score": by_score,
        "cost_at_half": cost_of(clients.target, probability < 0.5, costs),
        "cost_approve_all": all_approved,
        "best_cost": best,
        "cost_above_approve_all": difference(by_score, all_approved),
        "cost_above_best": difference(by_score, best),
    }
    searched: dict[str, Statistic] = {}
    if len(np.unique(clients.part)) > 1:
        by_search = cost_of(clients.target, approved_by_search(clients.target, probability, clients.part, costs), costs)
        searched = {"cost_searched": by_search, "cost_above_searched": difference(by_score, by_search)}
    found = intervals(statistics | searched, len(decided), resampling)
    found["ece"] = found["ece"].within(0.0, 1.0)
    costs_found = asdict(cost_report(clients.target, probability, costs))
    return Measures(
        metrics={
            **metrics(prefix, discrimination(clients.target, clients.margin), truth(clients.target, probability)),
            **metrics(f"{prefix}_uncalibrated", truth(clients.target, uncalibrated)),
            **{f"{prefix}_{name}": value for name, value in costs_found.items()},
            f"{prefix}_cost_by_score": cost(clients.target, decided, costs),
            f"{prefix}_cost_above_best_by_chance": cost_above_best_by_chance(probability, costs, resampling),
            f"{prefix}_approval_rate": float(decided.mean()),
            **{f"{prefix}_{name}": found[name].value for name in searched},
        },
        intervals={f"{prefix}_{name}": interval for name, interval in found.items()},
    )


@dataclass(frozen=True)
class Bin:
    """Clients of like probability: how many, their mean probability of default, and the share that defaulted."""

    clients: int
    predicted: float
    actual: Interval


@dataclass(frozen=True)
class Gain:
    """A tenth of the clients, the riskiest first.

    `lowest`: the lowest probability in it. `caught`: the share of all defaults that it and the tenths before it hold.
    """

    clients: int
    defaults: int
    lowest: float
    caught: float

    @property
    def rate(self) -> float:
        """The share that defaulted."""
        return self.defaults / self.clients


def reliability(target: Integers, probability: Floats) -> tuple[Bin, ...]:
    """Bins of (nearly) as many clients each, by ascending `probability` [n]; Wilson's interval of 95 % for the rate."""
    ascending = np.argsort(probability, kind="stable")
    return tuple(
        Bin(len(part), float(probability[part].mean()), _wilson(int(target[part].sum()), len(part)))
        for part in np.array_split(ascending, BINS)
        if len(part)
    )


def gains(target: Integers, probability: Floats) -> tuple[Gain, ...]:
    """Tenths of the clients by descending `probability` [n]; `lowest`: the lowest probability in each."""
    descending = np.argsort(-probability, kind="stable")
    all_defaults, caught, found = int(target.sum()), 0, []
    for part in np.array_split(descending, DECILES):
        if len(part):
            defaults = int(target[part].sum())
            caught += defaults
            found.append(Gain(len(part), defaults, float(probability[part].min()), caught / all_defaults))
    return tuple(found)


def _wilson(defaults: int, clients: int) -> Interval:
    """The rate with its interval of 95 % after Wilson, which also holds near rates of 0 and 1."""
    found = binomtest(defaults, clients).proportion_ci(0.95, method="wilson")
    return Interval(defaults / clients, found.low, found.high)
