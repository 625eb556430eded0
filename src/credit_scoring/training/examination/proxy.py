"""How well the inputs of a model tell what was kept from it: gender, predicted from the same vectors.

The AUC of a model that tries is the measure: 0.5, the inputs say nothing; 1, they say it all, and leaving gender out
left nothing out. What tells it most is named, because that is where a reviewer has to look.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from sklearn.model_selection import StratifiedKFold

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.training.evaluate import auc_of
from credit_scoring.training.intervals import Flags, Interval, Resampling, bootstrap

FEW = 200
"""Clients of each kind from which on the question is asked at all."""

_FOLDS, _ROUNDS, _NAMED = 5, 100, 5
_PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 16,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.3,
    "deterministic": True,
    "force_col_wise": True,  # a third of the columns is looked at: half the time of row by row, and the same trees
    "num_threads": 1,  # of each fit; the fits go side by side
    "verbose": -1,
}


@dataclass(frozen=True)
class Proxy:
    """How well `clients` clients could be told apart. `strongest`: features and their share of the gain."""

    clients: int
    auc: Interval
    strongest: tuple[tuple[str, float], ...]


def proxy(vectors: Matrix, names: Sequence[str], of_kind: Flags, resampling: Resampling) -> Proxy | None:
    """Tells `of_kind` [n] from `vectors` [n, F] of the features `names`, each client by a model that has not seen it.

    Small LightGBM models over five folds. None where there are too few clients of a kind.
    """
    kinds = np.bincount(of_kind.astype(np.int64), minlength=2)
    if kinds.min() < FEW:
        return None
    told: Floats = np.zeros(len(vectors))
    gain: Floats = np.zeros(len(names))
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=resampling.seed).split(vectors, of_kind))
    given = {**_PARAMETERS, "seed": resampling.seed}
    # Bins are made once, of all clients: they tell nothing of the kind.
    everybody = lgb.Dataset(vectors, of_kind.astype(np.float64), params=given, free_raw_data=False).construct()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fits = [pool.submit(lgb.train, given, everybody.subset(learn.tolist()), _ROUNDS) for learn, _ in folds]
    for fit, (_, judge) in zip(fits, folds, strict=True):
        told[judge] = np.asarray(fit.result().predict(vectors[judge], raw_score=True))
        gain += fit.result().feature_importance("gain")
    strongest = np.argsort(-gain, kind="stable")[:_NAMED].tolist()
    auc = bootstrap(auc_of(of_kind.astype(np.int64), told), len(told), resampling)
    return Proxy(len(vectors), auc.within(0, 1), tuple((names[i], float(gain[i] / gain.sum())) for i in strongest))
