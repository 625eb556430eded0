"""How MLflow loads and calls the model: `mlflow.pyfunc.load_model(...)` finds this module by its name.

MLflow is not imported here, so that a model that is served needs no more than LightGBM, numpy and pydantic.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.model.texts import ModelTexts


class ScoringModel:
    """The model behind MLflow's `predict`."""

    def __init__(self, ready: Scorer) -> None:
        self._scorer = ready

    def predict(self, vectors: Matrix, params: dict[str, object] | None = None) -> dict[str, npt.NDArray[np.generic]]:
        """Scores vectors, float32 [n, F], registry order, missing = NaN, whose files are taken to be complete.

        Returns arrays of n rows by name: probability, points, score (float64, whole), decision, start_points, and
        contributions [n, F] in points, registry order.
        """
        scored = self._scorer.score(np.asarray(vectors))
        return {
            "probability": scored.probability,
            "points": scored.points,
            "score": scored.score.astype(np.float64),
            "decision": self._scorer.decide(scored.score, np.ones(len(scored.score), np.bool_)),
            "start_points": np.full(len(scored.score), scored.start_points),
            "contributions": scored.contributions,
        }


def _load_pyfunc(data_path: str) -> ScoringModel:
    """Called by MLflow with the folder of the model's texts; ModelError when they are not what was saved."""
    return ScoringModel(scorer(ModelTexts.read(Path(data_path))))
