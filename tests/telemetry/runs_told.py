"""What a score run and a monitoring tell Prometheus, of results made by hand: names of the lender's are among them."""

from __future__ import annotations

from datetime import UTC, datetime

from credit_scoring.clients.cohort import Count
from credit_scoring.intake.reading import Finding as FileFinding
from credit_scoring.intake.reconciliation import FileCounts
from credit_scoring.intake.run import Accepted, IntakeReport
from credit_scoring.ledger.events import Delivered
from credit_scoring.monitoring import metrics
from credit_scoring.monitoring.findings import Finding
from credit_scoring.monitoring.run import Monitored
from credit_scoring.monitoring.verdict import Verdict
from credit_scoring.publishing.published import Held, Published, Report, gauges
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.scoring.history import Summary
from credit_scoring.telemetry.gauges import Gauges

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LENDERS_NAME = "clients of 100002"


def score_gauges() -> Gauges:
    """Of a run that took in, published and held something."""
    published = Published(
        LENDERS_NAME, 3, Count(20, 10, 4, 6), Summary(10, 5, 3, 2, 560.0), Written("scores.csv", 10, "")
    )
    report = Report("run", (published,), (Held("tuesday", NOW, "why"),), None, None)
    return gauges(taken(), report, {"writing scores.csv": 1.5}, NOW)


def monitor_gauges() -> Gauges:
    """Of a monitoring with a finding."""
    found = Finding("feature", "application.AMT_CREDIT", 1.0, 0.5, 0.001, f"of {LENDERS_NAME}")
    done = Monitored("run", LENDERS_NAME, 3, 100, Verdict("look", "Look."), (found,), "", 0.12, 0.01, "page")
    return metrics.gauges(done, NOW)


def taken() -> IntakeReport:
    finding = FileFinding(1, LENDERS_NAME, "application", 1, "", 100)
    return IntakeReport((Accepted(Delivered(LENDERS_NAME, 1), (FileCounts(finding, 90, 7, 3),)),))
