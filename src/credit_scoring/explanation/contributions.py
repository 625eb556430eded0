"""The margin of each client and the exact share of every feature in it: margin = phi_0 + sum over features of phi.

The shares are Shapley values in the path-dependent form: a feature that is not known is averaged out by the numbers
of training clients that went either way at each split (Lundberg et al., "From local explanations to global
understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020). LightGBM computes them.
"""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from lightgbm.basic import LightGBMError

from credit_scoring.errors import ModelError

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

TOLERANCE = 1e-9
"""By how much margin and sum of shares may differ, relative to the row's largest absolute value."""


def margins_and_contributions(booster: lgb.Booster, matrix: Matrix) -> tuple[Floats, Floats, float]:
    """Margins, shares and expectation of the clients in `matrix`.

    `matrix`: [n, F], the model's own features in the model's order, missing = NaN.
    Returns `margin` [n] in log-odds of default, bit for bit the booster's raw score; `phi` [n, F] in the same unit;
    and `phi_0`, the margin of the average training client, the same number for every client.
    A client's numbers do not depend on the other rows. ModelError when LightGBM cannot explain the model
    (linear trees), or when the shares do not add up to the margin (client counts at the nodes that contradict).
    """
    if len(matrix) == 0:
        # LightGBM takes no empty matrix; the expectation is still asked for, and any row tells it.
        _, _, phi_0 = margins_and_contributions(booster, np.zeros((1, matrix.shape[1]), np.float32))
        return np.zeros(0), np.zeros((0, matrix.shape[1])), phi_0
    # One thread: a Spark task has one core, and the tasks beside it have the others.
    try:
        margin = np.asarray(booster.predict(matrix, raw_score=True, num_threads=1), np.float64)
        shares = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1), np.float64)
    except LightGBMError as error:
        raise ModelError(f"LightGBM cannot explain this model ({error}): train another.") from error
    if margin.ndim != 1 or shares.shape != (len(matrix), matrix.shape[1] + 1):
        raise ModelError("The model gives more than one margin a client: train a model of one binary outcome.")
    largest = np.maximum(np.abs(shares).max(axis=1), np.abs(margin))
    # Written so that a NaN is off, too.
    adds_up = np.abs(shares.sum(axis=1) - margin) <= TOLERANCE * largest
    if not adds_up.all():
        raise ModelError(
            f"The contributions of {np.count_nonzero(~adds_up)} of {len(matrix)} clients do not add up to the margin: "
            "the client counts at the nodes of its trees contradict each other; train the model again."
        )
    return margin, shares[:, :-1], float(shares[0, -1])
