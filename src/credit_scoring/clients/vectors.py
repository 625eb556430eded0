"""The feature vectors of a cohort, as the engine makes them: what training fits on."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from credit_scoring.clients.cases import case_matrix
from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.engines.engine import Rows
from credit_scoring.features.vector import columns_read
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.arrow import lists


def vectors(cohort: Cohort, settings: GatherSettings) -> Rows:
    """client_id BIGINT, as_of BIGINT, target INT where the cohort has one, features ARRAY<FLOAT> (registry order).

    A missing value is NaN. In no particular order: who needs one sorts by client_id. See `gather` for the arguments.
    """
    target = ", target INT" if "target" in cohort.cases.columns else ""
    schema = f"client_id BIGINT, as_of BIGINT{target}, features ARRAY<FLOAT>"
    return gather(cohort, settings, _vectors, schema, columns_read())


def _vectors(snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    kept = [name for name in ("client_id", "as_of", "target") if name in snapshot.cases.columns]
    columns: dict[str, pa.Array] = {name: snapshot.cases[name].to_arrow() for name in kept}
    yield pa.RecordBatch.from_pydict({**columns, "features": lists(case_matrix(snapshot))})
