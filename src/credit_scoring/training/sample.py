"""The clients to train on, counted and judged before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.errors.faults import TRAINING_VECTORS_ODD
from credit_scoring.errors.learning import (
    NO_OUTCOMES,
    ONE_CLASS,
    ONE_CLASS_IN_PART,
    OUTCOMES_TWICE,
    OUTCOMES_UNCLEAR,
    TOO_FEW_CLIENTS,
)
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.split import HOLDOUT


@dataclass(frozen=True)
class Sample:
    """How many clients with an outcome there are, and how many of them defaulted: for development, held out."""

    clients: int
    defaults: int
    holdout_clients: int
    holdout_defaults: int


def sample(vectors: DataFrame, features: int, parameters: TrainingSettings) -> Sample:
    """Counts the clients of `vectors` (client_id, target, part, features), in one pass.

    ModelError with what to do when a model cannot be trained on them: no outcomes, labels other than 0 and 1, a client
    twice, too few clients or defaults, a part with one class only.
    """
    counted = {
        row["part"]: row
        for row in vectors.groupBy("part")
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.countDistinct("client_id").alias("clients"),
            F.count_if(F.col("target") == 1).alias("defaults"),
            F.count_if(F.col("target") == 0).alias("good"),
            F.count_if(F.size("features") != features).alias("other_length"),
        )
        .collect()
    }
    if not counted:
        raise NO_OUTCOMES()
    rows = sum(row["rows"] for row in counted.values())
    if unclear := rows - sum(row["defaults"] + row["good"] for row in counted.values()):
        raise OUTCOMES_UNCLEAR(unclear=unclear, outcomes=rows)
    if twice := rows - sum(row["clients"] for row in counted.values()):
        raise OUTCOMES_TWICE(outcomes=twice)
    if sum(row["other_length"] for row in counted.values()):
        raise TRAINING_VECTORS_ODD(features=features)
    held_out = counted.pop(HOLDOUT, None)
    found = Sample(
        clients=sum(row["clients"] for row in counted.values()),
        defaults=sum(row["defaults"] for row in counted.values()),
        holdout_clients=held_out["clients"] if held_out else 0,
        holdout_defaults=held_out["defaults"] if held_out else 0,
    )
    _refuse_one_class(found)
    if found.clients < parameters.min_clients or found.defaults < parameters.min_defaults:
        raise TOO_FEW_CLIENTS(
            clients=found.clients,
            defaults=found.defaults,
            min_clients=parameters.min_clients,
            min_defaults=parameters.min_defaults,
            held_out=parameters.holdout_percent,
        )
    for part in (HOLDOUT, *range(parameters.folds)):
        row = held_out if part == HOLDOUT else counted.get(part)
        if row is None or not row["defaults"] or not row["good"]:
            where = "the holdout" if part == HOLDOUT else f"fold {part + 1} of {parameters.folds}"
            raise ONE_CLASS_IN_PART(part=where)
    return found


def _refuse_one_class(found: Sample) -> None:
    clients = found.clients + found.holdout_clients
    defaults = found.defaults + found.holdout_defaults
    if defaults in (0, clients):
        what = "defaulted" if defaults else "paid"
        raise ONE_CLASS(clients=clients, what=what)
