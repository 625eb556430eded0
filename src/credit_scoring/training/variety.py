"""Which features differ between clients at all: one that does not has nothing to teach."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame

from credit_scoring.errors.learning import FEATURES_CONSTANT
from credit_scoring.features.registry import FEATURES
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.predict import matrix_of

_RANGES = "low ARRAY<FLOAT>, high ARRAY<FLOAT>, some_missing ARRAY<BOOLEAN>"


def constant(vectors: DataFrame, inputs: Inputs) -> frozenset[str]:
    """The names of the features that are missing, or the same value, for every client of `vectors`; one pass.

    ModelError when all are.
    """
    ranges: pd.DataFrame = vectors.select("features").mapInArrow(_ranges, _RANGES).toPandas()
    low = np.fmin.reduce(np.stack(ranges["low"]))
    high = np.fmax.reduce(np.stack(ranges["high"]))
    some_missing = np.logical_or.reduce(np.stack(ranges["some_missing"]))
    varied = (low < high) | (some_missing & ~np.isnan(low))
    found = frozenset(name for name, varies in zip(inputs.names, varied.tolist(), strict=True) if not varies)
    if len(found) == len(inputs.names):
        raise FEATURES_CONSTANT(features=len(found))
    return found


def remarks(constant: Collection[str]) -> tuple[str, ...]:
    """A sentence for each source table of which no feature differs between clients."""
    found = []
    for table, features in groupby(FEATURES, key=lambda feature: feature.table):
        names = [feature.name for feature in features]
        if set(names) <= set(constant):
            found.append(
                f"No client with an outcome has anything in {table} that tells clients apart, so the model knows "
                f"nothing of its {len(names)} features. If there is such data on past clients, deliver it and train."
            )
    return tuple(found)


def _ranges(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if batch.num_rows:
            vectors = matrix_of(batch)
            columns = [
                np.fmin.reduce(vectors)[np.newaxis],
                np.fmax.reduce(vectors)[np.newaxis],
                np.isnan(vectors).any(axis=0)[np.newaxis],
            ]
            yield pa.RecordBatch.from_arrays([pa.array(list(c)) for c in columns], ["low", "high", "some_missing"])
