"""Results as short tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.csv as pcsv

from credit_scoring.explanation.waterfall import as_text
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.intake.unread import sentences

if TYPE_CHECKING:
    from credit_scoring.commands import PromiseReport, ScoreReport
    from credit_scoring.intake.run import IntakeReport
    from credit_scoring.monitoring.run import Monitored
    from credit_scoring.publishing.explain import Explanation
    from credit_scoring.publishing.published import Report
    from credit_scoring.publishing.reason_audit import Truth
    from credit_scoring.training.promotion.promote import Promotion
    from credit_scoring.training.run import TrainingReport

_SHOWN, _MOST_CAUSES = 8, 30

_EXAMINED = {
    "promises_moved": "promised improvements that were tried",
    "promises_lowered": "promised improvements that lowered a score",
    "psi_score_folds": "largest PSI of the score between folds",
    "psi_score_waiting": "PSI of the score, clients waiting",
    "oof_approval_ratio_gender": "approval ratio by gender, out of fold",
    "holdout_approval_ratio_gender": "approval ratio by gender, holdout",
    "proxy_auc_gender": "AUC with which the inputs tell gender",
    "points_age_older": "points for age, clients of 62 and over",
}


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as they need be; numbers to the right."""
    if not rows:
        return ""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    right = [all(isinstance(row[i], int | float) or row[i] is None for row in rows) for i in range(len(head))]

    def line(values: Sequence[str]) -> str:
        padded = [v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True)]
        return "  ".join(padded).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, cells)])


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:,.4f}"
        case int():
            return f"{value:,}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def statements() -> list[dict[str, object]]:
    """Every sentence that can be published, in English and French."""
    return [{"code": s.code, "absent": s.absent, "side": s.side.value, "en": s.en, "fr": s.fr} for s in STATEMENTS]


def truth(found: Truth) -> str:
    """What was said how often, and of how many clients it is not true."""
    rows = [(each.code, "absent" if each.absent else "", each.said, each.untrue) for each in found.statements]
    unknown = sum(each.said for each in found.statements if not each.declared)
    lines = [
        table(["code", "", "said", "untrue"], rows),
        "",
        f"{found.untrue:,} of {found.said:,} sentences about {found.clients:,} scores of model version "
        f"{found.model_version} are not true of their clients.",
    ]
    if unknown:
        lines.append(f"{unknown:,} more are of codes that this release does not declare: score again to check them.")
    return "\n".join(lines)


def promises(report: PromiseReport) -> str:
    """Each promise with the clients that it moved, the scores that fell, and the features that moved wrongly."""
    rows = [(k.promise, k.clients, k.moved, k.lower, ", ".join(k.features)) for k in report.kept]
    lower = sum(k.lower or 0 for k in report.kept)
    judged = sum(k.moved for k in report.kept)
    if report.model_version is None:
        end = "No model is registered yet: only the features were judged."
    else:
        end = f"{lower:,} of {judged:,} improvements lowered a score of model version {report.model_version}."
    return "\n".join([table(["promise", "clients", "moved", "scores lowered", "features wrong"], rows), "", end])


def intake(report: IntakeReport) -> str:
    """The account of each accepted file, what was refused and why, what was known already."""
    lines: list[str] = []
    for accepted in report.accepted:
        lines.append(f"Delivery {accepted.delivery.name}: accepted as number {accepted.delivery.seq}")
        if causes := sentences(accepted.unread):
            lines += [f"Not read, so that clients are referred or get no decision: {'; '.join(causes)}."]
        if concerned := [each for each in accepted.referring if each.clients]:
            head = ["table", "column", "its cells or records", "rule", "clients referred or without a decision"]
            rows = [[c.table, c.column or "(the record)", c.becomes, c.rule, c.clients] for c in concerned]
            lines.append(table(head, rows[:_MOST_CAUSES]))
            if len(rows) > _MOST_CAUSES:
                lines.append(f"and {len(rows) - _MOST_CAUSES:,} more (the view not_read has all)")
        head = ["file", "table", "records", "accepted", "duplicates", "quarantined", "cells made missing"]
        rows = [
            [f.finding.file, f.finding.table, f.finding.records, f.accepted, f.duplicates, f.quarantined,
             f.finding.cells_missing]
            for f in accepted.files
        ]  # fmt: skip
        lines.append(table(head, rows))
        unknown = [
            f"{f.finding.file}: {', '.join(map(_shown, f.finding.unknown_columns))}"
            for f in accepted.files
            if f.finding.unknown_columns
        ]
        lines += [f"Ignored columns that no table declares: {text}" for text in unknown]
    lines += [f"Delivery {name}: refused. {sentence}" for name, sentence in report.refused]
    if report.known and not report.accepted and not report.refused:
        lines.append(
            f"Nothing waits: {_some(report.known)} {'were' if len(report.known) > 1 else 'was'} judged before. "
            f"{_since(report.latest)}"
        )
    elif not lines:
        lines.append(
            f"Nothing waits: there is no delivery with a manifest in the landing folder. {_since(report.latest)}"
        )
    return "\n".join(lines)


def training(report: TrainingReport) -> str:
    """What the model is worth, out of fold and on the holdout, and beside others."""
    trained, metrics, intervals = report.trained, report.trained.metrics, report.trained.intervals

    def measured(key: str) -> str:
        return str(intervals[key]) if key in intervals else f"{metrics[key]:.4f}"

    rows = [
        [name, measured(f"oof_{key}"), measured(f"holdout_{key}")]
        for name, key in (
            ("AUC", "auc"), ("Gini", "gini"), ("Brier score", "brier"), ("calibration error", "ece"),
            ("cost a client", "cost_by_score"), ("cost, best in hindsight", "best_cost"),
            ("as decided, above the best in hindsight", "cost_above_best"),
            ("the same, if every probability were true", "cost_above_best_by_chance"),
            ("cost, all approved", "cost_approve_all"), ("share approved", "approval_rate"),
        )
    ]  # fmt: skip
    rows.insert(-2, ["cost, threshold searched on the other folds", measured("oof_cost_searched"), ""])
    beside = [[each.name, each.features, str(each.auc), str(each.cost)] for each in trained.comparison]
    return "\n".join(
        [
            f"Model version {report.registered.version} is the challenger: {trained.rounds} trees, "
            f"{trained.sample.clients:,} clients, {trained.sample.defaults:,} defaults.",
            table(["", "out of fold", "holdout"], rows),
            "",
            table(["out of fold", "features", "AUC", "cost a client"], beside),
            "",
            table(
                ["examined", "found"], [[_EXAMINED[name], value] for name, value in report.examined.metrics().items()]
            ),
            "",
            *trained.remarks,
            f"Make it the champion with `credit-scoring promote{' --estimate' if report.estimate else ''}`.",
        ]
    )


def promotion(done: Promotion) -> str:
    """The gates, who scores now, and who did before."""
    lines = [table(["gate", "value", "limit", "verdict"], [[g.name, g.value, g.limit, g.verdict] for g in done.gates])]
    lines += ["", done.says] if done.gates else []
    if done.forced is not None:
        lines.append(f"Forced past {', '.join(done.failed)}: {done.forced}")
    if done.refused:
        stays = f"version {done.version} stays the champion" if done.version is not None else "there is no champion"
        lines.append(f"Version {done.challenger} did not pass: {', '.join(done.failed)}. Nothing moved: {stays}.")
    else:
        before = f" (before: version {done.previous})" if done.previous not in (None, done.version) else ""
        lines.append(f"Version {done.version} is the champion{before}.")
    return "\n".join(lines).lstrip()


def monitored(found: Monitored) -> str:
    """What to do, what was found, and where the page is."""
    rows = [
        [each.kind, each.subject, each.value, each.limit, f"{each.chance:.4f}", each.points] for each in found.findings
    ]
    return "\n".join(
        [
            found.verdict.sentence,
            f"{found.subject}: {found.clients:,} clients scored by model version {found.model_version}.",
            *([found.note] if found.note else []),
            *([table(["kind", "subject", "value", "limit", "by chance", "points"], rows)] if rows else []),
            f"Page: {found.page}",
        ]
    )


def scores(report: ScoreReport) -> str:
    """The intake in short, then what was published."""
    taken = report.intake
    lines = [intake(taken), ""] if taken.accepted or taken.refused else []
    return "\n".join([*lines, published(report.scores)])


def _shown(name: str) -> str:
    """A text of the lender's, which must not give orders to a terminal."""
    return name if name.isprintable() else ascii(name)


def published(report: Report) -> str:
    """A few clients and the counts of each published delivery, and what is held and why."""
    lines: list[str] = []
    for done in report.published:
        count, summary = done.count, done.summary
        lines += [
            f"Delivery {done.delivery}: {count.touched:,} clients, {summary.scored:,} scored by model version "
            f"{done.model_version} "
            f"({summary.approved:,} approve, {summary.refused:,} refuse, {summary.referred:,} refer), "
            f"{count.with_outcome:,} with an outcome already, {count.without_application:,} without an application.",
        ]
        if summary.scored:
            lines.append(first_clients(done.file.path))
        lines += [f"CSV: {done.file.path}", ""]
    for each in report.held:
        lines += [
            f"Delivery {each.delivery} is held since {each.since:%Y-%m-%d %H:%M} UTC: {each.why}. "
            + ("" if each.nothing_to_score else "Its scores stand in score_history only. ")
            + "Look at it, then let it through with `credit-scoring publish --release "
            f'{each.delivery} --reason "..."`, or take it back with `credit-scoring withdraw {each.delivery}`.',
            "",
        ]
    if not report.published and not report.held:
        lines.append(f"Nothing to score: every accepted delivery has its scores.csv. {_since(report.latest)}")
    if report.page is not None:
        lines.append(f"Report: {report.page}")
    return "\n".join(lines).rstrip()


def rescored(report: Report | None) -> str:
    """What came of the delivery that an operator's command made."""
    return published(report) if report is not None else "Nobody is scored again: there is no champion yet."


def first_clients(path: str) -> str:
    """The first clients of a published CSV: score, decision, and what weighed most against them."""
    if not Path(path).is_file():
        return ""
    with pcsv.open_csv(path) as reader:
        batch = reader.read_next_batch().slice(0, _SHOWN)
    names = ["client_id", "probability", "score", "cut_off", "decision", "reason_1_points", "reason_1_text"]
    rows = [[str(row["client_id"]), *(row[name] for name in names[1:])] for row in batch.select(names).to_pylist()]
    return table(["client", "probability", "score", "cut-off", "decision", "points", "first reason"], rows)


def explanation(found: Explanation, width: int = 100) -> str:
    """One client as a waterfall."""
    return "\n".join(
        [
            found.headline,
            f"Delivery {found.delivery}, model version {found.model_version}, {found.scored_at:%Y-%m-%d %H:%M} UTC",
            "",
            as_text(found.waterfall(), width),
        ]
    )


def plain(value: Any) -> Any:
    """A result as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum | Path):
        return str(value)
    return value


def _since(latest: tuple[str, datetime] | None) -> str:
    if latest is None:
        return "No delivery was ever taken in."
    return f"The last delivery taken in is {latest[0]}, on {latest[1]:%Y-%m-%d %H:%M} UTC."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
