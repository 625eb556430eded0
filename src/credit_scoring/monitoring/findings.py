"""What somebody has to look at: a figure beyond its limit that chance hardly explains.

The chance of any finding at all in clients that nothing happened to is `false_alarms` of the settings, divided among
the kinds; within a kind it is divided among all that is looked at (chance.false_discovery, chance.any_of), so a profile
of 315 features raises no more false alarms than one of three.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from credit_scoring.monitoring.causes import Cause, Column, Reading
from credit_scoring.monitoring.chance import any_of, false_discovery
from credit_scoring.monitoring.columns import ColumnDrift
from credit_scoring.monitoring.drift import FeatureDrift, ScoreDrift
from credit_scoring.monitoring.fairness import GroupDrift, GroupOutcomes
from credit_scoring.monitoring.outcomes import Performance
from credit_scoring.monitoring.vocabulary import NewValues
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.intervals import Interval

Kind = Literal[
    "score", "feature", "missing", "vocabulary", "default rate", "calibration", "order", "group", "group rate"
]
FAMILIES = 6
"""Kinds that are looked for independently: score, features with missing ones, vocabulary, outcomes' level, their order,
groups."""


@dataclass(frozen=True)
class Finding:
    """Something to look at. `chance`: the probability that undisturbed clients show it, all that was looked at counted.
    `points`: what it did to the mean score, where that is known. `features`: that moved with it."""

    kind: Kind
    subject: str
    value: float
    limit: float
    chance: float
    sentence: str
    points: float | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """All that was computed of a profile. `by_month`: month of application -> performance, where there are enough.
    `approval_ratios`: grouping -> the lowest approval rate of its groups by the highest."""

    score: ScoreDrift | None = None
    features: tuple[FeatureDrift, ...] = ()
    columns: tuple[ColumnDrift, ...] = ()
    vocabulary: tuple[NewValues, ...] = ()
    by_month: Mapping[str, Performance] | None = None
    groups: tuple[GroupDrift, ...] = ()
    approval_ratios: Mapping[str, Interval] = field(default_factory=dict)
    group_outcomes: tuple[GroupOutcomes, ...] = ()


def findings(
    found: Compared, limits: MonitoringSettings, reads: Mapping[str, Collection[Column]]
) -> tuple[Finding, ...]:
    """What passes its limit and is not chance; what moved most points first. `reads`: feature -> its raw columns."""
    level = limits.false_alarms / FAMILIES
    vocabulary = _vocabulary(found.vocabulary, limits, level)
    told = {(table, column) for (table, column), _ in vocabulary}
    by_cause = _features(found.features, limits, level, reads, told)
    words = []
    for column, finding in vocabulary:
        mine = [cause for cause in by_cause if cause.column == column]
        words.append(_with(finding, mine))
    others = [_of_cause(cause, limits) for cause in by_cause if cause.column not in told]
    inputs = sorted([*words, *others], key=lambda each: -abs(each.points or 0.0))
    return (
        *_outcomes(found.by_month or {}, limits, level),
        *_score(found.score, limits, level),
        *inputs,
        *_groups(found.groups, limits, level / 2),
        *_group_rates(found.group_outcomes, limits, level / 2),
    )


def _score(score: ScoreDrift | None, limits: MonitoringSettings, level: float) -> list[Finding]:
    if score is None or score.psi < limits.max_score_psi or score.chance > level:
        return []
    return [
        Finding(
            "score", "score", score.psi, limits.max_score_psi, score.chance,
            f"the scores lie elsewhere than the training's: PSI {score.psi:.2f}, mean {score.mean_now:.0f} "
            f"after {score.mean_then:.0f}",
            score.mean_now - score.mean_then,
        )
    ]  # fmt: skip


@dataclass(frozen=True)
class _Moved(Cause):
    """A cause with the least chance of its features."""

    chance: float


def _features(
    drifts: Sequence[FeatureDrift],
    limits: MonitoringSettings,
    level: float,
    reads: Mapping[str, Collection[Column]],
    told: Collection[Column],
) -> list[_Moved]:
    if not drifts:
        return []
    adjusted = false_discovery([*(each.chance for each in drifts), *(each.missing_chance for each in drifts)])
    values = dict(zip((each.name for each in drifts), adjusted[: len(drifts)], strict=True))
    gone = dict(zip((each.name for each in drifts), adjusted[len(drifts) :], strict=True))
    shifted = {
        each.name
        for each in drifts
        if values[each.name] <= level
        and (abs(each.value_points) >= limits.max_feature_points or each.psi >= limits.max_feature_psi)
    }
    missing = {
        each.name
        for each in drifts
        if gone[each.name] <= level and abs(each.missing_now - each.missing_then) >= limits.max_missing
    }
    moved = [each for each in drifts if each.name in shifted | missing]
    found = []
    for cause in Reading(reads, told).causes(moved, missing):
        names = [each.name for each in cause.features]
        chance = min(min(values[name] for name in names), min(gone[name] for name in names))
        found.append(_Moved(cause.column, cause.features, cause.missing, chance))
    return found


def _of_cause(cause: _Moved, limits: MonitoringSettings) -> Finding:
    names = tuple(each.name for each in cause.features)
    subject = ".".join(cause.column)
    clients = max(each.clients_moved for each in cause.features)
    others = f" and {len(names) - 1} more features that read it" if len(names) > 1 else ""
    if cause.missing:
        most = cause.features[0]
        value = most.missing_now - most.missing_then
        sentence = (
            f"{subject}: {most.name} is missing for {most.missing_now:.1%} of the clients after {most.missing_then:.1%}"
            f"{others}; that moved the mean score by {cause.points:+.1f} points"
        )
        return Finding("missing", subject, value, limits.max_missing, cause.chance, sentence, cause.points, names)
    sentence = (
        f"{subject} lies elsewhere: {names[0]}{others} moved {clients:.0%} of the clients to other bins and the mean "
        f"score by {cause.points:+.1f} points"
    )
    return Finding(
        "feature", subject, cause.points, limits.max_feature_points, cause.chance, sentence, cause.points, names
    )


def _vocabulary(found: Sequence[NewValues], limits: MonitoringSettings, level: float) -> list[tuple[Column, Finding]]:
    adjusted = any_of([each.chance for each in found])
    told = []
    for each, chance in zip(found, adjusted, strict=True):
        if each.share - each.before < limits.max_new_values or chance > level:
            continue
        column = (each.table, each.column)
        what = (
            f"hold {each.value!r}, which the training never saw" if each.value else "hold none of its declared values"
        )
        sentence = f"{each.table}.{each.column}: {each.share:.1%} of the cells {what} ({each.before:.1%} then)"
        finding = Finding("vocabulary", ".".join(column), each.share, limits.max_new_values, chance, sentence)
        told.append((column, finding))
    return told


def _with(finding: Finding, mine: Sequence[_Moved]) -> Finding:
    """The finding with the features that moved because of it."""
    names = tuple(each.name for cause in mine for each in cause.features)
    points = sum(cause.points for cause in mine)
    more = f"; {len(names)} features that read it moved the mean score by {points:+.1f} points" if names else ""
    return Finding(
        finding.kind, finding.subject, finding.value, finding.limit, finding.chance, finding.sentence + more,
        points if names else None, names,
    )  # fmt: skip


def _outcomes(by_month: Mapping[str, Performance], limits: MonitoringSettings, level: float) -> list[Finding]:
    told = []
    months = sorted(by_month)
    for month, chance in zip(months, any_of([by_month[month].ratio_chance for month in months]), strict=True):
        each = by_month[month]
        if abs(each.ratio - 1) >= limits.max_default_ratio and chance <= level:
            told.append(
                Finding(
                    "default rate", f"applications of {month}", each.ratio, 1 + limits.max_default_ratio, chance,
                    f"of the applications of {month} {each.defaults:,} defaulted where {each.expected:,.0f} were "
                    f"expected ({each.ratio:.2f} times)",
                )
            )  # fmt: skip
    for month, chance in zip(months, any_of([by_month[month].auc_chance for month in months]), strict=True):
        each = by_month[month]
        if each.auc is None or each.auc_expected is None:
            continue
        if each.auc_expected - each.auc.value >= limits.max_auc_loss and chance <= level:
            told.append(
                Finding(
                    "order",
                    f"applications of {month}",
                    each.auc.value,
                    each.auc_expected - limits.max_auc_loss,
                    chance,
                    f"of the applications of {month} the scores order clients worse than they claim: AUC "
                    f"{each.auc.value:.3f} where {each.auc_expected:.3f} was to be expected",
                )
            )  # fmt: skip
    return told


def _groups(groups: Sequence[GroupDrift], limits: MonitoringSettings, level: float) -> list[Finding]:
    told = []
    # Only a group that is refused more than others.
    for each, chance in zip(groups, any_of([each.chance for each in groups]), strict=True):
        if -each.beside >= limits.max_group_approval and chance <= level:
            told.append(
                Finding(
                    "group", f"{each.grouping}: {each.label}", each.beside, -limits.max_group_approval, chance,
                    f"{each.grouping} {each.label}: the score approves {each.approved_now:.0%} after "
                    f"{each.approved_then:.0%}, {each.beside:+.0%} beside all others",
                )
            )  # fmt: skip
    return told


def _group_rates(groups: Sequence[GroupOutcomes], limits: MonitoringSettings, level: float) -> list[Finding]:
    told = []
    for each, chance in zip(groups, any_of([each.chance for each in groups]), strict=True):
        if abs(each.beside - 1) >= limits.max_default_ratio and chance <= level:
            seen = each.performance
            told.append(
                Finding(
                    "group rate", f"{each.grouping}: {each.label}", each.beside, 1 + limits.max_default_ratio, chance,
                    f"{each.grouping} {each.label}: {seen.defaults:,} defaulted where {seen.expected:,.0f} were "
                    f"expected, {each.beside:.2f} times as many as of all clients",
                )
            )  # fmt: skip
    return told
