"""Every figure of a monitoring as a row: what it is of, its value, what is expected, its limit and its chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from credit_scoring.monitoring.findings import Compared, Finding
from credit_scoring.monitoring.outcomes import Performance
from credit_scoring.monitoring.overrides import Overrides
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.intervals import Interval


@dataclass(frozen=True)
class Figure:
    """A row of monitor_drift, but for the columns that say of which run it is."""

    kind: str
    name: str
    figure: str
    value: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    max_allowed: float | None = None
    chance: float | None = None
    sentence: str | None = None

    def row(self) -> dict[str, object]:
        """The columns; what is no number is null."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }


def figures(
    found: Compared, told: Sequence[Finding], people: Overrides | None, limits: MonitoringSettings
) -> tuple[Figure, ...]:
    """All figures, the findings last."""
    return tuple(_figures(found, told, people, limits))


def _figures(
    found: Compared, told: Sequence[Finding], people: Overrides | None, limits: MonitoringSettings
) -> Iterator[Figure]:
    if (score := found.score) is not None:
        yield Figure("score", "", "psi", score.psi, 0.0, max_allowed=limits.max_score_psi, chance=score.chance)
        yield Figure("score", "", "mean", score.mean_now, score.mean_then)
        yield Figure("score", "", "approved", score.approved_now, score.approved_then)
        yield Figure("score", "", "expected_default_rate", score.expected_now, score.defaults_then)
    for each in found.features:
        limit = limits.max_feature_points
        yield Figure("feature", each.name, "points", each.points, 0.0, max_allowed=limit, chance=each.chance)
        yield Figure("feature", each.name, "psi", each.psi, 0.0, max_allowed=limits.max_feature_psi, chance=each.chance)
        yield Figure("feature", each.name, "clients_moved", each.clients_moved, 0.0)
        yield Figure(
            "feature", each.name, "missing", each.missing_now, each.missing_then,
            max_allowed=limits.max_missing, chance=each.missing_chance,
        )  # fmt: skip
    for column in found.columns:
        yield Figure("column", column.name, "psi", column.psi, 0.0, chance=column.chance)
        yield Figure("column", column.name, "points", column.points, 0.0)
        yield Figure("column", column.name, "points_with_others", column.points_with_others, 0.0)
        yield Figure("column", column.name, "missing", column.missing_now, column.missing_then)
    for new in found.vocabulary:
        name = f"{new.table}.{new.column}{f'={new.value}' if new.value else ''}"
        yield Figure(
            "vocabulary", name, "share", new.share, new.before, max_allowed=limits.max_new_values, chance=new.chance
        )
    for month, seen in sorted((found.by_month or {}).items()):
        yield from _outcomes("outcomes", month, seen)
    for group in found.groups:
        yield Figure(
            "group", f"{group.grouping}: {group.label}", "approved", group.approved_now, group.approved_then,
            max_allowed=limits.max_group_approval, chance=group.chance,
        )  # fmt: skip
    for grouping, ratio in found.approval_ratios.items():
        yield _with("group", grouping, "approval_ratio", ratio, 1.0, None)
    for judged in found.group_outcomes:
        name = f"{judged.grouping}: {judged.label}"
        yield Figure("group", name, "default_ratio_beside_all", judged.beside, 1.0, chance=judged.chance)
        yield from _outcomes("group", name, judged.performance)
    if people is not None:
        for name in ("decisions", "overrides", "approved", "refused", "paid", "defaulted"):
            yield Figure("overrides", "", name, float(getattr(people, name)))
        yield Figure("overrides", "", "expected_defaults", people.expected)
    for each_told in told:
        yield Figure(
            "finding", each_told.subject, each_told.kind, each_told.value,
            max_allowed=each_told.limit, chance=each_told.chance, sentence=each_told.sentence,
        )  # fmt: skip


def _outcomes(kind: str, name: str, seen: Performance) -> Iterator[Figure]:
    """What scores were worth, of a month of application or of a group."""
    yield _with(kind, name, "default_rate", seen.observed, seen.expected / seen.clients, seen.ratio_chance)
    yield Figure(kind, name, "default_ratio", seen.ratio, 1.0, chance=seen.ratio_chance)
    if seen.auc is not None:
        yield _with(kind, name, "auc", seen.auc, seen.auc_expected, seen.auc_chance)
    yield Figure(kind, name, "ks", seen.ks)
    yield Figure(kind, name, "brier", seen.brier)
    if seen.calibration_error is not None:
        yield _with(kind, name, "calibration_error", seen.calibration_error, seen.calibration_by_chance, None)
    yield _with(kind, name, "cost", seen.cost, None, None)


def _with(kind: str, name: str, figure: str, found: Interval, expected: float | None, chance: float | None) -> Figure:
    return Figure(kind, name, figure, found.value, expected, found.low, found.high, chance=chance)
