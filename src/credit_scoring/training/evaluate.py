"""How well margins or probabilities tell defaulted clients from good ones, and how true the probabilities are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from credit_scoring.explanation.contributions import Floats
from credit_scoring.explanation.points import Integers

BINS = 20


@dataclass(frozen=True)
class Discrimination:
    """The order alone.

    `auc`: the probability that a defaulted client stands above a good one. `gini` = 2 auc - 1. `ks`: the largest
    distance between the shares of defaulted and of good clients above a margin (Kolmogorov-Smirnov).
    """

    auc: float
    gini: float
    ks: float


@dataclass(frozen=True)
class Truth:
    """The probabilities themselves. `brier`: mean squared error; `ece`: expected calibration error, 20 equal bins."""

    brier: float
    ece: float


def discrimination(target: Integers, margin: Floats) -> Discrimination:
    """How well `margin` [n] (any order-preserving function of it) orders clients with `target` [n]."""
    false_positive, true_positive, _ = roc_curve(target, margin)
    auc = float(roc_auc_score(target, margin))
    return Discrimination(auc=auc, gini=2 * auc - 1, ks=float((true_positive - false_positive).max()))


def truth(target: Integers, probability: Floats) -> Truth:
    """How near `probability` [n] is to `target` [n]."""
    return Truth(brier=float(brier_score_loss(target, probability)), ece=calibration_error(target, probability))


def calibration_error(target: Integers, probability: Floats) -> float:
    """Mean distance between predicted and observed default rate, over bins of (nearly) as many clients each.

    Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015, with equal bins.
    """
    ascending = np.argsort(probability, kind="stable")
    bins = [part for part in np.array_split(ascending, BINS) if len(part)]
    distances = [len(part) * abs(probability[part].mean() - target[part].mean()) for part in bins]
    return float(sum(distances) / len(target))


def metrics(prefix: str, *found: Discrimination | Truth) -> dict[str, float]:
    """Numbers by name, as they are logged: `holdout_auc`, ..."""
    return {f"{prefix}_{name}": value for each in found for name, value in asdict(each).items()}
