"""What a run says at its end: which deliveries were published, which are held and why; the same for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from credit_scoring.clients.cohort import Count
from credit_scoring.intake.run import IntakeReport
from credit_scoring.model.scorer import APPROVE, REFER, REFUSE
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.scoring.history import Summary
from credit_scoring.telemetry.gauges import Gauges

JOB = "score"
"""The name of the score run among the jobs that tell figures to Prometheus."""


@dataclass(frozen=True)
class Published:
    """One delivery's part of a run, or a rescore."""

    delivery: str
    model_version: int
    count: Count
    summary: Summary
    file: Written


@dataclass(frozen=True)
class Held:
    """A delivery that the breaker holds: since when, and the limits that it passed. `nothing_to_score`: all of its
    applications are in quarantine."""

    delivery: str
    since: datetime
    why: str
    nothing_to_score: bool = False


@dataclass(frozen=True)
class Report:
    """What a score run did, by delivery; empty when nothing waited. `page`: its HTML report, where it has one.

    `held`: every delivery that is held now, by this run or one before. `latest`: the delivery that was taken in last,
    and when; None before the first.
    """

    run_id: str
    published: tuple[Published, ...]
    held: tuple[Held, ...]
    page: str | None
    latest: tuple[str, datetime] | None


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
