"""A logistic regression on the same inputs and folds: what a scorecard would reach without trees.

scikit-learn fits it on a bounded number of clients.
"""

from __future__ import annotations

from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

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
    fitted = {fold: _regression().fit(values[part != fold], target[part != fold]) for fold in range(folds)}
    return margins_by(development, inputs, {fold: model.decision_function for fold, model in fitted.items()})


def _regression() -> Pipeline:
    """Missing values become the median; a feature that nobody has becomes 0; every feature has variance 1."""
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=100),
    )
