"""From margins to probabilities: Platt's logistic curve, fitted on margins of clients that the fold's model never saw.

Platt, "Probabilistic outputs for support vector machines", 1999. It is affine in log-odds, so that points add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from credit_scoring.errors.models import NO_BETTER_THAN_CHANCE, OUTCOME_AMONG_FEATURES
from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers


@dataclass(frozen=True)
class Calibration:
    """Log-odds of default = a margin + b."""

    a: float
    b: float


def calibrate(margin: Floats, target: Integers) -> Calibration:
    """The most likely curve for `margin` [n] and `target` [n]; ModelError when it does not rise.

    Newton's method without a penalty: the result depends on the data alone.
    """
    if margin[target == 0].max() <= margin[target == 1].min():
        raise OUTCOME_AMONG_FEATURES()
    fitted = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=100)
    # On more threads BLAS adds up in another order, and the last bits would depend on the machine.
    with threadpool_limits(1):
        fitted.fit(margin[:, np.newaxis], target)
    a, b = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if a <= 0:
        raise NO_BETTER_THAN_CHANCE(slope=a)
    return Calibration(a, b)
