"""Whether the promises hold on the store's own clients: raw values improved, every feature rebuilt, scored again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from credit_scoring.clients import cohort
from credit_scoring.clients.cases import case_matrix
from credit_scoring.clients.gather import gather
from credit_scoring.clients.known import Known
from credit_scoring.errors.usage import NOBODY_APPLIED
from credit_scoring.features import registry
from credit_scoring.features.promises import PROMISES, moves
from credit_scoring.intake.ledger import Ledger
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.tables import Tables

CLIENTS = 2_000
_SCHEMA = "promise STRING, clients BIGINT, moved BIGINT, lower BIGINT, features ARRAY<STRING>"


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


def check(
    tables: Tables, ledger: Ledger, model: ModelTexts | None, settings: GatherSettings, clients: int = CLIENTS
) -> tuple[Kept, ...]:
    """Checks every promise on `clients` of the store, chosen by the hash of their id, as known now.

    Without a model only the features are judged. UsageError when no client has an accepted application; ModelError when
    the model was trained with other features than this code computes.
    """
    if model is not None:
        scorer(model).features.must_match(registry.names(), registry.fingerprint())
    ledger.create()
    accepted = ledger.accepted()
    if not accepted:
        raise NOBODY_APPLIED()
    everyone = cohort.touched(tables, accepted).groupBy("client_id").agg(F.max("as_of").alias("as_of"))
    seqs = cohort.seqs_of(tables, everyone, accepted)
    if not seqs.get("application"):
        raise NOBODY_APPLIED()
    able = cohort.standing(tables, everyone, seqs).where("has_application").select("client_id", "as_of")
    chosen = able.orderBy(F.xxhash64("client_id"), "client_id").limit(clients)
    judged = gather(tables, chosen, clients, seqs, settings, partial(_judge, model), _SCHEMA)
    counted = judged.groupBy("promise").agg(
        F.sum("clients").alias("clients"),
        F.sum("moved").alias("moved"),
        F.sum("lower").alias("lower"),
        F.array_sort(F.array_distinct(F.flatten(F.collect_list("features")))).alias("features"),
    )
    found = {row["promise"]: row for row in counted.collect()}
    return tuple(
        Kept(p.name, row["clients"], row["moved"], row["lower"], tuple(row["features"]))
        for p in PROMISES
        for row in [found[p.name]]
    )


def _judge(model: ModelTexts | None, known: Known) -> Iterator[pa.RecordBatch]:
    """One slot's clients, every promise."""
    before = case_matrix(known)
    points = None if model is None else scorer(model).score(before).points
    for promise in PROMISES:
        found = moves(promise, known.tables, before)
        lower = None
        if model is not None and points is not None:
            after = scorer(model).score(found.vectors).points
            lower = int(np.count_nonzero((after < points) & found.promised))
        columns = {
            "promise": pa.array([promise.name]),
            "clients": pa.array([len(before)], pa.int64()),
            "moved": pa.array([int(found.promised.sum())], pa.int64()),
            "lower": pa.array([lower], pa.int64()),
            "features": pa.array([sorted(found.wrong)], pa.list_(pa.string())),
        }
        yield pa.RecordBatch.from_pydict(columns)
