"""The rows of score_history: what is said, and kept, of each client that is scored.

OUTPUT declares every column once. The tables score_history and scores, the view scores_explained, scores.csv and the
reference in docs/ follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.explanation.points import by_reason, drivers
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS, stated
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.arrow import lists

if TYPE_CHECKING:
    from credit_scoring.model.scorer import Scored, Scorer


class CsvPart(Enum):
    """Where a column stands in scores.csv: before the reasons or after them, among others in the order of the table."""

    SCORE = "the score"
    ORIGIN = "where the score comes from"


@dataclass(frozen=True)
class OutputColumn:
    """A column of score_history, and all that is made of it: the table, scores and the view, the CSV, the reference.

    `value`: its cells for the clients of a task. `csv`: where it stands in scores.csv; None: it does not.
    """

    name: str
    sql: str
    meaning: str
    value: Callable[[ScoredCases], pa.Array]
    csv: CsvPart | None = None


@dataclass(frozen=True)
class RunMetadata:
    """What a run writes on every row, so that it can be traced: `scored_at` is one moment a run, with its time zone."""

    scored_at: datetime
    model_version: int
    code_version: str
    run_id: str


NO_RUN = RunMetadata(datetime.fromtimestamp(0, UTC), 0, "", "")
"""The metadata of what is scored for one request: no run wrote it, and nothing of it is answered."""


@dataclass(frozen=True, eq=False)
class ScoredCases:
    """The clients of a task as the model scored them: what columns are made of, in the order of `cases`.

    `vectors` [n, F]. `order`: the reasons that some feature of the model speaks for.
    """

    cases: pl.DataFrame
    vectors: Matrix
    scorer: Scorer
    scored: Scored
    run_metadata: RunMetadata
    order: Sequence[Reason]

    @classmethod
    def of(cls, cases: pl.DataFrame, vectors: Matrix, scorer: Scorer, run_metadata: RunMetadata) -> ScoredCases:
        """Scores the cases."""
        judged = {feature.reason for feature in scorer.features.features}
        order = [reason for reason in Reason if reason.code in judged]
        return cls(cases, vectors, scorer, scorer.score(vectors), run_metadata, order)

    def same(self, value: object, dtype: pa.DataType) -> pa.Array:
        """A column that says the same of every client."""
        return pa.repeat(pa.scalar(value, dtype), self.cases.height)

    def decisions(self) -> pa.Array:
        """Approve, refuse, or refer."""
        decided = self.scorer.decide(self.scored.score, self.cases["file_complete"].to_numpy())
        return pa.array(decided.tolist(), pa.string())

    def reasons(self) -> pa.Array:
        """All reasons, worst first, with the statement that is made under each."""
        position = {reason.code: i for i, reason in enumerate(self.order)}
        declared = self.scorer.features.features
        reason_of = np.array([position[feature.reason] for feature in declared], np.int64)
        reasons = by_reason(self.scored.contributions, reason_of, len(self.order))
        worst = reasons.worst_first
        names = [feature.name for feature in declared]
        said = np.take_along_axis(stated(self.vectors, names, self.order, reasons.points), worst, axis=1)
        return _structs(
            len(self.order),
            code=_chosen([statement.code for statement in STATEMENTS], said),
            points=_flat(np.take_along_axis(reasons.points, worst, axis=1)),
            absent=_flat(np.array([statement.absent for statement in STATEMENTS])[said]),
        )

    def drivers(self) -> pa.Array:
        """The features of most absolute points, heaviest first, with their values."""
        weighty = drivers(self.scored.contributions)
        return _structs(
            weighty.shape[1],
            feature=_chosen([feature.name for feature in self.scorer.features.features], weighty),
            value=_missing_as_null(np.take_along_axis(self.vectors, weighty, axis=1)),
            points=_flat(np.take_along_axis(self.scored.contributions, weighty, axis=1)),
        )


OUTPUT = (
    OutputColumn(
        "client_id", "BIGINT", "The client (SK_ID_CURR; one application)",
        lambda of: of.cases["client_id"].to_arrow(), CsvPart.SCORE,
    ),
    OutputColumn(
        "delivery", "STRING", "The delivery, or the rescore, whose CSV holds this score",
        lambda of: pa.array(of.cases["delivery"].to_list(), pa.string()), CsvPart.ORIGIN,
    ),
    OutputColumn(
        "seq", "BIGINT", "Place of the delivery in the order of deliveries: the client as known then",
        lambda of: of.cases["as_of"].to_arrow(),
    ),
    OutputColumn(
        "scored_at", "TIMESTAMP", "When the run scored; one moment a run",
        lambda of: of.same(of.run_metadata.scored_at, pa.timestamp("us", tz="UTC")), CsvPart.ORIGIN,
    ),
    OutputColumn(
        "probability", "DOUBLE", "Calibrated probability of default",
        lambda of: pa.array(of.scored.probability), CsvPart.SCORE,
    ),
    OutputColumn(
        "points", "DOUBLE", "Points, exact; higher is safer",
        lambda of: pa.array(of.scored.points),
    ),
    OutputColumn(
        "score", "INT", "Points, rounded to a whole number",
        lambda of: pa.array(of.scored.score.astype(np.int32)), CsvPart.SCORE,
    ),
    OutputColumn(
        "cut_off", "INT", "Lowest score that is approved",
        lambda of: of.same(of.scorer.decision.cut_off, pa.int32()), CsvPart.SCORE,
    ),
    OutputColumn(
        "decision", "STRING", "approve, refuse (below the cut-off) or refer (to a person)",
        ScoredCases.decisions, CsvPart.SCORE,
    ),
    OutputColumn(
        "file_complete", "BOOLEAN", "False: a row is quarantined, or had a cell made missing",
        lambda of: of.cases["file_complete"].to_arrow(),
    ),
    OutputColumn(
        "start_points", "DOUBLE", "Where every client starts; start + contributions = points",
        lambda of: of.same(of.scored.start_points, pa.float64()), CsvPart.SCORE,
    ),
    OutputColumn(
        "reasons", "ARRAY<STRUCT<code: STRING, points: DOUBLE, absent: BOOLEAN>>",
        "All reasons, worst first: code (see table reasons), the points it adds or takes, whether of an absence",
        ScoredCases.reasons,
    ),
    OutputColumn(
        "drivers", "ARRAY<STRUCT<feature: STRING, value: FLOAT, points: DOUBLE>>",
        "The ten features of most absolute points, heaviest first, each with its value (null: missing)",
        ScoredCases.drivers,
    ),
    OutputColumn(
        "contributions", "ARRAY<DOUBLE>", "Points of every feature, by position in the table features",
        lambda of: lists(of.scored.contributions),
    ),
    OutputColumn(
        "model_version", "INT", "Version of the registered model",
        lambda of: of.same(of.run_metadata.model_version, pa.int32()), CsvPart.ORIGIN,
    ),
    OutputColumn(
        "fingerprint", "STRING", "Identifies the features, vocabularies and cleaning",
        lambda of: of.same(of.scorer.features.fingerprint, pa.string()),
    ),
    OutputColumn(
        "code_version", "STRING", "Release and digest of the source files that ran",
        lambda of: of.same(of.run_metadata.code_version, pa.string()),
    ),
    OutputColumn(
        "run_id", "STRING", "The run that scored",
        lambda of: of.same(of.run_metadata.run_id, pa.string()),
    ),
)  # fmt: skip
"""What is kept of each score, in the order of the table: a new column goes to the end."""

SCORE_HISTORY = StoredTable(
    "score_history",
    "Every score that was ever given, and why: one row a client, delivery and model version; never changed",
    tuple(StoredColumn(column.name, column.sql, column.meaning) for column in OUTPUT),
    cluster_by=("seq", "client_id"),
)
"""Clustered by delivery and client: a CSV reads one, `explain` the other."""


def in_csv(part: CsvPart) -> tuple[str, ...]:
    """The columns of a part of scores.csv."""
    return tuple(column.name for column in OUTPUT if column.csv is part)


def score_rows(cases: pl.DataFrame, vectors: Matrix, scorer: Scorer, run_metadata: RunMetadata) -> pa.RecordBatch:
    """One row a case: `cases` as in `clients.snapshot`, with `delivery`; `vectors` float32 [n, F] beside them."""
    scored = ScoredCases.of(cases, vectors, scorer, run_metadata)
    return pa.RecordBatch.from_pydict({column.name: column.value(scored) for column in OUTPUT})


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
