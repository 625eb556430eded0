"""A logistic regression on the same inputs and folds: what a scorecard would reach without trees.

scikit-learn fits it on the driver, on a bounded number of clients; Spark's tasks compute the margins of all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from credit_scoring.training.predict import Margins, margins_by

MOST_CLIENTS = 100_000
"""Clients that a regression learns from at most, chosen by a hash of the id; more would hardly move it."""


def out_of_fold(development: DataFrame, clients: int, folds: int) -> Margins:
    """The margins of the clients of `development` (client_id, target, part, features), each by the other folds.

    `clients`: how many there are.
    """
    place = F.pmod(F.xxhash64("client_id", F.lit("logistic")), F.lit(1_000_000))
    learners = development.where(place < int(1_000_000 * min(1.0, MOST_CLIENTS / clients)))
    rows: pd.DataFrame = learners.select("client_id", "target", "part", "features").toPandas()
    rows = rows.sort_values("client_id")
    matrix, part, target = np.stack(rows["features"]), rows["part"].to_numpy(), rows["target"].to_numpy()
    fitted: Mapping[int, Pipeline] = {
        fold: _regression().fit(matrix[part != fold], target[part != fold]) for fold in range(folds)
    }
    return margins_by(development, lambda: {fold: model.decision_function for fold, model in fitted.items()})


def _regression() -> Pipeline:
    """Missing values become the median; a feature that nobody has becomes 0; every feature has variance 1."""
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=100),
    )
