"""A run's report in its place: the figures of what was scored, as a page, as one file."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from credit_scoring.context import Context
from credit_scoring.ledger.events import Delivered, FileAccount, LedgerEvent, Referring, Unread
from credit_scoring.model.usable import declared
from credit_scoring.pages.page import html
from credit_scoring.publishing.published import Published
from credit_scoring.publishing.report.figures import figures
from credit_scoring.publishing.report.page import Part, page
from credit_scoring.scoring.rows import RunMetadata

log = logging.getLogger(__name__)


def write_report(context: Context, published: Mapping[Delivered, Published], run_metadata: RunMetadata) -> str | None:
    """Writes the report of what a run has published so far, under the run's id; its path.

    A report must never hold scores back: when it cannot be made or written, a warning says why, and None is returned.
    """
    reports = context.reports
    try:
        with context.watch.step("counting for this report"):
            found = figures(context.engine, [(delivered, each.model_version) for delivered, each in published.items()])
            events = context.ledger.events()
        accepted = {event.delivery: event for event in events if event.event == "accepted"}
        parts = [
            Part(each.delivery, each.model_version, each.count, each.summary, *_account(accepted.get(each.delivery)))
            for each in published.values()
        ]
        refused = [
            (event.delivery, event.message or "")
            for event in events
            if event.event == "refused" and event.run_id == run_metadata.run_id
        ]
        shown = page(run_metadata, parts, refused, found, declared().features, context.watch.seconds)
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
