"""How well margins or probabilities tell defaulted clients from good ones, and how true the probabilities are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.training.intervals import Flags, Statistic, quotients

BINS = 20
"""Bins of the calibration error: vigintiles, as many clients in each as can be."""


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
    """The probabilities themselves. `brier`: mean squared error; `ece`: expected calibration error (see BINS)."""

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
    return float(calibration_error_of(target, probability)(np.ones((1, len(target))))[0])


def calibration_error_of(target: Integers, probability: Floats, where: Flags | None = None) -> Statistic:
    """The calibration error of the clients where `where` [n] is true (default: all), as a statistic of a resample.

    The bins are those of these clients themselves, the same in every resample.
    """
    kept = _kept(target, where)
    ascending = kept[np.argsort(probability[kept], kind="stable")]
    excess = probability[ascending] - target[ascending]
    starts = np.array([part[0] for part in np.array_split(np.arange(len(ascending)), BINS) if len(part)], np.intp)

    def found(counts: Floats) -> Floats:
        drawn = counts[:, ascending]
        distances = np.abs(np.add.reduceat(drawn * excess, starts, axis=1)).sum(axis=1)
        return quotients(distances, drawn.sum(axis=1))

    return found if len(starts) else _none


def calibration_chance(probability: Floats) -> float:
    """The calibration error that chance alone brings about when every probability [n] is true.

    In a bin of m clients the observed rate is nearly normal around the mean p, with variance mean(p (1 - p)) / m, so
    its mean distance is sqrt(2 / pi) of the standard deviation.
    """
    ascending = np.sort(probability)
    bins = [part for part in np.array_split(ascending, BINS) if len(part)]
    distances = [len(part) * np.sqrt(2 / np.pi * (part * (1 - part)).mean() / len(part)) for part in bins]
    return float(sum(distances) / len(probability))


def auc_of(target: Integers, margin: Floats, where: Flags | None = None) -> Statistic:
    """The AUC of the clients where `where` [n] is true (default: all), as a statistic of a resample.

    Mann-Whitney: of all pairs of a defaulted and a good client, those where the defaulted one has the greater margin,
    and half of those of equal margins. NaN for a resample with one kind of client.
    """
    kept = _kept(target, where)
    good, defaulted = kept[target[kept] == 0], kept[target[kept] == 1]
    good = good[np.argsort(margin[good], kind="stable")]
    below = np.searchsorted(margin[good], margin[defaulted], side="left")
    not_above = np.searchsorted(margin[good], margin[defaulted], side="right")

    def found(counts: Floats) -> Floats:
        # before[:, i]: how many good clients stand among the first i, by ascending margin.
        before = np.zeros((len(counts), len(good) + 1))
        np.cumsum(counts[:, good], axis=1, out=before[:, 1:])
        drawn = counts[:, defaulted]
        right = (drawn * (before[:, below] + before[:, not_above])).sum(axis=1) / 2
        return quotients(right, before[:, -1] * drawn.sum(axis=1))

    return found


def _kept(target: Integers, where: Flags | None) -> npt.NDArray[np.intp]:
    return np.arange(len(target)) if where is None else np.flatnonzero(where)


def _none(counts: Floats) -> Floats:
    return np.full(len(counts), np.nan)


def metrics(prefix: str, *found: Discrimination | Truth) -> dict[str, float]:
    """Numbers by name, as they are logged: `holdout_auc`, ..."""
    return {f"{prefix}_{name}": value for each in found for name, value in asdict(each).items()}
