"""The figures of a score run for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from credit_scoring.intake.run import IntakeReport
from credit_scoring.model.scorer import APPROVE, REFER, REFUSE
from credit_scoring.publishing.published import Report
from credit_scoring.telemetry.gauges import Gauges

JOB = "score"


def gauges(taken: IntakeReport, report: Report, seconds: Mapping[str, float], now: datetime) -> Gauges:
    """What a run did: records by table and what became of them, clients, decisions, deliveries, seconds a step."""
    rows: Counter[tuple[str, str]] = Counter()
    for accepted in taken.accepted:
        for file in accepted.files:
            table = file.finding.table
            rows[table, "accepted"] += file.accepted
            rows[table, "duplicate"] += file.duplicates
            rows[table, "quarantined"] += file.quarantined
    clients: Counter[str] = Counter({"scored": 0, "without_application": 0, "with_outcome": 0})
    decisions: Counter[str] = Counter({APPROVE: 0, REFUSE: 0, REFER: 0})
    for done in report.published:
        clients["scored"] += done.summary.scored
        clients["without_application"] += done.count.without_application
        clients["with_outcome"] += done.count.with_outcome
        decisions[APPROVE] += done.summary.approved
        decisions[REFUSE] += done.summary.refused
        decisions[REFER] += done.summary.referred
    deliveries = {
        "accepted": float(len(taken.accepted)),
        "refused": float(len(taken.refused)),
        "published": float(len(report.published)),
        "held": float(len(report.held)),
    }
    found = Gauges()
    found.set("run_success_timestamp_seconds", "When the last score run ended well", now.timestamp())
    found.by("run_step_seconds", "Seconds of each step of the last score run", "step", seconds)
    found.by_two("run_rows", "Records of the last score run's intake", ("table", "outcome"), rows)
    found.by("run_clients", "Clients of the last score run", "status", clients)
    found.by("run_decisions", "Decisions of the last score run", "decision", decisions)
    found.by("run_deliveries", "Deliveries of the last score run; held: all that are held now", "status", deliveries)
    return found
