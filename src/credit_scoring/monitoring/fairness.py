"""Groups of clients: whom the score would approve, then and now, and how true its probabilities are of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.chance import two_sided
from credit_scoring.monitoring.outcomes import enough
from credit_scoring.training.examination.audit import FEW_CLIENTS
from credit_scoring.training.examination.groups import groups
from credit_scoring.training.intervals import Flags


@dataclass(frozen=True)
class GroupDrift:
    """A group now.

    `approved_then`, `approved_now`: the shares that the score would approve; `beside`: by how much the group's moved
    more than that of all the others; `chance`: the probability of that by chance. `defaults` by `expected` of those
    whose outcome has come, and `ratio_chance`, that of a ratio as far from that of all; None of few clients.
    """

    grouping: str
    label: str
    clients: int
    approved_then: float
    approved_now: float
    beside: float
    chance: float
    defaults: int
    expected: float
    ratio_chance: float | None


def group_drifts(
    bins: Bins, application: pl.DataFrame, approved: Flags, target: Integers, probability: Floats
) -> tuple[GroupDrift, ...]:
    """Every group of at least FEW_CLIENTS, then and now.

    `application`: SK_ID_CURR and the columns that tell groups, a row a client. `approved` [n]: by their score; `target`
    [n]: 1 defaulted, 0 paid, -1 not known yet; `probability` [n] of default.
    """
    found = []
    for grouping, codes in groups(application).members.items():
        then = bins.groups.get(grouping.name, {})
        for code, label in enumerate(grouping.labels):
            here = codes == code
            before = then.get(label)
            if before is None or before.clients < FEW_CLIENTS or here.sum() < FEW_CLIENTS:
                continue
            others = sum(group.clients for name, group in then.items() if name != label)
            others_approved = sum(group.approved for name, group in then.items() if name != label)
            elsewhere = (codes >= 0) & ~here
            if not others or not elsewhere.any():
                continue
            moved, error = _moved(int(approved[here].sum()), int(here.sum()), before.approved, before.clients)
            rest, rest_error = _moved(int(approved[elsewhere].sum()), int(elsewhere.sum()), others_approved, others)
            known = here & (target >= 0)
            found.append(
                GroupDrift(
                    grouping=grouping.name,
                    label=label,
                    clients=int(here.sum()),
                    approved_then=before.approved / before.clients,
                    approved_now=float(approved[here].mean()),
                    beside=moved - rest,
                    chance=two_sided(moved - rest, float(np.hypot(error, rest_error))),
                    defaults=int((target[known] == 1).sum()),
                    expected=float(probability[known].sum()),
                    ratio_chance=_ratio_chance(target, probability, known),
                )
            )
    return tuple(found)


def _moved(approved: int, clients: int, before: int, clients_before: int) -> tuple[float, float]:
    """By how much a share moved, and the standard error of that."""
    if not clients or not clients_before:
        return 0.0, 0.0
    pooled = (approved + before) / (clients + clients_before)
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / clients + 1 / clients_before)))
    return approved / clients - before / clients_before, error


def _ratio_chance(target: Integers, probability: Floats, here: Flags) -> float | None:
    """The probability that a group's defaults lie as far from what the probabilities say, at the level of all."""
    known = target >= 0
    if not enough(target[here], probability[here]) or (known & ~here).sum() == 0:
        return None
    level = (target[known] == 1).sum() / probability[known].sum()
    told = np.clip(probability[here] * level, 0.0, 1.0)
    error = float(np.sqrt((told * (1 - told)).sum()))
    return two_sided(max(0.0, abs(float((target[here] == 1).sum() - told.sum())) - 0.5), error)


def ratio_of_approvals(drifts: tuple[GroupDrift, ...]) -> Mapping[str, float]:
    """Grouping -> the lowest approval rate of its groups by the highest."""
    found: dict[str, list[float]] = {}
    for each in drifts:
        found.setdefault(each.grouping, []).append(each.approved_now)
    return {name: min(rates) / max(rates) for name, rates in found.items() if len(rates) > 1 and max(rates) > 0}
