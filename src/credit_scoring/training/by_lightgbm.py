"""The trainer of one machine: LightGBM in this process, on the arrays as they are.

The bins of the features are found once, of all clients that are asked with, and each model learns from a part of them:
bins tell nothing of outcomes. Models that are asked for together are fitted side by side with their share of the cores,
because cores that grow one small tree together mostly wait for each other.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np
from lightgbm.callback import CallbackEnv

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.fit import Fit, TrainerName, with_splits
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.intervals import Flags
from credit_scoring.training.learners import columns

_ALL_CORES = 0


@dataclass
class LightGbm:
    """Fits on all cores of this machine; nothing but LightGBM is needed."""

    name: TrainerName = "lightgbm"
    tasks: int = 1
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    _bins: _Bins | None = field(default=None, init=False, repr=False)

    def fit(self, wanted: Fit) -> str:
        """The native text of the model."""
        return _fitted(wanted, self._bins_for(wanted), _ALL_CORES, threading.Event())

    def fit_all(self, wanted: Sequence[Fit]) -> Iterator[str]:
        """The texts in their order; as many fits at a time as there are cores."""
        at_a_time = min(len(wanted), self.cores)
        if at_a_time < 2:
            yield from map(self.fit, wanted)
            return
        threads, given_up = self.cores // at_a_time, threading.Event()
        with ThreadPoolExecutor(at_a_time, "fit") as pool:
            try:
                fits = [pool.submit(_fitted, each, self._bins_for(each), threads, given_up) for each in wanted]
                for each in fits:
                    yield each.result()
            finally:
                # After Ctrl-C or an error nobody waits for trees that nobody wants.
                given_up.set()
                pool.shutdown(cancel_futures=True)

    def _bins_for(self, wanted: Fit) -> lgb.Dataset:
        """The bins of all clients of a fit: those of the fit before, where it asked with the same ones."""
        if self._bins is None or not self._bins.suit(wanted):
            self._bins = _Bins.of(wanted)
        return self._bins.data


@dataclass(frozen=True, eq=False)
class _Bins:
    """The features of all clients of a fit in bins, for every fit that asks with the same array, inputs, parameters."""

    data: lgb.Dataset
    features: weakref.ref[Matrix]
    inputs: Inputs
    parameters: TrainingSettings

    @classmethod
    def of(cls, wanted: Fit) -> _Bins:
        """Finds them."""
        clients, inputs = wanted.clients, wanted.inputs
        values = columns(clients.features, inputs.positions)
        data = lgb.Dataset(values, clients.target, feature_name=list(inputs.names), params=parameters_of(wanted))
        return cls(data.construct(), weakref.ref(clients.features), inputs, wanted.parameters)

    def suit(self, wanted: Fit) -> bool:
        """Whether they are those of another fit, too."""
        same_clients = self.features() is wanted.clients.features
        return same_clients and (self.inputs, self.parameters) == (wanted.inputs, wanted.parameters)


def _fitted(wanted: Fit, bins: lgb.Dataset, threads: int, given_up: threading.Event) -> str:
    given = parameters_of(wanted) | {"num_threads": threads}

    def go_on(_: CallbackEnv) -> None:
        if given_up.is_set():
            raise CancelledError

    data = bins if wanted.learns.all() else _part(bins, wanted.learns)
    if wanted.judges is None:
        booster = lgb.train(given, data, wanted.rounds, callbacks=[go_on])
    else:
        stop = lgb.early_stopping(wanted.patience, verbose=False)
        judges = _part(bins, wanted.judges)
        booster = lgb.train(given, data, wanted.rounds, valid_sets=[judges], callbacks=[go_on, stop])
    # Where patience did not run out the best round is the best of all, too.
    text = str(booster.model_to_string(num_iteration=booster.best_iteration))
    # How many cores a fit happened to have is no part of the model.
    return with_splits(text.replace(f"[num_threads: {threads}]", f"[num_threads: {_ALL_CORES}]"))


def _part(bins: lgb.Dataset, which: Flags) -> lgb.Dataset:
    return bins.subset(np.flatnonzero(which).tolist()).construct()


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
        "num_threads": _ALL_CORES,
        "verbose": -1,
    }
