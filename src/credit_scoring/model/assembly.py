"""What training found, put together into a model, with the probe that every later load must reproduce."""

from __future__ import annotations

import numpy as np

from credit_scoring.errors.models import PROBE_MISSING
from credit_scoring.explanation.contributions import Matrix
from credit_scoring.model.artifacts import Decision, Features, Probe
from credit_scoring.model.scorer import Scorer
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
    points = Scorer.unproven(booster_text, decision, features, probe_vectors).score(probe_vectors).points
    # float32 -> float64 is exact, and so is its decimal text: the vectors come back bit for bit.
    rows = np.asarray(probe_vectors, np.float64).tolist()
    vectors = tuple(tuple(None if np.isnan(value) else value for value in row) for row in rows)
    probe = Probe(vectors=vectors, points=tuple(points.tolist()))
    return ModelTexts(booster_text, decision.to_json(), features.to_json(), probe.to_json(), model_card)
