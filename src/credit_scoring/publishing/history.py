"""score_history: every score ever given, a row for each client, delivery and model version; appended, never changed.

What makes it exactly once: a claim's rows are one commit under the claim's id and model version, and a delivery that
already has rows of the model version is not scored again. The first holds for a run that was killed after its commit,
the second for a delivery that comes back in another claim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.errors.faults import SCORED_TWICE, SCORES_MISSING
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.events import Claim, Delivered
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.storage.tables import Tables

TABLE = SCORE_HISTORY.name


@dataclass(frozen=True)
class Summary:
    """What score_history holds of a delivery by one model version; `median_score` is None when nobody was scored."""

    scored: int = 0
    approved: int = 0
    refused: int = 0
    referred: int = 0
    median_score: float | None = None


def create(tables: Tables) -> None:
    """Creates the table unless it exists."""
    tables.create(SCORE_HISTORY)


def missing(tables: Tables, deliveries: Sequence[Delivered], model_version: int) -> list[Delivered]:
    """The deliveries of which the model version has scored nobody yet. An action."""
    found = _of(tables, deliveries, model_version).select("delivery").distinct().collect()
    scored = {row["delivery"] for row in found}
    return [delivered for delivered in deliveries if delivered.name not in scored]


def append(tables: Tables, rows: DataFrame, claim: Claim, model_version: int) -> None:
    """Appends what a claim scored, all deliveries in one commit, once."""
    tables.append(TABLE, rows, app_id=f"{TABLE}/{claim.claim_id}/{model_version}")


def summaries(tables: Tables, deliveries: Sequence[Delivered], model_version: int) -> dict[str, Summary]:
    """Delivery -> what was committed of it, also of those where nobody was scored. An action.

    Fault when a client stands there twice: the append did not land exactly once.
    """

    def decided(decision: str) -> Column:
        return F.count_if(F.col("decision") == decision)

    counted = (
        _of(tables, deliveries, model_version)
        .groupBy("delivery")
        .agg(
            F.count("*").alias("scored"),
            F.count_distinct("client_id").alias("clients"),
            decided("approve").alias("approved"),
            decided("refuse").alias("refused"),
            decided("refer").alias("referred"),
            F.percentile("score", 0.5).alias("median_score"),
        )
        .collect()
    )
    found = {delivered.name: Summary() for delivered in deliveries}
    for row in counted:
        if row["clients"] != row["scored"]:
            raise SCORED_TWICE(
                table=TABLE, rows=row["scored"], delivery=row["delivery"], version=model_version, clients=row["clients"]
            )
        found[row["delivery"]] = Summary(
            row["scored"], row["approved"], row["refused"], row["referred"], row["median_score"]
        )
    return found


def verify(found: Mapping[str, Summary], expected: Mapping[str, int]) -> None:
    """Fault unless as many clients of each delivery are committed as its cohort had."""
    for delivery, clients in expected.items():
        if found[delivery].scored != clients:
            raise SCORES_MISSING(table=TABLE, found=found[delivery].scored, delivery=delivery, expected=clients)


def clients_by_score(tables: Tables, deliveries: Sequence[Delivered], model_version: int) -> dict[int, dict[int, int]]:
    """Seq -> score -> how many clients have it. An action; as many rows as there are different scores."""
    counted = _of(tables, deliveries, model_version).groupBy("seq", "score").agg(F.count("*").alias("clients"))
    found: dict[int, dict[int, int]] = {}
    for row in counted.collect():
        found.setdefault(row["seq"], {})[row["score"]] = row["clients"]
    return found


def rows(tables: Tables, delivered: Delivered, model_version: int, columns: Collection[str]) -> DataFrame:
    """The committed rows of a delivery."""
    return _of(tables, [delivered], model_version).select(*columns)


def sound(tables: Tables, withdrawals: Mapping[int, int]) -> DataFrame:
    """The rows that no withdrawn delivery is behind. `withdrawals`: its seq -> the seq at which its clients were scored
    again: what they were given between the two rests on its rows."""
    rows = tables.read(TABLE)
    if not withdrawals:
        return rows
    pairs = tables.spark.createDataFrame(sorted(withdrawals.items()), "withdrawn BIGINT, again BIGINT")
    touched = (
        tables.read(CLIENT_DELIVERIES)
        .where(F.col("seq").isin(sorted(set(withdrawals.values()))))
        .join(pairs, F.col("seq") == F.col("again"))
        .select(F.col("client_id").alias("touched"), "withdrawn", "again")
    )
    between = (F.col("seq") >= F.col("withdrawn")) & (F.col("seq") < F.col("again"))
    standing = rows.where(~F.col("seq").isin(list(withdrawals)))
    return standing.join(touched, (F.col("client_id") == F.col("touched")) & between, "left_anti")


def of_versions(tables: Tables, scored: Sequence[tuple[Delivered, int]]) -> DataFrame:
    """The committed rows of deliveries, each by the model version beside it; one read, however many there are."""
    by_version: dict[int, list[Delivered]] = {}
    for delivered, version in scored:
        by_version.setdefault(version, []).append(delivered)
    wanted = (_in(deliveries, version) for version, deliveries in by_version.items())
    return tables.read(TABLE).where(reduce(or_, wanted, F.lit(False)))


def _of(tables: Tables, deliveries: Sequence[Delivered], model_version: int) -> DataFrame:
    return tables.read(TABLE).where(_in(deliveries, model_version))


def _in(deliveries: Sequence[Delivered], model_version: int) -> Column:
    """By seq, for the files that Delta can pass over, and by name: a rescore has the seq of a delivery."""
    of_seq = F.col("seq").isin([delivered.seq for delivered in deliveries])
    named = F.col("delivery").isin([delivered.name for delivered in deliveries])
    return of_seq & named & (F.col("model_version") == model_version)
