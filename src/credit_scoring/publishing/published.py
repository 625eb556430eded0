"""What a run says at its end: which deliveries were published, which are held and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from credit_scoring.clients.cohort import Count
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.scoring.history import Summary


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
