"""runs: what each run did with each delivery; the totals that somebody asks for first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.ledger.events import Delivered
from credit_scoring.model.usable import declared
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.scoring.run import Scored

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


def create(engine: Engine) -> None:
    """Creates the table unless it exists."""
    engine.create(RUNS)


def append(engine: Engine, scored: Scored, deliveries: Sequence[Delivered], finished_at: datetime) -> None:
    """Appends a row for each of the `deliveries` that were published, once a delivery and model version, in one commit.

    `clients_touched` = scored + without_application + with_outcome; `started_at` is the moment written on the scores.
    """
    run_metadata, fingerprint = scored.run_metadata, declared().fingerprint
    names = [delivered.name for delivered in deliveries]
    scan = Scan(TABLE, ("delivery",), {"model_version": [run_metadata.model_version], "delivery": names})
    there = set(engine.scan(scan)["delivery"])
    lines = []
    for delivered in deliveries:
        if delivered.name in there:
            continue
        count, summary = scored.counts[delivered.name], scored.summaries[delivered.name]
        lines.append(
            {
                "run_id": run_metadata.run_id,
                "delivery": delivered.name,
                "seq": delivered.seq,
                "model_version": run_metadata.model_version,
                "fingerprint": fingerprint,
                "code_version": run_metadata.code_version,
                "started_at": run_metadata.scored_at,
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
        )
    if lines:
        rows = pl.DataFrame(lines, schema=polars_schema(RUNS.types()))
        engine.append(TABLE, rows, f"{TABLE}/{scored.claim.claim_id}/{run_metadata.model_version}")
