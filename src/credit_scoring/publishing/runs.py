"""runs: what each run did with each delivery; the totals that somebody asks for first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pyspark.sql import functions as F

from credit_scoring.clients.cohort import Count
from credit_scoring.intake.events import Claim, Delivered
from credit_scoring.publishing.history import Summary
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.scoring.rows import Stamp
from credit_scoring.storage.tables import Tables

TABLE = "runs"
RUNS = StoredTable(
    TABLE,
    "What each run did with each delivery",
    (
        StoredColumn("run_id", "STRING", "The run; its report is reports/<run_id>.html"),
        StoredColumn("delivery", "STRING", "Name of the delivery, or of the rescore"),
        StoredColumn("seq", "BIGINT", "Place of the delivery in the order of deliveries"),
        StoredColumn("model_version", "INT", "Version of the registered model that scored"),
        StoredColumn("fingerprint", "STRING", "Identifies the features, vocabularies and cleaning"),
        StoredColumn("code_version", "STRING", "Release and digest of the source files that ran"),
        StoredColumn("started_at", "TIMESTAMP", "The moment that stands on the scores (scored_at)"),
        StoredColumn("finished_at", "TIMESTAMP", "When scores and CSV were in their place"),
        StoredColumn("clients_touched", "BIGINT", "Clients with rows: scored + without_application + with_outcome"),
        StoredColumn("scored", "BIGINT", "Clients scored"),
        StoredColumn("without_application", "BIGINT", "Clients who wait for an accepted application"),
        StoredColumn("with_outcome", "BIGINT", "Clients whose outcome is known, and who are not scored"),
        StoredColumn("approved", "BIGINT", "Scored clients with decision approve"),
        StoredColumn("refused", "BIGINT", "Scored clients with decision refuse"),
        StoredColumn("referred", "BIGINT", "Scored clients with decision refer"),
        StoredColumn("median_score", "DOUBLE", "Median score; null when nobody was scored"),
    ),
)


def create(tables: Tables) -> None:
    """Creates the table unless it exists."""
    tables.create(RUNS)


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
    names = [delivered.name for delivered in deliveries]
    of_model = (F.col("model_version") == stamp.model_version) & F.col("delivery").isin(names)
    told = {row["delivery"] for row in tables.read(TABLE).where(of_model).select("delivery").collect()}
    lines = []
    for delivered in deliveries:
        if delivered.name in told:
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
        lines.append(tuple(values[name] for name in RUNS.names))
    if lines:
        rows = tables.spark.createDataFrame(lines, RUNS.ddl())
        tables.append(TABLE, rows, f"{TABLE}/{claim.claim_id}/{stamp.model_version}")
