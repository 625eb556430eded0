"""What training found, put together into a model, with the probe that every later load must reproduce."""

from __future__ import annotations

import numpy as np

from credit_scoring.errors.models import PROBE_MISSING
from credit_scoring.explanation import by_lightgbm
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.model.artifacts import Decision, Features
from credit_scoring.model.probe import Probe
from credit_scoring.model.scorer import Scorer, used_positions
from credit_scoring.model.texts import ModelTexts


def assemble(
    booster_text: str, decision: Decision, features: Features, probe_vectors: Matrix, model_card: str
) -> ModelTexts:
    """The texts of a model.

    `probe_vectors`: float32 [k, F], registry order, of generated clients, never of real ones: they stay in the model.
    ModelError when the parts do not belong together.
    """
    if len(probe_vectors) == 0:
        raise PROBE_MISSING()
    used = used_positions(booster_text, features)
    proof = by_lightgbm.proof(booster_text, np.ascontiguousarray(probe_vectors[:, used]))
    points = Scorer.unproven(booster_text, decision, features, proof).score(probe_vectors).points
    probe = Probe.of(probe_vectors, points, proof)
    return ModelTexts(booster_text, decision.to_json(), features.to_json(), probe.to_json(), model_card)
