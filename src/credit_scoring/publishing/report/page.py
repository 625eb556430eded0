"""The page of a score run: what came in, what was scored and why, what was set aside, what took long; and its file."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.clients.cohort import Count
from credit_scoring.context import Context
from credit_scoring.intake.unread import sentences, whom
from credit_scoring.ledger.events import Delivered, FileAccount, LedgerEvent, Referring, Unread
from credit_scoring.model.artifacts import FeatureLine
from credit_scoring.model.usable import declared
from credit_scoring.pages.page import Cell, Figure, Page, Section, Table, Text, html
from credit_scoring.publishing.published import Published
from credit_scoring.publishing.report import scores
from credit_scoring.publishing.report.figures import Figures, figures
from credit_scoring.publishing.report.scores import count, percent
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.rows import RunMetadata

log = logging.getLogger(__name__)
_MOST_UNREAD = 40
"""Columns of a delivery that are listed, those with the most cells."""
_CLIENTS = ("clients", "scored", "with outcome", "waiting", "median score")


@dataclass(frozen=True)
class Part:
    """One delivery's part of a run. `files`: the account of its files, as the ledger holds it (events.FILE_COUNTS).
    `unread`: what of it does not read, by column and reason; `referring`: how many clients are referred for it."""

    delivery: str
    model_version: int
    clients: Count
    summary: Summary
    files: Sequence[FileAccount]
    unread: Sequence[Unread] = ()
    referring: Sequence[Referring] = ()

    def records(self, column: str) -> int:
        """A column of the account, over all files: records, accepted, duplicates, quarantined, cells_missing."""
        return sum(getattr(file, column) for file in self.files)


def page(
    run_metadata: RunMetadata,
    parts: Sequence[Part],
    refused: Sequence[tuple[str, str]],
    found: Figures,
    features: Sequence[FeatureLine],
    seconds: Mapping[str, float],
) -> Page:
    """The page of a run.

    `run_metadata`: of the run's scores. `refused`: deliveries that it refused, with the sentence. `features`: in
    registry order. `seconds`: of each step so far.
    """
    deliveries = count(len(parts), "delivery", "deliveries")
    versions = sorted({part.model_version for part in parts})
    model = f"{'version' if len(versions) == 1 else 'versions'} {' and '.join(map(str, versions))}"
    scored, quarantined = sum(part.summary.scored for part in parts), sum(part.records("quarantined") for part in parts)
    facts = [
        ("records delivered", f"{sum(part.records('records') for part in parts):,}"),
        ("records accepted", f"{sum(part.records('accepted') for part in parts):,}"),
        ("records in quarantine", f"{quarantined:,}"),
        ("clients scored", f"{scored:,}"),
        ("clients waiting", f"{sum(part.clients.without_application for part in parts):,}"),
    ]
    return Page(
        title=f"Score run {run_metadata.run_id}",
        lead=f"{deliveries} scored by {model} of the model on {run_metadata.scored_at:%Y-%m-%d %H:%M} UTC, with code "
        f"{run_metadata.code_version}. Counts and means; the page holds no client.",
        facts=facts,
        sections=[
            _deliveries(parts, refused),
            *scores.sections(found, features),
            *_unread(parts),
            _quarantine(found, quarantined),
            _steps(seconds),
        ],
    )


def _deliveries(parts: Sequence[Part], refused: Sequence[tuple[str, str]]) -> Section:
    columns = ("records", "accepted", "duplicates", "quarantined", "cells_missing")
    head = ("delivery", "model version", *columns[:-1], "cells made missing", *_CLIENTS)
    rows: list[list[Cell]] = []
    for part in parts:
        account = [part.records(column) for column in columns]
        who = [part.clients.touched, part.summary.scored, part.clients.with_outcome, part.clients.without_application]
        median = None if part.summary.median_score is None else f"{part.summary.median_score:g}"
        rows.append([part.delivery, part.model_version, *account, *who, median])
    told: list[Text | Table | Figure] = [
        Text(
            "Every record is accepted, a duplicate, or in quarantine. A client waits when no application of it is "
            "accepted yet, and is not scored when its outcome is known."
        ),
        Table(head, rows),
    ]
    if refused:
        told += [Text("Refused whole:"), Table(("delivery", "because"), refused, words=2)]
    return Section("Deliveries", told)


def _unread(parts: Sequence[Part]) -> list[Section]:
    """Why clients are referred whatever they score: cells that were made missing, by column, the cause first."""
    causes = [
        Text(f"{part.delivery}: {'; '.join([*said, *filter(None, [whom(part.referring)])])}.")
        for part in parts
        if (said := sentences(part.unread))
    ]
    if not causes:
        return []
    rows = [
        (part.delivery, each.table, each.column, each.becomes, each.rule, each.text, each.cells, _concerned(part, each))
        for part in parts
        for each in part.unread[:_MOST_UNREAD]
    ]
    head = ("delivery", "table", "column", "became", "rule", "text", "cells", "clients")
    return [Section("Not read", [*causes, Table(head, rows, words=6)])]


def _concerned(part: Part, what: Unread) -> int | None:
    """The clients who are referred for a column and a rule."""
    cause = (what.table, what.column, what.becomes, what.rule)
    return next((r.clients for r in part.referring if (r.table, r.column, r.becomes, r.rule) == cause), None)


def _quarantine(found: Figures, rows: int) -> Section:
    if not found.quarantine:
        return Section("Quarantine", [Text("No record is in quarantine.")])
    lines = [(each.table, each.column, each.sentence, each.rows) for each in found.quarantine]
    text = f"{count(rows, 'record is', 'records are')} in quarantine; one with several reasons is counted with each."
    return Section("Quarantine", [Text(text), Table(("table", "column", "reason", "records"), lines, words=3)])


def _steps(seconds: Mapping[str, float]) -> Section:
    slowest = sorted(seconds.items(), key=lambda step: -step[1])
    rows = [(name, f"{taken:.1f}", percent(taken, sum(seconds.values()))) for name, taken in slowest]
    return Section("Slowest steps", [Table(("step", "seconds", "share"), rows)])


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
