"""runs: what each run did with each delivery; the totals that somebody asks for first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pyspark.sql import functions as F

from credit_scoring.clients.cohort import Count
from credit_scoring.intake.events import Claim, Delivered
from credit_scoring.publishing.history import Summary
from credit_scoring.scoring.rows import Stamp
from credit_scoring.storage.tables import Tables

TABLE = "runs"
COLUMNS = {
    "run_id": "STRING",
    "delivery": "STRING",
    "seq": "BIGINT",
    "model_version": "INT",
    "fingerprint": "STRING",
    "code_version": "STRING",
    "started_at": "TIMESTAMP",
    "finished_at": "TIMESTAMP",
    "clients_touched": "BIGINT",
    "scored": "BIGINT",
    "without_application": "BIGINT",
    "with_outcome": "BIGINT",
    "approved": "BIGINT",
    "refused": "BIGINT",
    "referred": "BIGINT",
    "median_score": "DOUBLE",
}


def create(tables: Tables) -> None:
    """Creates the table unless it exists."""
    tables.create(TABLE, COLUMNS, comment="What each run did with each delivery")


def append(
    tables: Tables,
    claim: Claim,
    deliveries: Sequence[Delivered],
    stamp: Stamp,
    fingerprint: str,
    counts: Mapping[str, Count],
    summaries: Mapping[str, Summary],
    finished_at: datetime,
) -> None:
    """Appends a row for each delivery, once a delivery and model version, in one commit.

    `clients_touched` = scored + without_application + with_outcome; `started_at` is the moment written on the scores.
    """
    seqs = [delivered.seq for delivered in deliveries]
    of_model = (F.col("model_version") == stamp.model_version) & F.col("seq").isin(seqs)
    told = {row["seq"] for row in tables.read(TABLE).where(of_model).select("seq").collect()}
    lines = []
    for delivered in deliveries:
        if delivered.seq in told:
            continue
        count, summary = counts[delivered.name], summaries[delivered.name]
        values = {
            "run_id": stamp.run_id,
            "delivery": delivered.name,
            "seq": delivered.seq,
            "model_version": stamp.model_version,
            "fingerprint": fingerprint,
            "code_version": stamp.code_version,
            "started_at": stamp.scored_at,
            "finished_at": finished_at,
            "clients_touched": count.touched,
            "without_application": count.without_application,
            "with_outcome": count.with_outcome,
            "scored": summary.scored,
            "approved": summary.approved,
            "refused": summary.refused,
            "referred": summary.referred,
            "median_score": summary.median_score,
        }
        lines.append(tuple(values[name] for name in COLUMNS))
    if lines:
        schema = ", ".join(f"{name} {sql}" for name, sql in COLUMNS.items())
        tables.append(
            TABLE, tables.spark.createDataFrame(lines, schema), f"{TABLE}/{claim.claim_id}/{stamp.model_version}"
        )
