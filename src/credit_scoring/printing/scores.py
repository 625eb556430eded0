"""What was scored, published and held; one client in words; every sentence, and whether those published are true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.csv as pcsv

from credit_scoring.explanation.waterfall import as_text
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.printing.deliveries import intake, since
from credit_scoring.printing.table import table

if TYPE_CHECKING:
    from credit_scoring.commands.scores import ScoreReport
    from credit_scoring.publishing.explain import Explanation
    from credit_scoring.publishing.published import Report
    from credit_scoring.publishing.reason_audit import ReasonAudit


_SHOWN = 8


def scores(report: ScoreReport) -> str:
    """The intake in short, then what was published."""
    taken = report.intake
    lines = [intake(taken), ""] if taken.accepted or taken.refused else []
    return "\n".join([*lines, published(report.scores)])


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
        lines.append(f"Nothing to score: every accepted delivery has its scores.csv. {since(report.latest)}")
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


def statements() -> list[dict[str, object]]:
    """Every sentence that can be published, in English and French."""
    return [{"code": s.code, "absent": s.absent, "side": s.side.value, "en": s.en, "fr": s.fr} for s in STATEMENTS]


def reason_audit(found: ReasonAudit) -> str:
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
