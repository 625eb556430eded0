"""What a whole model says of clients: the margin, and the points of each reason, computed in Spark's tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.by_reason import by_reason
from credit_scoring.explanation.points import Integers
from credit_scoring.model.artifacts import Decision, Features
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.storage.arrow import lists
from credit_scoring.training.intervals import Flags
from credit_scoring.training.predict import Batches, collected, matrix_of


@dataclass(frozen=True, eq=False)
class Explained:
    """Clients by ascending id, by one model.

    `client_id` [n], `margin` [n]; `probability` [n] of default, calibrated; `approved` [n]: whether the score reaches
    the cut-off, so as if every file were complete. `reasons` [k]: codes; `points` [n, k]: what each reason adds.
    """

    client_id: Integers
    margin: Floats
    probability: Floats
    approved: Flags
    reasons: tuple[str, ...]
    points: Floats

    def of(self, which: Flags) -> Explained:
        """The clients where `which` [n] is true."""
        return Explained(
            self.client_id[which],
            self.margin[which],
            self.probability[which],
            self.approved[which],
            self.reasons,
            self.points[which],
        )


def explained(vectors: DataFrame, texts: ModelTexts) -> Explained:
    """Scores the clients of `vectors`: client_id BIGINT, features ARRAY<FLOAT> in registry order, missing = NaN.

    Some 350 bytes a client come to the driver. ModelError when the model cannot be used (see scorer).
    """
    features = Features.from_json(texts.features, "features.json")
    codes = tuple(dict.fromkeys(line.reason for line in features.features))
    reason_of = np.array([codes.index(line.reason) for line in features.features])

    def scored(batches: Batches) -> Iterator[pa.RecordBatch]:
        ready = scorer(texts)
        for batch in batches:
            if batch.num_rows:
                found = ready.score(matrix_of(batch))
                points = by_reason(found.contributions, reason_of, len(codes)).points
                columns = [batch["client_id"], pa.array(found.margin), pa.array(found.score), lists(points)]
                yield pa.RecordBatch.from_arrays(columns, ["client_id", "margin", "score", "points"])

    scorer(texts)  # a model that cannot be used is said here, in a sentence, not in a task
    rows = vectors.select("client_id", "features")
    rows = rows.mapInArrow(scored, "client_id BIGINT, margin DOUBLE, score BIGINT, points ARRAY<DOUBLE>")
    found = collected(rows)
    decision = Decision.from_json(texts.decision, "decision.json")
    margin = found["margin"].to_numpy(np.float64)
    return Explained(
        found["client_id"].to_numpy(np.int64),
        margin,
        decision.scale.scale().probability(margin),
        found["score"].to_numpy(np.int64) >= decision.cut_off,
        codes,
        np.stack(found["points"].to_numpy()) if len(found) else np.zeros((0, len(codes))),
    )
