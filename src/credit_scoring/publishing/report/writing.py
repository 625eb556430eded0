"""A run's report in its place: the figures of what was scored, as a page, as one file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from credit_scoring.clients.cohort import Count
from credit_scoring.engines.engine import Engine
from credit_scoring.ledger.events import Delivered, FileAccount, LedgerEvent, Referring, Unread
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.artifacts import Features
from credit_scoring.pages.page import html
from credit_scoring.publishing.history import Summary
from credit_scoring.publishing.report.figures import figures
from credit_scoring.publishing.report.page import Part, page
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.scoring.rows import RunMetadata
from credit_scoring.storage.files import Folder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scored:
    """A delivery of which a run published the scores."""

    delivered: Delivered
    model_version: int
    clients: Count
    summary: Summary


def write(
    engine: Engine,
    ledger: Ledger,
    reports: Folder,
    scored: Sequence[Scored],
    features: Features,
    run_metadata: RunMetadata,
    watch: Stopwatch,
) -> str | None:
    """Writes the report of the run so far into `reports`, under the run's id; its path.

    `features`: of this code. A report must never hold scores back: when it cannot be made or written,
    a warning says why, and None is returned.
    """
    try:
        with watch.step("counting for this report"):
            found = figures(engine, [(each.delivered, each.model_version) for each in scored])
            events = ledger.events()
        accepted = {event.delivery: event for event in events if event.event == "accepted"}
        parts = [
            Part(
                each.delivered.name,
                each.model_version,
                each.clients,
                each.summary,
                *_account(accepted.get(each.delivered.name)),
            )
            for each in scored
        ]
        refused = [
            (event.delivery, event.message or "")
            for event in events
            if event.event == "refused" and event.run_id == run_metadata.run_id
        ]
        shown = page(run_metadata, parts, refused, found, features.features, watch.seconds)
        name = f"{run_metadata.run_id}.html"
        reports.write(html(shown).encode(), name)
        reports.clear_unfinished()  # of another run, whose report had another name
    except Exception as error:
        log.warning("the scores are published without a report: it could not be written (%s)", error)
        return None
    return reports.path(name)


def _account(event: LedgerEvent | None) -> tuple[Sequence[FileAccount], Sequence[Unread], Sequence[Referring]]:
    """What a delivery brought, what of it does not read, and whom that concerns; a rescore brought nothing."""
    return ((), (), ()) if event is None else (event.files, event.unread, event.referring)
