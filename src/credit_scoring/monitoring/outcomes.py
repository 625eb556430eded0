"""Outcomes against probabilities: order, truth and cost of scored clients whose outcome has come.

Only who got a loan has an outcome, so the clients are other ones than those of a training: fewer of low score, whom a
model orders less well. What is to be expected is therefore not the training's figure but what follows from these very
clients' probabilities if each is true: outcomes drawn with them give the AUC that chance and the choice of clients
explain, and how far it varies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.model.artifacts import Costs
from credit_scoring.monitoring.chance import two_sided
from credit_scoring.training.evaluate import auc_of, calibration_chance, calibration_error_of, discrimination, truth
from credit_scoring.training.examination.audit import FEW_CLIENTS, FEW_DEFAULTS
from credit_scoring.training.intervals import Flags, Interval, Resampling, intervals, mean_of
from credit_scoring.training.threshold import cost_of

DRAWS = 400
"""How often outcomes are drawn from the probabilities."""


@dataclass(frozen=True)
class Performance:
    """What scores were worth.

    `clients`, `defaults`; `expected`: the sum of the probabilities. `ratio`: defaults by expected. `ratio_chance`: the
    probability of a ratio as far from 1 if the probabilities are true. `auc_expected`: see above; `auc_chance`: the
    probability of an AUC as low. `calibration_by_chance`: the calibration error that true probabilities would show.
    `cost`: a client, as decided by score. None where there are too few clients or defaults to say anything.
    """

    clients: int
    defaults: int
    expected: float
    ratio: float
    ratio_chance: float
    observed: Interval
    auc: Interval | None
    auc_expected: float | None
    auc_chance: float
    ks: float | None
    brier: float
    calibration_error: Interval | None
    calibration_by_chance: float
    cost: Interval


def enough(target: Integers, probability: Floats) -> bool:
    """Whether there are clients, and defaults to be expected, enough for figures to mean something."""
    return len(target) >= FEW_CLIENTS and probability.sum() >= FEW_DEFAULTS


@dataclass(frozen=True, eq=False)
class Judged:
    """Clients with an outcome: `target` [n] (1: defaulted), the `probability` [n] that they were given, whether their
    score approves them [n], what decisions cost; `learned_from`: the defaults that the model was calibrated on, which
    is how surely its level is known."""

    target: Integers
    probability: Floats
    approved: Flags
    costs: Costs
    learned_from: int

    def among(self, here: Flags) -> Judged:
        """Those of whom `here` [n] is true."""
        return replace(self, target=self.target[here], probability=self.probability[here], approved=self.approved[here])


def performance(clients: Judged, resampling: Resampling) -> Performance | None:
    """The figures of these clients; None where they are too few."""
    target, probability = clients.target, clients.probability
    if not enough(target, probability):
        return None
    n, defaults, expected = len(target), int(target.sum()), float(probability.sum())
    # Of independent outcomes with these probabilities, and of a level that is itself known from so many defaults.
    error = float(np.sqrt((probability * (1 - probability)).sum() + expected**2 / max(1, clients.learned_from)))
    both = 0 < defaults < n
    statistics = {
        "observed": mean_of(target.astype(np.float64)),
        "cost": cost_of(target, clients.approved, clients.costs),
        "calibration": calibration_error_of(target, probability),
        **({"auc": auc_of(target, probability)} if both else {}),
    }
    found = intervals(statistics, n, resampling)
    auc_mean, auc_error = expected_auc(probability, resampling.seed)
    auc = found.get("auc")
    return Performance(
        clients=n,
        defaults=defaults,
        expected=expected,
        ratio=defaults / expected,
        ratio_chance=two_sided(max(0.0, abs(defaults - expected) - 0.5), error),
        observed=found["observed"].within(0.0, 1.0),
        auc=auc,
        auc_expected=auc_mean,
        auc_chance=float(ndtr((auc.value - auc_mean) / auc_error)) if auc and auc_error > 0 else 1.0,
        ks=discrimination(target, probability).ks if both else None,
        brier=truth(target, probability).brier,
        calibration_error=found["calibration"].within(0.0, 1.0),
        calibration_by_chance=calibration_chance(probability),
        cost=found["cost"],
    )


def expected_auc(probability: Floats, seed: int) -> tuple[float, float]:
    """Mean and standard deviation of the AUC of `probability` [n] when it is true: outcomes are drawn with it."""
    random = np.random.default_rng(seed)
    ordered = np.sort(probability)
    # Mid-ranks, so that equal probabilities count half.
    _, first, many = np.unique(ordered, return_index=True, return_counts=True)
    rank = np.repeat(first + (many + 1) / 2, many)
    found = []
    for _ in range(DRAWS):
        defaulted = random.random(len(ordered)) < ordered
        bad = int(defaulted.sum())
        if 0 < bad < len(ordered):
            found.append((rank[defaulted].sum() - bad * (bad + 1) / 2) / (bad * (len(ordered) - bad)))
    if len(found) < 2:
        return 0.5, 0.0
    return float(np.mean(found)), float(np.std(found, ddof=1))
