"""Features counted into bins where the vectors are: what comes to the driver does not grow with the clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.training.examination.stability import BINS, histogram
from credit_scoring.training.predict import Batches, collected, matrix_of

MOST_SAMPLED = 20_000
"""Clients whose vectors come to the driver, at most about so many: enough for deciles and a proxy model."""


@dataclass(frozen=True, eq=False)
class VectorSample:
    """Some clients with their vectors, by ascending id: `client_id` [n], `vectors` float32 [n, f]."""

    client_id: Integers
    vectors: Matrix


def sampled(clients: int, most: int = MOST_SAMPLED) -> Column:
    """Whether a client is among some `most` of `clients`, by a hash of `client_id` that no other choice uses."""
    parts = max(1, -(-clients // most))
    return F.pmod(F.xxhash64(F.lit("sample"), F.col("client_id")), F.lit(parts)) == 0


def vector_sample(vectors: DataFrame, clients: int, positions: Sequence[int]) -> VectorSample:
    """A sample of the `clients` clients of `vectors` (client_id, features), with the features at these positions."""
    kept = np.asarray(positions, np.intp)

    def chosen(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = np.ascontiguousarray(matrix_of(batch)[:, kept])
            yield pa.RecordBatch.from_arrays([batch["client_id"], pa.array(list(rows))], ["client_id", "features"])

    rows = vectors.where(sampled(clients)).select("client_id", "features")
    found = collected(rows.mapInArrow(chosen, "client_id BIGINT, features ARRAY<FLOAT>"))
    matrix = np.stack(found["features"].to_numpy()) if len(found) else np.zeros((0, len(kept)), np.float32)
    return VectorSample(found["client_id"].to_numpy(np.int64), matrix)


def histograms(
    vectors: DataFrame, part: Column, positions: Sequence[int], edges: Sequence[Floats]
) -> Mapping[int, Integers]:
    """Part -> clients in each bin [f, BINS + 1] of the features at these positions of `vectors` (client_id, features).

    `edges` [f]: the limits of the bins of each (see stability).
    """
    kept, limits = np.asarray(positions, np.intp), tuple(edges)
    shape = (len(kept), BINS + 1)

    def counted(batches: Batches) -> Iterator[pa.RecordBatch]:
        found: dict[int, npt.NDArray[np.int64]] = {}
        for batch in batches:
            matrix, parts = matrix_of(batch)[:, kept], batch["part"].to_numpy(zero_copy_only=False)
            for each in np.unique(parts).tolist():
                found[each] = found.get(each, np.zeros(shape, np.int64)) + histogram(matrix[parts == each], limits)
        for each, counts in found.items():
            places = np.flatnonzero(counts)
            columns = [np.full(len(places), each), places, counts.reshape(-1)[places]]
            yield pa.RecordBatch.from_arrays([pa.array(c, pa.int64()) for c in columns], ["part", "place", "clients"])

    rows = vectors.select(part.cast("bigint").alias("part"), "features")
    summed = rows.mapInArrow(counted, "part BIGINT, place BIGINT, clients BIGINT").groupBy("part", "place")
    found: dict[int, Integers] = {}
    for row in summed.agg(F.sum("clients").alias("clients")).collect():
        found.setdefault(row["part"], np.zeros(shape, np.int64)).reshape(-1)[row["place"]] = row["clients"]
    return found
