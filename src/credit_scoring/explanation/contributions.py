"""The margin of each client and the exact share of every feature in it: margin = phi_0 + sum over features of phi.

The shares are Shapley values in the path-dependent form: a feature that is not known is averaged out by the numbers
of training clients that went either way at each split (Lundberg et al., "From local explanations to global
understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020). The product's own kernel computes
them, where it takes the model and has shown that it agrees with LightGBM; else LightGBM does, a hundred times slower.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from credit_scoring.explanation import by_lightgbm
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.by_lightgbm import Proof
from credit_scoring.explanation.trees import Unsupported
from credit_scoring.explanation.treeshap import Explainer

Explain = Callable[[Matrix], tuple[Floats, Floats, float]]
"""From `matrix` [n, F] to margin [n], phi [n, F] and phi_0, as `by_lightgbm.margins_and_contributions` has them."""
Predict = Callable[[Matrix], Floats]
"""From `matrix` [n, F] to margin [n]."""

log = logging.getLogger(__name__)


def explaining(booster_text: str, proof: Proof | None = None) -> Explain:
    """How margins and contributions of a model are computed: by the kernel if it can, else by LightGBM.

    `proof`: what the kernel must agree with; by default LightGBM is asked about two clients. What is done instead, and
    why, is one line of the log. ModelError when LightGBM is needed and cannot read the model.
    """
    explainer = _proven(booster_text, proof)
    if explainer is not None:
        return lambda matrix: (*explainer.explain(matrix), explainer.phi_0)
    return partial(by_lightgbm.margins_and_contributions, by_lightgbm.read(booster_text))


def predicting(booster_text: str) -> Predict:
    """How margins alone are computed: by the kernel if it can (see `explaining`), else by LightGBM; the same bits."""
    explainer = _proven(booster_text, None)
    if explainer is not None:
        return explainer.predict
    return partial(by_lightgbm.raw_scores, by_lightgbm.read(booster_text))


def _proven(booster_text: str, proof: Proof | None) -> Explainer | None:
    """The kernel with this model, if it takes the model and agrees with LightGBM; None, and a warning, otherwise."""
    try:
        explainer = Explainer.of(booster_text)
    except Unsupported as reason:
        log.warning("LightGBM explains this model, which takes a hundred times longer than our kernel: %s", reason)
        return None
    if proof is None:
        proof = by_lightgbm.proof(booster_text)
    if proof.holds_for(explainer):
        return explainer
    log.warning(
        "LightGBM explains this model, which takes a hundred times longer than our kernel: the kernel computes "
        "other numbers than LightGBM for the probe clients; please report this."
    )
    return None
