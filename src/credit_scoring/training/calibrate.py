"""From margins to probabilities: Platt's logistic curve, fitted on margins of clients that the fold's model never saw.

Platt, "Probabilistic outputs for support vector machines", 1999. It is affine in log-odds, so that points add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from credit_scoring.errors import ModelError
from credit_scoring.explanation.contributions import Floats
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
        raise ModelError(
            "The margins tell defaulted from good clients without an error, so no probability can be fitted: a feature "
            "probably contains the outcome. Find it and leave it out."
        )
    fitted = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=100)
    # On more threads BLAS adds up in another order, and the last bits would depend on the machine.
    with threadpool_limits(1):
        fitted.fit(margin[:, np.newaxis], target)
    a, b = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if a <= 0:
        raise ModelError(
            f"The model orders clients that it has not seen no better than chance (calibration slope {a:.3g}; it must "
            "be above 0): the features say nothing about these outcomes. Check the outcomes, or train on more clients."
        )
    return Calibration(a, b)
