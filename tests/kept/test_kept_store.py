"""A store of an earlier layout: this code explains its scores, and goes on where it stopped."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from conftest import frame
from credit_scoring.intake.run import intake
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.publishing.explain import explain
from credit_scoring.publishing.history import TABLE
from credit_scoring.publishing.pipeline import Places, ScoreRun
from credit_scoring.publishing.run import score_and_publish
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.settings import GatherSettings, IntakeSettings
from credit_scoring.storage.files import Folder

KEPT = Path(__file__).parent / "store.tar.gz"
NOW = datetime(2026, 2, 5, 8, tzinfo=UTC)


def test_the_kept_store_still_reads(spark_at, model_of_seed, tmp_path: Path) -> None:
    with tarfile.open(KEPT) as packed:
        packed.extractall(tmp_path / "tables", filter="data")
    engine = spark_at(tmp_path / "tables")
    ledger, folder = Ledger(engine), Folder(str(tmp_path))
    before = {row["client_id"]: row for row in frame(engine, TABLE).iter_rows(named=True)}
    assert len(before) == 6
    client, row = next(iter(before.items()))
    assert explain(engine, client).score == row["score"]
    report = intake(engine, ledger, folder.below("landing"), IntakeSettings(), "run-2", lambda: NOW)
    assert (report.accepted, [delivered.name for delivered in ledger.unpublished()]) == ((), ["second"])
    places = Places(engine, ledger, folder.below("published"), folder.below("reports"))
    watch = Stopwatch(lambda: NOW)
    done = score_and_publish(
        ScoreRun(places, lambda version: (model_of_seed(1), 1), GatherSettings(), "run-2", watch, 60)
    )
    assert [each.delivery for each in done.published] == ["second"]
    published = pl.read_csv(tmp_path / "published" / "second" / "scores.csv")
    assert published["client_id"].len() == done.published[0].count.to_score > 0
    assert explain(engine, published["client_id"][0]).delivery == "second"
