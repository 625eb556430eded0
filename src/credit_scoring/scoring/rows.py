"""The rows of score_history: what is said, and kept, of each client that is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.explanation.by_reason import by_reason, drivers
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS, stated
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.arrow import lists

if TYPE_CHECKING:
    from credit_scoring.model.scorer import Scorer

SCORE_HISTORY = StoredTable(
    "score_history",
    "Every score that was ever given, and why: one row a client, delivery and model version; never changed",
    (
        StoredColumn("client_id", "BIGINT", "The client (SK_ID_CURR; one application)"),
        StoredColumn("delivery", "STRING", "The delivery, or the rescore, whose CSV holds this score"),
        StoredColumn("seq", "BIGINT", "Place of the delivery in the order of deliveries: the client as known then"),
        StoredColumn("scored_at", "TIMESTAMP", "When the run scored; one moment a run"),
        StoredColumn("probability", "DOUBLE", "Calibrated probability of default"),
        StoredColumn("points", "DOUBLE", "Points, exact; higher is safer"),
        StoredColumn("score", "INT", "Points, rounded to a whole number"),
        StoredColumn("cut_off", "INT", "Lowest score that is approved"),
        StoredColumn("decision", "STRING", "approve, refuse (below the cut-off) or refer (to a person)"),
        StoredColumn("file_complete", "BOOLEAN", "False: a row is quarantined, or had a cell made missing"),
        StoredColumn("start_points", "DOUBLE", "Where every client starts; start + contributions = points"),
        StoredColumn(
            "reasons",
            "ARRAY<STRUCT<code: STRING, points: DOUBLE, absent: BOOLEAN>>",
            "All reasons, worst first: code (see table reasons), the points it adds or takes, whether of an absence",
        ),
        StoredColumn(
            "drivers",
            "ARRAY<STRUCT<feature: STRING, value: FLOAT, points: DOUBLE>>",
            "The ten features of most absolute points, heaviest first, each with its value (null: missing)",
        ),
        StoredColumn("contributions", "ARRAY<DOUBLE>", "Points of every feature, by position in the table features"),
        StoredColumn("model_version", "INT", "Version of the registered model"),
        StoredColumn("fingerprint", "STRING", "Identifies the features, vocabularies and cleaning"),
        StoredColumn("code_version", "STRING", "Release and digest of the source files that ran"),
        StoredColumn("run_id", "STRING", "The run that scored"),
    ),
    cluster_by=("seq", "client_id"),
)
"""Clustered by delivery and client: a CSV reads one, `explain` the other. `reasons`: see features.statements."""


@dataclass(frozen=True)
class RunMetadata:
    """What a run writes on every row, so that it can be traced: `scored_at` is one moment a run, with its time zone."""

    scored_at: datetime
    model_version: int
    code_version: str
    run_id: str


NO_RUN = RunMetadata(datetime.fromtimestamp(0, UTC), 0, "", "")
"""The metadata of what is scored for one request: no run wrote it, and nothing of it is answered."""


def score_rows(cases: pl.DataFrame, vectors: Matrix, scorer: Scorer, run_metadata: RunMetadata) -> pa.RecordBatch:
    """One row a case: `cases` as in `clients.snapshot`, with `delivery`; `vectors` float32 [n, F] beside them."""
    n = cases.height
    scored = scorer.score(vectors)
    declared = scorer.features.features
    judged = {feature.reason for feature in declared}
    order = [reason for reason in Reason if reason.code in judged]
    position = {reason.code: i for i, reason in enumerate(order)}
    reason_of = np.array([position[feature.reason] for feature in declared], np.int64)
    reasons = by_reason(scored.contributions, reason_of, len(order))
    weighty = drivers(scored.contributions)
    names = [feature.name for feature in declared]
    worst = reasons.worst_first
    said = np.take_along_axis(stated(vectors, names, order, reasons.points), worst, axis=1)
    decision = scorer.decide(scored.score, cases["file_complete"].to_numpy())
    columns = {
        "client_id": cases["client_id"].to_arrow(),
        "delivery": pa.array(cases["delivery"].to_list(), pa.string()),
        "seq": cases["as_of"].to_arrow(),
        "scored_at": _same(run_metadata.scored_at, n, pa.timestamp("us", tz="UTC")),
        "probability": pa.array(scored.probability),
        "points": pa.array(scored.points),
        "score": pa.array(scored.score.astype(np.int32)),
        "cut_off": _same(scorer.decision.cut_off, n, pa.int32()),
        "decision": pa.array(decision.tolist(), pa.string()),
        "file_complete": cases["file_complete"].to_arrow(),
        "start_points": _same(scored.start_points, n, pa.float64()),
        "reasons": _structs(
            len(order),
            code=_chosen([statement.code for statement in STATEMENTS], said),
            points=_flat(np.take_along_axis(reasons.points, worst, axis=1)),
            absent=_flat(np.array([statement.absent for statement in STATEMENTS])[said]),
        ),
        "drivers": _structs(
            weighty.shape[1],
            feature=_chosen(names, weighty),
            value=_missing_as_null(np.take_along_axis(vectors, weighty, axis=1)),
            points=_flat(np.take_along_axis(scored.contributions, weighty, axis=1)),
        ),
        "contributions": lists(scored.contributions),
        "model_version": _same(run_metadata.model_version, n, pa.int32()),
        "fingerprint": _same(scorer.features.fingerprint, n, pa.string()),
        "code_version": _same(run_metadata.code_version, n, pa.string()),
        "run_id": _same(run_metadata.run_id, n, pa.string()),
    }
    return pa.RecordBatch.from_pydict({name: columns[name] for name in SCORE_HISTORY.names})


def _same(value: object, n: int, dtype: pa.DataType) -> pa.Array:
    """A column that says the same on every row."""
    return pa.repeat(pa.scalar(value, dtype), n)


def _structs(length: int, **fields: pa.Array) -> pa.ListArray:
    """A column of lists of `length` structs, from their fields, client after client."""
    structs = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    clients = len(structs) // length
    return pa.ListArray.from_arrays(pa.array(np.arange(clients + 1, dtype=np.int32) * np.int32(length)), structs)


def _chosen(texts: Sequence[str], positions: npt.NDArray[np.int64]) -> pa.Array:
    """The texts at the positions, row after row."""
    return pa.array(texts, pa.string()).take(pa.array(positions.ravel()))


def _flat(values: npt.NDArray[np.generic]) -> pa.Array:
    return pa.array(values.ravel())


def _missing_as_null(values: Matrix) -> pa.Array:
    return pa.array(values.ravel(), from_pandas=True)
