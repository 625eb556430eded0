"""The clients to train on, counted and judged before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credit_scoring.errors.faults import TRAINING_VECTORS_ODD
from credit_scoring.errors.models import (
    NO_OUTCOMES,
    ONE_CLASS,
    ONE_CLASS_IN_PART,
    OUTCOMES_TWICE,
    OUTCOMES_UNCLEAR,
    TOO_FEW_CLIENTS,
)
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.learners import Learners
from credit_scoring.training.split import HOLDOUT


@dataclass(frozen=True)
class Sample:
    """How many clients with an outcome there are, and how many of them defaulted: for development, held out."""

    clients: int
    defaults: int
    holdout_clients: int
    holdout_defaults: int


def sample(learners: Learners, features: int, parameters: TrainingSettings) -> Sample:
    """Counts the clients.

    ModelError with what to do when a model cannot be trained on them: no outcomes, labels other than 0 and 1, a client
    twice, too few clients or defaults, a part with one class only. Fault when vectors do not have `features` values.
    """
    rows = len(learners.client_id)
    if not rows:
        raise NO_OUTCOMES()
    if unclear := rows - np.count_nonzero(np.isin(learners.target, (0, 1))):
        raise OUTCOMES_UNCLEAR(unclear=unclear, outcomes=rows)
    if twice := rows - len(np.unique(learners.client_id)):
        raise OUTCOMES_TWICE(outcomes=twice)
    if learners.features.shape[1] != features:
        raise TRAINING_VECTORS_ODD(features=features)
    counted = {
        part: (np.count_nonzero(here), int(learners.target[here].sum()))
        for part in (HOLDOUT, *range(parameters.folds))
        for here in [learners.part == part]
    }
    held_out = counted[HOLDOUT]
    found = Sample(
        clients=rows - held_out[0],
        defaults=int(learners.target.sum()) - held_out[1],
        holdout_clients=held_out[0],
        holdout_defaults=held_out[1],
    )
    _refuse_one_class(found)
    if found.clients < parameters.min_clients or found.defaults < parameters.min_defaults:
        raise TOO_FEW_CLIENTS(
            clients=found.clients,
            defaults=found.defaults,
            min_clients=parameters.min_clients,
            min_defaults=parameters.min_defaults,
            held_out=parameters.holdout_percent,
        )
    for part, (clients, defaults) in counted.items():
        if defaults in (0, clients):
            where = "the holdout" if part == HOLDOUT else f"fold {part + 1} of {parameters.folds}"
            raise ONE_CLASS_IN_PART(part=where)
    return found


def _refuse_one_class(found: Sample) -> None:
    clients = found.clients + found.holdout_clients
    defaults = found.defaults + found.holdout_defaults
    if defaults in (0, clients):
        what = "defaulted" if defaults else "paid"
        raise ONE_CLASS(clients=clients, what=what)
