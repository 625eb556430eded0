"""Groups of clients: whom the score would approve, then and now, and how right it was of each by outcomes so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.chance import two_sided
from credit_scoring.monitoring.outcomes import Judged, Performance, performance
from credit_scoring.training.examination.audit import FEW_CLIENTS, approval_ratio_of
from credit_scoring.training.examination.groups import groups
from credit_scoring.training.intervals import Flags, Interval, Resampling, intervals


@dataclass(frozen=True)
class GroupDrift:
    """A group then and now.

    `approved_then`, `approved_now`: the shares that the score would approve; `beside`: by how much the group's moved
    more than that of all the others; `chance`: the probability of that by chance.
    """

    grouping: str
    label: str
    clients: int
    approved_then: float
    approved_now: float
    beside: float
    chance: float


@dataclass(frozen=True)
class GroupOutcomes:
    """A group's clients whose outcome has come.

    `beside`: its defaults by the expected ones, set against the same ratio of all clients; `chance`: the probability of
    one as far from 1.
    """

    grouping: str
    label: str
    performance: Performance
    beside: float
    chance: float


def group_drifts(bins: Bins, application: pl.DataFrame, approved: Flags) -> tuple[GroupDrift, ...]:
    """Every group of at least FEW_CLIENTS, then and now.

    `application`: SK_ID_CURR and the columns that tell groups, a row a client. `approved` [n]: by their score.
    """
    found = []
    for grouping, label, here, known in _groups(application):
        then = bins.groups.get(grouping, {})
        before = then.get(label)
        if before is None or before.clients < FEW_CLIENTS or here.sum() < FEW_CLIENTS:
            continue
        others = sum(group.clients for name, group in then.items() if name != label)
        others_approved = sum(group.approved for name, group in then.items() if name != label)
        elsewhere = known & ~here
        if not others or not elsewhere.any():
            continue
        moved, error = _moved(int(approved[here].sum()), int(here.sum()), before.approved, before.clients)
        rest, rest_error = _moved(int(approved[elsewhere].sum()), int(elsewhere.sum()), others_approved, others)
        found.append(
            GroupDrift(
                grouping=grouping,
                label=label,
                clients=int(here.sum()),
                approved_then=before.approved / before.clients,
                approved_now=float(approved[here].mean()),
                beside=moved - rest,
                chance=two_sided(moved - rest, float(np.hypot(error, rest_error))),
            )
        )
    return tuple(found)


def approval_ratios(application: pl.DataFrame, approved: Flags, resampling: Resampling) -> dict[str, Interval]:
    """Grouping -> the lowest approval rate of its groups by the highest; for the arguments see group_drifts."""
    statistics = {
        grouping.name: statistic
        for grouping, codes in groups(application).members.items()
        if (statistic := approval_ratio_of(approved, codes)) is not None
    }
    return {name: ratio.within(0.0, 1.0) for name, ratio in intervals(statistics, len(approved), resampling).items()}


def group_outcomes(application: pl.DataFrame, clients: Judged, resampling: Resampling) -> tuple[GroupOutcomes, ...]:
    """The groups of clients with an outcome, where there are enough. `application`: of these clients, as above."""
    level = float(clients.target.sum() / max(1e-9, clients.probability.sum()))
    found = []
    for grouping, label, here, _ in _groups(application):
        judged = performance(clients.among(here), resampling)
        if judged is None or here.all():
            continue
        told = np.clip(clients.probability[here] * level, 0.0, 1.0)
        error = float(np.sqrt((told * (1 - told)).sum()))
        distance = max(0.0, abs(judged.defaults - float(told.sum())) - 0.5)
        beside = judged.ratio / level if level else 1.0
        found.append(GroupOutcomes(grouping, label, judged, beside, two_sided(distance, error)))
    return tuple(found)


def _groups(application: pl.DataFrame) -> Iterator[tuple[str, str, Flags, Flags]]:
    """Grouping, label, who belongs to the group [n], and of whom the application tells the group [n]."""
    for grouping, codes in groups(application).members.items():
        for code, label in enumerate(grouping.labels):
            yield grouping.name, label, codes == code, codes >= 0


def _moved(approved: int, clients: int, before: int, clients_before: int) -> tuple[float, float]:
    """By how much a share moved, and the standard error of that."""
    if not clients or not clients_before:
        return 0.0, 0.0
    pooled = (approved + before) / (clients + clients_before)
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / clients + 1 / clients_before)))
    return approved / clients - before / clients_before, error
