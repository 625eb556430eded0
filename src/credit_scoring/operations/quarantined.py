"""Which quarantined rows may be tried again, and which accepted rows have to come with them.

A row is **open** when nothing became of it since: every row that is tried again names the file and delivery that it
came in (intake.own.ORIGIN), whatever delivery it stands under. What is tried together is a client's open rows of a
table, because they make its file incomplete together; of each owner those of the latest delivery, and only while no
later one replaced them. A delivery's rows of an owner replace the owner's earlier ones, so the owner's accepted rows of
the same delivery are brought again beside them, or they would be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from credit_scoring.intake.appending import QUARANTINE
from credit_scoring.intake.balances import brought_again
from credit_scoring.intake.events import accepted
from credit_scoring.intake.own import ORIGIN, is_own
from credit_scoring.intake.reading import OWNER
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.storage.frames import union
from credit_scoring.storage.tables import Tables

_CAME_IN = "came_in"


@dataclass(frozen=True)
class Wanted:
    """Which quarantined rows are asked for: of a delivery (its seq), with a rule among their reasons; None: any."""

    seq: int | None
    rule: str | None

    def matches(self) -> Column:
        """Whether an open row is asked for."""
        of_delivery = F.lit(True) if self.seq is None else _origin_seq(F.col(_CAME_IN)) == self.seq
        by_rule = F.lit(True)
        if self.rule is not None:
            rule = F.lit(self.rule)
            by_rule = F.exists("reasons", lambda each: each["rule"].eqNullSafe(rule))
        return of_delivery & by_rule


@dataclass(frozen=True)
class Retried:
    """A table's rows to try again (table, file, record, client_id, owner_id, reasons, cells), and the accepted rows
    `beside` them, as stored; in both `file` says where a row came in."""

    table: Table
    rows: DataFrame
    beside: DataFrame


def open_rows(tables: Tables, events: Sequence[Row]) -> DataFrame:
    """The quarantine's open rows of visible deliveries, with `came_in`."""
    seqs = _visible(events)
    rows = tables.read(QUARANTINE).where(F.col(SEQ).isin(seqs)).withColumn(_CAME_IN, _origin())
    newest = Window.partitionBy("table", _CAME_IN, RECORD).orderBy(F.desc(SEQ))
    rows = rows.withColumn("newest", F.row_number().over(newest)).where("newest = 1").drop("newest")
    again = [each.seq for each in accepted(events) if is_own(each.name)]
    if not again:
        return rows
    stored = (tables.read(table.name).withColumn("table", F.lit(table.name)) for table in TABLES)
    done = union(
        each.where(F.col(SEQ).isin(again) & F.col(FILE).contains(ORIGIN)).select(
            "table", F.col(FILE).alias(_CAME_IN), RECORD
        )
        for each in stored
    )
    return rows.join(done, ["table", _CAME_IN, RECORD], "left_anti")


def to_retry(tables: Tables, table: Table, rows: DataFrame, wanted: Wanted, events: Sequence[Row]) -> Retried:
    """What is tried again of a table. `rows`: the open ones."""
    seqs, stored = _visible(events), tables.read(table.name)
    mine = rows.where(F.col("table") == table.name).withColumn(OWNER, _owner(table))
    together = F.coalesce(
        F.concat(F.lit("client "), F.col("client_id").cast("string")),
        F.concat(F.lit("owner "), F.col(OWNER).cast("string")),
        F.concat_ws(" ", F.col(_CAME_IN), F.col(RECORD).cast("string")),
    )
    mine = mine.withColumn("together", together)
    asked = mine.join(mine.where(wanted.matches()).select("together").distinct(), "together", "left_semi")
    owned = stored.where(F.col(SEQ).isin(seqs)).withColumnRenamed(table.owner, OWNER)
    latest = (
        owned.join(asked.select(OWNER).distinct(), OWNER, "left_semi").groupBy(OWNER).agg(F.max(SEQ).alias("latest"))
    )
    last = F.max(SEQ).over(Window.partitionBy(OWNER))
    tried = (
        asked.join(latest, OWNER, "left")
        .where(F.col("latest").isNull() | (F.col("latest") <= F.col(SEQ)))
        .withColumn("last", last)
        .where(F.col(OWNER).isNull() | (F.col(SEQ) == F.col("last")))
    )
    # Balances that waited stand under the delivery that adopted them, good ones and bad ones alike; beside a bad one
    # belong those that came with it.
    came_from = _origin_seq(F.col(_CAME_IN)).alias("came_from")
    groups = tried.where(F.col(OWNER).isNotNull()).select(F.col(OWNER).alias(table.owner), SEQ, came_from).distinct()
    accepted_rows = stored.where(F.col(SEQ).isin(seqs)).withColumn("came_from", _origin_seq(_origin()))
    beside = accepted_rows.join(groups, [table.owner, SEQ, "came_from"], "left_semi")
    columns = [column.name for column in table.columns if not column.optional_column]
    return Retried(
        table,
        tried.select("table", F.col(_CAME_IN).alias(FILE), RECORD, "client_id", OWNER, "reasons", "cells"),
        beside.select(*columns, RECORD, MADE_MISSING, _origin().alias(FILE)),
    )


def _visible(events: Sequence[Row]) -> list[int]:
    return [delivered.seq for delivered in accepted(events)]


def _origin() -> Column:
    """Which file of which delivery a row came in, however often it was brought again."""
    tried_again = F.regexp_replace(FILE, "^[0-9]+/", "")
    adopted = F.regexp_replace(FILE, "/", ORIGIN)
    came_in = F.concat(F.col(SEQ).cast("string"), F.lit(ORIGIN), F.col(FILE))
    return F.when(F.col(FILE).contains(ORIGIN), tried_again).when(brought_again(), adopted).otherwise(came_in)


def _origin_seq(came_in: Column) -> Column:
    return F.split(came_in, ORIGIN)[0].cast("bigint")


def _owner(table: Table) -> Column:
    """The owner of a quarantined row; null where its cells do not tell one."""
    if table.owner == CLIENT:
        return F.col("client_id")
    return F.expr(f"try_cast(get_json_object(cells, '$.{table.owner}') AS BIGINT)")
