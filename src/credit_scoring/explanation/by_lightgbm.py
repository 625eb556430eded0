"""LightGBM's own margins and contributions: the proof that our kernel has the same, and what is used where it has not.

Of the modules that score, only this one needs LightGBM, and imports it when it is asked: it brings pandas, scikit-learn
and matplotlib along, more than a second of every process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from credit_scoring.errors.models import CONTRIBUTIONS_OFF, SEVERAL_MARGINS, TREES_NOT_EXPLAINED, TREES_UNREADABLE
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.treeshap import Explainer

if TYPE_CHECKING:
    import lightgbm as lgb

TOLERANCE = 1e-9
"""By how much margin and sum of shares may differ, relative to the row's largest absolute value."""


@dataclass(frozen=True, eq=False)
class Proof:
    """What our kernel is measured by: k clients and LightGBM's numbers for them.

    `margin` [k], and of the first m of them `phi` [m, F]; `phi_0`.

    `vectors` float32 [k, F]: the model's own features in the model's order, missing = NaN.
    """

    vectors: Matrix
    margin: Floats
    phi: Floats
    phi_0: float

    def holds_for(self, explainer: Explainer) -> bool:
        """Whether the kernel has these margins, bit for bit, and these contributions within the tolerance."""
        if explainer.features != self.vectors.shape[1]:
            return False
        margin, phi = explainer.explain(self.vectors)
        if not np.array_equal(margin, self.margin):
            return False
        first = len(self.phi)
        found = np.column_stack([phi[:first], np.full(first, explainer.phi_0)])
        wanted = np.column_stack([self.phi, np.full(first, self.phi_0)])
        largest = np.abs(wanted).max(axis=1, keepdims=True)
        return bool((np.abs(found - wanted) <= TOLERANCE * largest).all())


MOST_EXPLAINED = 8
"""Clients whose contributions LightGBM computes for a proof; the margins are those of all."""


def read(booster_text: str) -> lgb.Booster:
    """The model of a model text. ModelError when LightGBM cannot read it."""
    from lightgbm.basic import Booster, LightGBMError

    try:
        return Booster(model_str=booster_text)
    except LightGBMError as error:
        raise TREES_UNREADABLE(why=error) from error


def proof(booster_text: str, vectors: Matrix | None = None) -> Proof:
    """What LightGBM says of clients, for the kernel to agree with.

    `vectors` [k, F], the model's own features in the model's order; by default one client of whom nothing is known and
    one whose values are 0.
    """
    booster = read(booster_text)
    if vectors is None:
        vectors = np.array([[np.nan], [0]], np.float32).repeat(booster.num_feature(), axis=1)
    _, phi, phi_0 = margins_and_contributions(booster, vectors[:MOST_EXPLAINED])
    return Proof(vectors, raw_scores(booster, vectors), phi, phi_0)


def raw_scores(booster: lgb.Booster, matrix: Matrix) -> Floats:
    """The margins [n] of the clients in `matrix` [n, F]."""
    # One thread: a Spark task has one core, and the tasks beside it have the others.
    return np.asarray(booster.predict(matrix, raw_score=True, num_threads=1), np.float64)


def margins_and_contributions(booster: lgb.Booster, matrix: Matrix) -> tuple[Floats, Floats, float]:
    """Margins, shares and expectation of the clients in `matrix`, computed by LightGBM.

    `matrix`: [n, F], the model's own features in the model's order, missing = NaN.
    Returns `margin` [n] in log-odds of default, bit for bit the booster's raw score; `phi` [n, F] in the same unit;
    and `phi_0`, the margin of the average training client, the same number for every client.
    A client's numbers do not depend on the other rows. ModelError when LightGBM cannot explain the model
    (linear trees), or when the shares do not add up to the margin (client counts at the nodes that contradict).
    """
    from lightgbm.basic import LightGBMError

    if len(matrix) == 0:
        # LightGBM takes no empty matrix; the expectation is still asked for, and any row tells it.
        _, _, phi_0 = margins_and_contributions(booster, np.zeros((1, matrix.shape[1]), np.float32))
        return np.zeros(0), np.zeros((0, matrix.shape[1])), phi_0
    try:
        margin = raw_scores(booster, matrix)
        shares = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1), np.float64)
    except LightGBMError as error:
        raise TREES_NOT_EXPLAINED(why=error) from error
    if margin.ndim != 1 or shares.shape != (len(matrix), matrix.shape[1] + 1):
        raise SEVERAL_MARGINS()
    largest = np.maximum(np.abs(shares).max(axis=1), np.abs(margin))
    # Written so that a NaN is off, too.
    adds_up = np.abs(shares.sum(axis=1) - margin) <= TOLERANCE * largest
    if not adds_up.all():
        raise CONTRIBUTIONS_OFF(wrong=np.count_nonzero(~adds_up), clients=len(matrix))
    return margin, shares[:, :-1], float(shares[0, -1])
