"""A store of the release before: this code explains its scores, and goes on where it stopped, by the model of then.

By Spark, because that release clustered its tables (docs/runbook.md).
"""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from conftest import context_at, frame, scored_and_published
from credit_scoring.intake.run import intake
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.explain import explain
from credit_scoring.scoring.history import TABLE

KEPT = Path(__file__).parent / "store.tar.gz"
NOW = datetime(2026, 2, 5, 8, tzinfo=UTC)


def test_the_kept_model_scores_what_waits_in_the_kept_store(spark_at, kept_model: ModelTexts, tmp_path: Path) -> None:
    with tarfile.open(KEPT) as packed:
        packed.extractall(tmp_path / "tables", filter="data")
    engine = spark_at(tmp_path / "tables")
    context = context_at(tmp_path, engine, "run-2", NOW)
    before = {row["client_id"]: row for row in frame(engine, TABLE).iter_rows(named=True)}
    assert len(before) == 6
    client, row = next(iter(before.items()))
    assert explain(engine, client).score == row["score"]
    report = intake(context)
    assert (report.accepted, [delivered.name for delivered in context.ledger.unpublished()]) == ((), ["second"])
    done = scored_and_published(context, lambda version: (kept_model, 1))
    assert [each.delivery for each in done.published] == ["second"]
    published = pl.read_csv(tmp_path / "published" / "second" / "scores.csv")
    assert published["client_id"].len() == done.published[0].count.to_score > 0
    assert explain(engine, published["client_id"][0]).delivery == "second"
