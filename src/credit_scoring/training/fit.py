"""Fitting LightGBM: what is asked of a trainer, whichever it is, so that the same rows give the same model text.

What that takes of a trainer:
- The rows by ascending client id, all in one data set. Of several tasks each has a data set and finds the bins of some
  features, and which task finds which is not the same each time (see training.tasks).
- deterministic, a seed, and a fixed way to build histograms (force_col_wise; LightGBM would time both and choose).
- num_threads as a fixed number in the text: 0, all cores. The trees are the same for any number of cores.

Models that do not wait for each other (those of the folds) are asked for together, so that a trainer may fit several at
a time.

Two trainers give two texts: SynapseML brings an older LightGBM and draws the bags by another seed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from credit_scoring.errors.models import NOTHING_TO_SPLIT
from credit_scoring.explanation.points import Integers
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.intervals import Flags
from credit_scoring.training.learners import Learners
from credit_scoring.training.split import places

TrainerName = Literal["lightgbm", "synapseml"]


@dataclass(frozen=True)
class Rebalancing:
    """A remedy against defaults being rare, to compare with none: ours are calibrated, and costs decide.

    `class_weights`: defaulted clients weigh as much as all good ones. `good_share`: the share of good clients that is
    learnt from, chosen by a hash of the id. Either spoils the log-loss, so that the AUC tells the best round.
    """

    class_weights: bool = False
    good_share: float = 1.0

    def learns_from(self, client_id: Integers, target: Integers) -> Flags:
        """Whether each client [n] is learnt from."""
        chosen: Flags = (target == 1) | (places(client_id, "good_share") < self.good_share)
        return chosen


@dataclass(frozen=True, eq=False)
class Fit:
    """One model that a trainer is asked for.

    `clients`: with the vectors of all declared features, of which `inputs` says which are fitted on. `learns` [n]:
    whether each of them is learnt from. `rounds`: trees; where `judges` [n] names clients that are not learnt from, the
    most trees: the text then ends with the best round, after which the log-loss of the judges (with `by_auc` their AUC)
    does not get better for `patience` rounds. `balanced`: defaulted clients weigh as much as all good ones.
    """

    clients: Learners
    inputs: Inputs
    parameters: TrainingSettings
    rounds: int
    learns: Flags
    judges: Flags | None = None
    by_auc: bool = False
    balanced: bool = False

    @property
    def patience(self) -> int:
        """Rounds without an improvement after which fitting ends."""
        return self.parameters.early_stopping_rounds


class Trainer(Protocol):
    """What fits models. `name`: which it is; `tasks`: in how many parts it fits, 1 where the text is reproducible."""

    @property
    def name(self) -> TrainerName: ...  # noqa: D102

    @property
    def tasks(self) -> int: ...  # noqa: D102

    def fit(self, wanted: Fit) -> str:
        """The native text of the model; ModelError where no tree could split the clients."""

    def fit_all(self, wanted: Sequence[Fit]) -> Iterator[str]:
        """The native texts of the models, in their order, each as `fit` gives it."""


def fit_rounds(trainer: Trainer, clients: Learners, inputs: Inputs, parameters: TrainingSettings, rounds: int) -> str:
    """The native text of a model of `rounds` trees, fitted on all `clients`."""
    return trainer.fit(Fit(clients, inputs, parameters, rounds, np.ones(len(clients.target), np.bool_)))


def until_best(
    clients: Learners,
    judges: Flags,
    inputs: Inputs,
    parameters: TrainingSettings,
    rebalancing: Rebalancing | None = None,
) -> Fit:
    """A model with the trees up to its best round.

    It is fitted on the clients where `judges` [n] is false; the best round is the one after which the log-loss of the
    others (their AUC, with a rebalancing) does not get better for `early_stopping_rounds` rounds, or the last of
    `max_rounds`.
    """
    rounds = parameters.max_rounds
    if rebalancing is None:
        return Fit(clients, inputs, parameters, rounds, ~judges, judges)
    learns, balanced = ~judges & rebalancing.learns_from(clients.client_id, clients.target), rebalancing.class_weights
    return Fit(clients, inputs, parameters, rounds, learns, judges, by_auc=True, balanced=balanced)


def rounds_of(booster_text: str) -> int:
    """The number of trees in a model text."""
    return booster_text.count("\nTree=")


def with_splits(text: str) -> str:
    """The model text; ModelError where no tree could split the clients."""
    if re.search(r"^split_feature=\d", text, re.MULTILINE) is None:
        raise NOTHING_TO_SPLIT()
    return text
