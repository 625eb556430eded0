"""What fitted models say of the clients: margins and exact shares, computed in Spark's tasks from model texts.

Their results come to the driver, some 40 bytes a client; the vectors stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.contributions import explaining, predicting
from credit_scoring.explanation.points import Integers

Batches = Iterable[pa.RecordBatch]

Models = Mapping[int, Callable[[Matrix], Floats]]
"""Part -> what gives the margins [n] of vectors [n, F]."""


@dataclass(frozen=True, eq=False)
class Margins:
    """Clients by ascending id: `client_id` [n], `target` [n] (1: defaulted), `part` [n] (see split), `margin` [n]."""

    client_id: Integers
    target: Integers
    part: Integers
    margin: Floats

    def of(self, which: npt.NDArray[np.bool_]) -> Margins:
        """The clients where `which` [n] is true."""
        return Margins(self.client_id[which], self.target[which], self.part[which], self.margin[which])


def margins(vectors: DataFrame, boosters: Mapping[int, str]) -> Margins:
    """The margins of the clients of each part that has a booster in `boosters` (part -> model text), from that booster.

    `vectors`: client_id, target, part, features. Bit for bit the raw scores of LightGBM, some ten times faster.
    """
    texts = dict(boosters)

    def loaded() -> Models:
        return {part: predicting(text) for part, text in texts.items()}

    return margins_by(vectors.where(F.col("part").isin(list(texts))), loaded)


def margins_by(vectors: DataFrame, loaded: Callable[[], Models]) -> Margins:
    """The margins of all clients of `vectors`, each from the model of its part, which `loaded` makes in the tasks."""

    def predicted(batches: Batches) -> Iterator[pa.RecordBatch]:
        models = loaded()
        for batch in batches:
            parts = batch["part"].to_numpy(zero_copy_only=False)
            matrix = matrix_of(batch)
            margin = np.empty(len(parts), np.float64)
            for part in np.unique(parts).tolist():
                rows = parts == part
                margin[rows] = models[part](matrix[rows])
            yield pa.RecordBatch.from_arrays(
                [batch["client_id"], batch["target"], batch["part"], pa.array(margin)],
                ["client_id", "target", "part", "margin"],
            )

    rows = vectors.select("client_id", "target", "part", "features")
    found = collected(rows.mapInArrow(predicted, "client_id BIGINT, target INT, part INT, margin DOUBLE"))
    return Margins(
        found["client_id"].to_numpy(np.int64),
        found["target"].to_numpy(np.int64),
        found["part"].to_numpy(np.int64),
        found["margin"].to_numpy(np.float64),
    )


def shares(vectors: DataFrame, booster: str, client_ids: Integers) -> Floats:
    """The shares phi [k, F] that each feature has in the margins of k clients, by ascending client id."""
    wanted = np.sort(client_ids)

    def explained(batches: Batches) -> Iterator[pa.RecordBatch]:
        explain = explaining(booster)
        for batch in batches:
            chosen = batch.filter(pa.array(np.isin(batch["client_id"].to_numpy(zero_copy_only=False), wanted)))
            if chosen.num_rows:
                _, phi, _ = explain(matrix_of(chosen))
                yield pa.RecordBatch.from_arrays([chosen["client_id"], pa.array(list(phi))], ["client_id", "phi"])

    rows = vectors.select("client_id", "features")
    found = collected(rows.mapInArrow(explained, "client_id BIGINT, phi ARRAY<DOUBLE>"))
    return np.stack(found["phi"].to_numpy())


def collected(rows: DataFrame) -> pd.DataFrame:
    """The rows on the driver, by ascending client id."""
    found: pd.DataFrame = rows.toPandas()
    return found.sort_values("client_id")


def matrix_of(batch: pa.RecordBatch) -> Matrix:
    """The vectors of a batch as float32 [n, F]."""
    vectors = batch["features"]
    matrix: Matrix = vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1)
    return matrix
