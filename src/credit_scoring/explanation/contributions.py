"""The margin of each client and the exact share of every feature in it: margin = phi_0 + sum over features of phi.

The shares are Shapley values in the path-dependent form: a feature that is not known is averaged out by the numbers
of training clients that went either way at each split (Lundberg et al., "From local explanations to global
understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020). The product's own kernel computes
them, where it takes the model and has shown that it agrees with LightGBM; else LightGBM does, a hundred times slower.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from lightgbm.basic import LightGBMError

from credit_scoring.errors.models import CONTRIBUTIONS_OFF, SEVERAL_MARGINS, TREES_NOT_EXPLAINED
from credit_scoring.explanation.trees import Unsupported
from credit_scoring.explanation.treeshap import Explainer

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
Explain = Callable[[Matrix], tuple[Floats, Floats, float]]
"""From `matrix` [n, F] to margin [n], phi [n, F] and phi_0, as `margins_and_contributions` has them."""
Predict = Callable[[Matrix], Floats]
"""From `matrix` [n, F] to margin [n]."""

TOLERANCE = 1e-9
"""By how much margin and sum of shares may differ, relative to the row's largest absolute value."""

MOST_EXPLAINED = 8
"""Clients whose contributions LightGBM computes as a proof when a model is loaded; the margins are those of all."""

log = logging.getLogger(__name__)


def explaining(booster_text: str, booster: lgb.Booster, proof: Matrix | None = None) -> Explain:
    """How margins and contributions of a model are computed: by the kernel if it can, else by LightGBM.

    `booster`: the same model, loaded. `proof` [k, F]: clients for whom the kernel must agree with LightGBM, bit for bit
    in their margins, and within the tolerance in the contributions of the first of them; by default one client of whom
    nothing is known and one whose values are 0. What is done instead, and why, is one line of the log.
    """
    explainer = _proven(booster_text, booster, proof)
    if explainer is None:
        return lambda matrix: margins_and_contributions(booster, matrix)
    return lambda matrix: (*explainer.explain(matrix), explainer.phi_0)


def predicting(booster_text: str, booster: lgb.Booster) -> Predict:
    """How margins alone are computed: by the kernel if it can (see `explaining`), else by LightGBM; the same bits."""
    explainer = _proven(booster_text, booster, None)
    return explainer.predict if explainer is not None else lambda matrix: _raw_scores(booster, matrix)


def _proven(booster_text: str, booster: lgb.Booster, proof: Matrix | None) -> Explainer | None:
    """The kernel with this model, if it takes the model and agrees with LightGBM; None, and a warning, otherwise."""
    try:
        explainer = Explainer.of(booster_text)
    except Unsupported as reason:
        log.warning("LightGBM explains this model, which takes a hundred times longer than our kernel: %s", reason)
        return None
    if proof is None:
        proof = np.array([[np.nan], [0]], np.float32).repeat(booster.num_feature(), axis=1)
    if _agree(explainer, booster, proof):
        return explainer
    log.warning(
        "LightGBM explains this model, which takes a hundred times longer than our kernel: the kernel computes "
        "other numbers than LightGBM for the probe clients; please report this."
    )
    return None


def _agree(explainer: Explainer, booster: lgb.Booster, proof: Matrix) -> bool:
    """Whether the kernel has LightGBM's margins, and its contributions of the first clients."""
    if explainer.features != booster.num_feature():
        return False
    margin, phi = explainer.explain(proof)
    first = proof[:MOST_EXPLAINED]
    _, expected, expected_0 = margins_and_contributions(booster, first)
    if not np.array_equal(margin, _raw_scores(booster, proof)):
        return False
    found = np.column_stack([phi[: len(first)], np.full(len(first), explainer.phi_0)])
    wanted = np.column_stack([expected, np.full(len(first), expected_0)])
    largest = np.abs(wanted).max(axis=1, keepdims=True)
    return bool((np.abs(found - wanted) <= TOLERANCE * largest).all())


def _raw_scores(booster: lgb.Booster, matrix: Matrix) -> Floats:
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
    if len(matrix) == 0:
        # LightGBM takes no empty matrix; the expectation is still asked for, and any row tells it.
        _, _, phi_0 = margins_and_contributions(booster, np.zeros((1, matrix.shape[1]), np.float32))
        return np.zeros(0), np.zeros((0, matrix.shape[1])), phi_0
    try:
        margin = _raw_scores(booster, matrix)
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
