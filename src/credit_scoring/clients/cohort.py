"""Cohorts: which clients, and as known at which delivery.

A cohort is a Spark frame with client_id BIGINT, as_of BIGINT (a seq), delivery STRING and, for training, target INT;
one row is a *case*. Nothing here runs anything but `seqs_of`, `count_by_delivery` and `contradicted`: the actions are
the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.events import Delivered
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES, TARGET
from credit_scoring.schema.table import CLIENT, SEQ, Table
from credit_scoring.storage.frames import size
from credit_scoring.storage.tables import Tables

_TO_SCORE = "has_application AND NOT has_outcome"

Seqs = Mapping[str, Sequence[int]]
"""Table -> the accepted seqs that hold rows of the clients in question. Delta skips the files of all others."""


@dataclass(frozen=True)
class Count:
    """How many clients of a delivery there are of each kind; `touched` = the sum of the other three."""

    touched: int
    to_score: int
    without_application: int
    with_outcome: int


def touched(tables: Tables, deliveries: Sequence[Delivered]) -> DataFrame:
    """Every client with rows, accepted or quarantined, in the deliveries: a case for each client and delivery."""
    seqs = [delivered.seq for delivered in deliveries]
    rows = tables.read(CLIENT_DELIVERIES).where(F.col(SEQ).isin(seqs) & F.col("client_id").isNotNull())
    cases = rows.select("client_id", F.col(SEQ).alias("as_of")).distinct()
    return cases.withColumn("delivery", _name_of("as_of", deliveries))


def rows_in(tables: Tables, deliveries: Sequence[Delivered], known_at: Delivered) -> DataFrame:
    """Every client with rows in the deliveries, once, as known at the seq of `known_at` and under its name."""
    seqs = [delivered.seq for delivered in deliveries]
    rows = tables.read(CLIENT_DELIVERIES).where(F.col(SEQ).isin(seqs) & F.col("client_id").isNotNull())
    return rows.select(
        "client_id", F.lit(known_at.seq).cast("bigint").alias("as_of"), F.lit(known_at.name).alias("delivery")
    ).distinct()


def seqs_of(tables: Tables, cohort: DataFrame, accepted: Sequence[Delivered]) -> dict[str, list[int]]:
    """Where the rows are that the cohort's clients need: table -> accepted seqs, not later than the latest as_of.

    An action; its answer has at most one row a table and delivery.
    """
    visible = [delivered.seq for delivered in accepted]
    needed = (
        tables.read(CLIENT_DELIVERIES)
        .where(F.col(SEQ).isin(visible))
        .join(cohort.groupBy("client_id").agg(F.max("as_of").alias("as_of")), "client_id")
        .where(F.col(SEQ) <= F.col("as_of"))
        .select("table", SEQ)
        .distinct()
        .collect()
    )
    found: dict[str, list[int]] = {}
    for table, seq in sorted((row["table"], row[SEQ]) for row in needed):
        found.setdefault(table, []).append(seq)
    return found


def standing(tables: Tables, clients: DataFrame, seqs: Seqs) -> DataFrame:
    """The cases with two more columns, each as known at as_of: has_application, has_outcome.

    Outcomes that came later do not count: what a delivery's CSV holds follows from the deliveries up to it.
    """
    return (
        clients.join(_first_seq(tables, APPLICATION, seqs, "application_seq"), "client_id", "left")
        .join(_first_seq(tables, OUTCOMES, seqs, "outcome_seq"), "client_id", "left")
        .withColumn("has_application", F.coalesce(F.col("application_seq") <= F.col("as_of"), F.lit(False)))
        .withColumn("has_outcome", F.coalesce(F.col("outcome_seq") <= F.col("as_of"), F.lit(False)))
        .drop("application_seq", "outcome_seq")
    )


def to_score(standing: DataFrame, deliveries: Sequence[Delivered]) -> DataFrame:
    """The cohort of the deliveries that is scored: with an accepted application and without an outcome."""
    wanted = F.col("delivery").isin([delivered.name for delivered in deliveries])
    return standing.where(wanted).where(_TO_SCORE).select("client_id", "as_of", "delivery")


def count_by_delivery(standing: DataFrame) -> dict[str, Count]:
    """Delivery -> how many of its clients are scored, and why the others are not. An action, one row a delivery."""
    without = ~F.col("has_application")
    counted = standing.groupBy("delivery").agg(
        F.count("*").alias("touched"),
        F.count_if(F.expr(_TO_SCORE)).alias("to_score"),
        F.count_if(without).alias("without_application"),
        F.count_if(~without & F.col("has_outcome")).alias("with_outcome"),
    )
    return {
        row["delivery"]: Count(row["touched"], row["to_score"], row["without_application"], row["with_outcome"])
        for row in counted.collect()
    }


def to_train(tables: Tables, accepted: Sequence[Delivered]) -> DataFrame:
    """Every client with a visible outcome, as known when the application was first accepted; with `target` INT.

    Nothing later than that first delivery may enter, or the model would learn from what a score never sees. Of several
    outcomes the latest counts; `outcome_seq` BIGINT is the seq of the first.
    """
    return (
        _applied(tables, accepted)
        .join(_outcomes(tables, accepted), "client_id")
        .select("client_id", "as_of", _name_of("as_of", accepted).alias("delivery"), "target", "outcome_seq")
    )


def without_outcome(tables: Tables, accepted: Sequence[Delivered]) -> DataFrame:
    """Every client with an accepted application and no visible outcome, as known when it was first accepted.

    The clients whom the model is to score, seen as `to_train` sees those whom it learns from.
    """
    waiting = _applied(tables, accepted).join(_outcomes(tables, accepted), "client_id", "left_anti")
    return waiting.select("client_id", "as_of", _name_of("as_of", accepted).alias("delivery"))


def _applied(tables: Tables, accepted: Sequence[Delivered]) -> DataFrame:
    """Clients with an accepted application, and the seq of the first: client_id, as_of."""
    return _first_seq(tables, APPLICATION, {APPLICATION.name: [delivered.seq for delivered in accepted]}, "as_of")


def _outcomes(tables: Tables, accepted: Sequence[Delivered]) -> DataFrame:
    """The outcome of each client that has one: client_id, target, outcome_seq."""
    visible = F.col(SEQ).isin([delivered.seq for delivered in accepted])
    rows = tables.read(OUTCOMES.name).where(visible).groupBy(F.col(CLIENT).alias("client_id"))
    return rows.agg(F.max_by(TARGET.name, SEQ).alias("target"), F.min(SEQ).alias("outcome_seq"))


def contradicted(tables: Tables, accepted: Sequence[Delivered]) -> int:
    """How many clients have outcomes of both kinds, by different deliveries. An action, one row.

    In one delivery such outcomes are a conflict, and quarantined.
    """
    visible = F.col(SEQ).isin([delivered.seq for delivered in accepted])
    kinds = tables.read(OUTCOMES.name).where(visible).groupBy(CLIENT).agg(F.countDistinct(TARGET.name).alias("kinds"))
    return size(kinds.where("kinds > 1"))


def _first_seq(tables: Tables, source: Table, seqs: Seqs, name: str) -> DataFrame:
    """The seq of each client's first accepted row of a table."""
    rows = tables.read(source.name).where(F.col(SEQ).isin(list(seqs.get(source.name, []))))
    return rows.groupBy(F.col(CLIENT).alias("client_id")).agg(F.min(SEQ).alias(name))


def _name_of(seq: str, deliveries: Sequence[Delivered]) -> Column:
    """The delivery's name, from its seq."""
    pairs = [(F.lit(delivered.seq).cast("bigint"), F.lit(delivered.name)) for delivered in deliveries]
    # By function: where Spark Connect gives the columns, a map's brackets take no column.
    return F.try_element_at(F.create_map(*[part for pair in pairs for part in pair]), F.col(seq))
