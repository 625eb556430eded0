"""The trainer of one machine: LightGBM in this process, on the arrays as they are."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb

from credit_scoring.training.fit import Fit, TrainerName
from credit_scoring.training.learners import columns


@dataclass(frozen=True)
class LightGbm:
    """Fits on all cores of this machine; nothing but LightGBM is needed."""

    name: TrainerName = "lightgbm"
    tasks: int = 1

    def fit(self, wanted: Fit) -> str:
        """The native text of the model."""
        given = parameters_of(wanted)
        values, target = columns(wanted.clients.features, wanted.inputs.positions), wanted.clients.target
        names = list(wanted.inputs.names)
        if wanted.judges is None:
            data = lgb.Dataset(values, target, feature_name=names, params=given)
            return str(lgb.train(given, data, wanted.rounds).model_to_string())
        seen = ~wanted.judges
        data = lgb.Dataset(values[seen], target[seen], feature_name=names, params=given)
        judges = lgb.Dataset(values[wanted.judges], target[wanted.judges], reference=data, params=given)
        stop = lgb.early_stopping(wanted.patience, verbose=False)
        booster = lgb.train(given, data, wanted.rounds, valid_sets=[judges], callbacks=[stop])
        # Where patience did not run out the best round is the best of all, too.
        return str(booster.model_to_string(num_iteration=booster.best_iteration))


def parameters_of(wanted: Fit) -> dict[str, object]:
    """What LightGBM is told, by its own names."""
    parameters = wanted.parameters
    return {
        "objective": "binary",
        "metric": "auc" if wanted.by_auc else "binary_logloss",
        "is_unbalance": wanted.balanced,
        "learning_rate": parameters.learning_rate,
        "num_leaves": parameters.num_leaves,
        "min_data_in_leaf": parameters.min_data_in_leaf,
        "feature_fraction": parameters.feature_fraction,
        "bagging_fraction": parameters.bagging_fraction,
        "bagging_freq": parameters.bagging_freq,
        "lambda_l2": parameters.lambda_l2,
        "monotone_constraints": list(wanted.inputs.constraints),
        "seed": parameters.seed,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 0,
        "verbose": -1,
    }
