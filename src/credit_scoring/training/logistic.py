"""A logistic regression on the same inputs and folds: what a scorecard would reach without trees.

scikit-learn fits it on a bounded number of clients.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners, columns
from credit_scoring.training.predict import Margins, margins_by
from credit_scoring.training.split import places

MOST_CLIENTS = 100_000
"""Clients that a regression learns from at most, chosen by a hash of the id; more would hardly move it."""


def out_of_fold(development: Learners, inputs: Inputs, folds: int) -> Margins:
    """The margins of the clients of `development`, each by the other folds."""
    share = MOST_CLIENTS / len(development.client_id)
    learners = development.where(places(development.client_id, "logistic") < share)
    values, part, target = columns(learners.features, inputs.positions), learners.part, learners.target
    fitted = {fold: _fitted(values[part != fold], target[part != fold]) for fold in range(folds)}
    return margins_by(development, inputs, fitted)


def _fitted(values: Matrix, target: Integers) -> Callable[[Matrix], Floats]:
    """Missing values become the median; a feature that nobody has becomes 0; every feature has variance 1.

    numpy imputes: scikit-learn's imputer masks every value first, which takes five times longer than the rest.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a feature that nobody has
        medians = np.nan_to_num(np.nanmedian(values, axis=0))

    def known(some: Matrix) -> Matrix:
        return np.where(np.isnan(some), medians, some)

    regression = make_pipeline(
        FunctionTransformer(known), StandardScaler(), LogisticRegression(solver="newton-cholesky", max_iter=100)
    ).fit(values, target)
    margin_of: Callable[[Matrix], Floats] = regression.decision_function
    return margin_of
