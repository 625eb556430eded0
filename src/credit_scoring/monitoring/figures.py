"""Every figure of a monitoring as a row: what it is of, its value, what is expected, its limit and its chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from credit_scoring.monitoring.fairness import ratio_of_approvals
from credit_scoring.monitoring.findings import Compared, Finding
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
    for new in found.vocabulary:
        name = f"{new.table}.{new.column}{f'={new.value}' if new.value else ''}"
        yield Figure(
            "vocabulary", name, "share", new.share, new.before, max_allowed=limits.max_new_values, chance=new.chance
        )
    for month, seen in sorted((found.by_month or {}).items()):
        rate = seen.expected / seen.clients
        yield _with("outcomes", month, "default_rate", seen.observed, rate, seen.ratio_chance)
        yield Figure("outcomes", month, "default_ratio", seen.ratio, 1.0, chance=seen.ratio_chance)
        if seen.auc is not None:
            yield _with("outcomes", month, "auc", seen.auc, seen.auc_expected, seen.auc_chance)
        yield Figure("outcomes", month, "ks", seen.ks)
        yield Figure("outcomes", month, "brier", seen.brier)
        if seen.calibration_error is not None:
            yield _with(
                "outcomes", month, "calibration_error", seen.calibration_error, seen.calibration_by_chance, None
            )
        yield _with("outcomes", month, "cost", seen.cost, None, None)
    for group in found.groups:
        name = f"{group.grouping}: {group.label}"
        yield Figure(
            "group", name, "approved", group.approved_now, group.approved_then,
            max_allowed=limits.max_group_approval, chance=group.chance,
        )  # fmt: skip
        if group.expected > 0 and group.ratio_chance is not None:
            yield Figure(
                "group", name, "default_ratio", group.defaults / group.expected, 1.0, chance=group.ratio_chance
            )
    for grouping, ratio in ratio_of_approvals(found.groups).items():
        yield Figure("group", grouping, "approval_ratio", ratio, 1.0)
    if people is not None:
        for name in ("decisions", "overrides", "approved", "refused", "paid", "defaulted"):
            yield Figure("overrides", "", name, float(getattr(people, name)))
        yield Figure("overrides", "", "expected_defaults", people.expected)
    for each_told in told:
        yield Figure(
            "finding", each_told.subject, each_told.kind, each_told.value,
            max_allowed=each_told.limit, chance=each_told.chance, sentence=each_told.sentence,
        )  # fmt: skip


def _with(kind: str, name: str, figure: str, found: Interval, expected: float | None, chance: float | None) -> Figure:
    return Figure(kind, name, figure, found.value, expected, found.low, found.high, chance=chance)
