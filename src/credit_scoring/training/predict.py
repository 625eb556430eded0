"""What fitted models say of the clients: margins and exact shares, from model texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from credit_scoring.explanation import by_lightgbm
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.contributions import explaining, predicting
from credit_scoring.explanation.points import Integers
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.intervals import Flags
from credit_scoring.training.learners import Learners, columns

Models = Mapping[int, Callable[[Matrix], Floats]]
"""Part -> what gives the margins [n] of vectors [n, f]."""

_AT_A_TIME = 50_000
"""Clients whose vectors are copied at once."""

_FEW = 8_000
"""Clients up to whom LightGBM is done before our kernel, which is faster by far, has read and laid out the trees."""


@dataclass(frozen=True, eq=False)
class Margins:
    """Clients by ascending id: `client_id` [n], `target` [n] (1: defaulted), `part` [n] (see split), `margin` [n]."""

    client_id: Integers
    target: Integers
    part: Integers
    margin: Floats

    def of(self, which: Flags) -> Margins:
        """The clients where `which` [n] is true."""
        return Margins(self.client_id[which], self.target[which], self.part[which], self.margin[which])


def margins(clients: Learners, inputs: Inputs, boosters: Mapping[int, str]) -> Margins:
    """The margins of the clients of each part that has a booster in `boosters` (part -> model text), from that booster.

    `inputs`: what the boosters were fitted on. Bit for bit the raw scores of LightGBM.
    """
    here = clients.where(np.isin(clients.part, list(boosters)))
    models = {part: _model(text, np.count_nonzero(here.part == part)) for part, text in boosters.items()}
    return margins_by(here, inputs, models)


def _model(text: str, clients: int) -> Callable[[Matrix], Floats]:
    """What gives the margins of so many clients soonest; the same bits either way."""
    return partial(by_lightgbm.raw_scores, by_lightgbm.read(text)) if clients <= _FEW else predicting(text)


def margins_by(clients: Learners, inputs: Inputs, models: Models) -> Margins:
    """The margins of all `clients`, each from the model of its part."""
    margin = np.empty(len(clients.part), np.float64)
    for part in np.unique(clients.part).tolist():
        rows = np.flatnonzero(clients.part == part)
        for start in range(0, len(rows), _AT_A_TIME):
            some = rows[start : start + _AT_A_TIME]
            margin[some] = models[part](columns(clients.features[some], inputs.positions))
    return Margins(clients.client_id, clients.target, clients.part, margin)


def shares(clients: Learners, inputs: Inputs, booster: str, client_ids: Integers) -> Floats:
    """The shares phi [k, f] that each feature has in the margins of k of the clients, by ascending client id."""
    chosen = clients.features[np.isin(clients.client_id, client_ids)]
    _, phi, _ = explaining(booster)(columns(chosen, inputs.positions))
    return phi
