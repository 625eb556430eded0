"""What an operator looks at first: runs, deliveries, and what is in quarantine and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pyspark.sql import functions as F

from credit_scoring.intake import events
from credit_scoring.intake.appending import QUARANTINE
from credit_scoring.intake.ledger import Ledger
from credit_scoring.publishing import runs
from credit_scoring.storage.tables import Tables

What = Literal["runs", "deliveries", "quarantine"]


@dataclass(frozen=True)
class Listing:
    """A head and rows, ready to print."""

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def show(tables: Tables, what: What, most: int = 20) -> Listing:
    """The latest runs or deliveries' events, or the most frequent reasons in quarantine; at most `most` rows."""
    source = {"runs": runs.TABLE, "deliveries": events.TABLE, "quarantine": QUARANTINE}[what]
    if not tables.exists(source):
        return Listing((), ())
    frame = tables.read(source)
    match what:
        case "runs":
            columns = ["started_at", "run_id", "delivery", "model_version", "scored", "approved", "refused", "referred"]
            frame = frame.orderBy(F.desc("started_at"), "delivery").select(*columns)
        case "deliveries":
            columns = ["at", "delivery", "seq", "event", "records", "quarantined", "message"]
            frame = (
                frame.where("event <> 'released'")
                .withColumn("records", F.expr("aggregate(files.records, 0L, (a, b) -> a + b)"))
                .withColumn("quarantined", F.expr("aggregate(files.quarantined, 0L, (a, b) -> a + b)"))
                .orderBy(F.desc("at"), "seq")
                .select(*columns)
            )
        case "quarantine":
            columns = ["delivery", "table", "column", "rule", "rows", "sentence"]
            seqs = [delivered.seq for delivered in Ledger(tables).accepted()]
            frame = (
                frame.where(F.col("seq").isin(seqs))
                .select("delivery", "table", F.explode("reasons").alias("reason"))
                .groupBy("delivery", "table", "reason.column", "reason.rule", "reason.sentence")
                .agg(F.count("*").alias("rows"))
                .orderBy(F.desc("rows"), "delivery", "table", "column")
                .select(*columns)
            )
    return Listing(tuple(columns), tuple(tuple(row) for row in frame.limit(most).collect()))
