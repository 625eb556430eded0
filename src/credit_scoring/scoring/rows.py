"""The rows of score_history: what is said, and kept, of each client that is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from credit_scoring.clients.vectors import Matrix, lists
from credit_scoring.explanation.by_reason import by_reason, drivers
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS, stated
from credit_scoring.model.scorer import Scorer

COLUMNS = {
    "client_id": "BIGINT",
    "delivery": "STRING",
    "seq": "BIGINT",
    "scored_at": "TIMESTAMP",
    "probability": "DOUBLE",
    "points": "DOUBLE",
    "score": "INT",
    "cut_off": "INT",
    "decision": "STRING",
    "file_complete": "BOOLEAN",
    "start_points": "DOUBLE",
    "reasons": "ARRAY<STRUCT<code: STRING, points: DOUBLE, absent: BOOLEAN>>",
    "drivers": "ARRAY<STRUCT<feature: STRING, value: FLOAT, points: DOUBLE>>",
    "contributions": "ARRAY<DOUBLE>",
    "model_version": "INT",
    "fingerprint": "STRING",
    "code_version": "STRING",
    "run_id": "STRING",
}
"""Columns of score_history. `seq` is the delivery's, at which the client was known. `reasons`: all, worst
first, each with what is said under it (see features.statements);
`drivers`: the features of most absolute points, heaviest first; `contributions`: in points, registry order."""

SCHEMA = ", ".join(f"{name} {sql}" for name, sql in COLUMNS.items())


@dataclass(frozen=True)
class Stamp:
    """What a run writes on every row, so that it can be traced: `scored_at` is one moment a run, with its time zone."""

    scored_at: datetime
    model_version: int
    code_version: str
    run_id: str


def score_rows(cases: pl.DataFrame, vectors: Matrix, scorer: Scorer, stamp: Stamp) -> pa.RecordBatch:
    """One row a case: `cases` as in `clients.known.Known`, with `delivery`; `vectors` float32 [n, F] beside them."""
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
        "scored_at": _same(stamp.scored_at, n, pa.timestamp("us", tz="UTC")),
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
        "model_version": _same(stamp.model_version, n, pa.int32()),
        "fingerprint": _same(scorer.features.fingerprint, n, pa.string()),
        "code_version": _same(stamp.code_version, n, pa.string()),
        "run_id": _same(stamp.run_id, n, pa.string()),
    }
    return pa.RecordBatch.from_pydict({name: columns[name] for name in COLUMNS})


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
