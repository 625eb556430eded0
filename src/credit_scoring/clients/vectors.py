"""The feature vectors of a cohort, as a Spark frame: what training fits on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from credit_scoring.clients.cohort import Seqs
from credit_scoring.clients.gather import gather
from credit_scoring.clients.known import CASE, Known
from credit_scoring.errors.faults import CASES_WITHOUT_APPLICATION
from credit_scoring.features.vector import columns_read, feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.tables import Tables

Matrix = npt.NDArray[np.float32]


def vectors(tables: Tables, cohort: DataFrame, clients: int, seqs: Seqs, settings: GatherSettings) -> DataFrame:
    """client_id BIGINT, as_of BIGINT, target INT where the cohort has one, features ARRAY<FLOAT> (registry order).

    A missing value is NaN. In no particular order: who needs one sorts by client_id. See `gather` for the arguments.
    """
    target = ", target INT" if "target" in cohort.columns else ""
    schema = f"client_id BIGINT, as_of BIGINT{target}, features ARRAY<FLOAT>"
    return gather(tables, cohort, clients, seqs, settings, _vectors, schema, columns_read())


def case_matrix(known: Known) -> Matrix:
    """One vector a case, float32 [n, F] in the order of `known.cases`; Fault when a case has no application."""
    frame = feature_frame(known.tables)
    if not frame[CLIENT].equals(known.cases[CASE].rename(CLIENT)):
        raise CASES_WITHOUT_APPLICATION(clients=known.cases.height - frame.height)
    return matrix(frame)


def lists(values: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> pa.ListArray:
    """A matrix [n, k] as an Arrow column of n lists."""
    count, length = values.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(length)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.ascontiguousarray(values).reshape(-1)))


def _vectors(known: Known) -> Iterator[pa.RecordBatch]:
    kept = [name for name in ("client_id", "as_of", "target") if name in known.cases.columns]
    columns: dict[str, pa.Array] = {name: known.cases[name].to_arrow() for name in kept}
    yield pa.RecordBatch.from_pydict({**columns, "features": lists(case_matrix(known))})
