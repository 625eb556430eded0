"""The page of a monitoring: what to do in one sentence, then what was found, and all that it was found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from credit_scoring.model.artifacts import FeatureLine
from credit_scoring.model.bins import Bins
from credit_scoring.monitoring import outcome_sections, sections
from credit_scoring.monitoring.findings import Compared, Finding
from credit_scoring.monitoring.outcomes import Performance
from credit_scoring.monitoring.overrides import Overrides
from credit_scoring.monitoring.profile import Profile
from credit_scoring.monitoring.verdict import Verdict
from credit_scoring.pages.page import Page, Section, Text
from credit_scoring.settings import MonitoringSettings


@dataclass(frozen=True)
class LeftOut:
    """Whom the figures of outcomes do not hold: clients who were refused, so nobody will know; others who wait for
    their outcome; and scores of the subject by other versions of the model."""

    refused: int
    waiting: int
    by_others: int


@dataclass(frozen=True)
class Shown:
    """All that stands on a page (see monitoring.run)."""

    run_id: str
    subject: str
    deliveries: Sequence[str]
    version: int
    at: datetime
    clients: int
    verdict: Verdict
    findings: Sequence[Finding]
    note: str
    compared: Compared
    bins: Bins | None
    counted: Profile | None
    scores: Mapping[int, int]
    cut_off: int
    overall: Performance | None
    people: Overrides | None
    left_out: LeftOut
    features: Sequence[FeatureLine]
    limits: MonitoringSettings
    least_approval_ratio: float


def page(shown: Shown) -> Page:
    """The page of a run."""
    compared, score = shown.compared, shown.compared.score
    many = f"{len(shown.deliveries)} deliveries" if len(shown.deliveries) != 1 else "1 delivery"
    facts = [("clients scored", f"{shown.clients:,}"), ("findings", f"{len(shown.findings):,}")]
    if score is not None:
        facts += [
            ("PSI of the score", f"{score.psi:.3f}"),
            ("mean score", f"{score.mean_now:.0f} after {score.mean_then:.0f}"),
            ("expected default rate", f"{score.expected_now:.1%} after {score.defaults_then:.1%}"),
        ]
    note = [Section("What cannot be said", [Text(shown.note)])] if shown.note else []
    return Page(
        title=f"Monitoring of {shown.subject}",
        lead=f"{shown.verdict.sentence} {many} scored by version {shown.version} of the model, held against the "
        f"clients that it learned from; run {shown.run_id} on {shown.at:%Y-%m-%d %H:%M} UTC. The page holds no client.",
        facts=facts,
        sections=[
            *note,
            sections.found(shown.findings),
            *sections.scores(score, shown.bins, shown.scores, shown.cut_off),
            *sections.inputs(compared.columns),
            *sections.features(compared.features, shown.features),
            *sections.moved(shown.findings, compared.features, shown.bins, shown.counted),
            *sections.vocabulary(compared.vocabulary),
            *outcome_sections.outcomes(compared.by_month or {}, shown.overall),
            *outcome_sections.groups(
                compared.groups, compared.approval_ratios, compared.group_outcomes, shown.least_approval_ratio
            ),
            *outcome_sections.people(shown.people),
            outcome_sections.left_out(shown.left_out.refused, shown.left_out.waiting, shown.left_out.by_others),
            sections.limits(shown.limits, score, compared.features),
            *sections.all_inputs(compared.columns),
        ],
    )
