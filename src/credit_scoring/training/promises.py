"""Whether the promises hold on the store's own clients: raw values improved, every feature rebuilt, scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from credit_scoring.clients.snapshot import Snapshot, case_matrix
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.contributions import predicting
from credit_scoring.features.promises import PROMISES, moves
from credit_scoring.features.vector import histories
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable

CLIENTS = 2_000
COUNTS = "promise STRING, clients BIGINT, moved BIGINT, lower BIGINT, features ARRAY<STRING>"


@dataclass(frozen=True)
class Kept:
    """One promise: how many clients it moved, how many scores fell, and the features that moved the wrong way.

    `lower` is None where there was no model to score with.
    """

    promise: str
    clients: int
    moved: int
    lower: int | None
    features: tuple[str, ...]

    @property
    def broken(self) -> bool:
        """A score fell, or a feature moved to the riskier side, or without a declared risk."""
        return bool(self.lower) or bool(self.features)


def added_up(counted: pl.DataFrame) -> tuple[Kept, ...]:
    """The promises in their order, from the counts of all slots (see `judge`)."""
    found = {
        row["promise"]: row
        for row in counted.group_by("promise")
        .agg(
            pl.sum("clients", "moved"),
            pl.when(pl.col("lower").is_not_null().any()).then(pl.sum("lower")).alias("lower"),
            pl.col("features").explode().unique().drop_nulls().sort(),
        )
        .iter_rows(named=True)
    }
    return tuple(
        Kept(p.name, row["clients"], row["moved"], row["lower"], tuple(row["features"]))
        for p in PROMISES
        for row in [found[p.name]]
    )


def judge(model: ModelTexts | None, snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    """One slot's clients, every promise: rows of COUNTS."""
    before, told = case_matrix(snapshot), histories(snapshot.tables)
    points_of = None if model is None else _points_of(model)
    points = None if points_of is None else points_of(before)
    for promise in PROMISES:
        found = moves(promise, snapshot.tables, before, told)
        lower = None
        if points_of is not None and points is not None:
            lower = int(np.count_nonzero((points_of(found.vectors) < points) & found.promised))
        columns = {
            "promise": pa.array([promise.name]),
            "clients": pa.array([len(before)], pa.int64()),
            "moved": pa.array([int(found.promised.sum())], pa.int64()),
            "lower": pa.array([lower], pa.int64()),
            "features": pa.array([sorted(found.wrong)], pa.list_(pa.string())),
        }
        yield pa.RecordBatch.from_pydict(columns)


def _points_of(model: ModelTexts) -> Callable[[Matrix], Floats]:
    """The points of vectors [n, F], bit for bit the Scorer's, without the contributions, which take far longer."""
    proven, margin_of = usable(model), predicting(model.booster)
    return lambda vectors: proven.scale.points(margin_of(np.ascontiguousarray(vectors[:, proven.used])))
