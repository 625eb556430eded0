"""How a model treats groups of clients: whom it approves, whom it gets wrong, and how true its probabilities are.

A figure of a group is given only where there are clients enough for it to mean something; else it is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.training.evaluate import calibration_error_of
from credit_scoring.training.examination.groups import UNKNOWN, Grouping, Groups
from credit_scoring.training.intervals import (
    Composed,
    Flags,
    Interval,
    Resampling,
    Statistic,
    intervals,
    mean_of,
    quotients,
)

FEW_CLIENTS = 100
"""A group of fewer clients gets no figures: the approval rate of 100 is known within 10 points."""

FEW_DEFAULTS = 20
"""A group with fewer defaults gets none of the figures that need outcomes."""


@dataclass(frozen=True, eq=False)
class Decided:
    """Clients with an outcome, as a model decides them: `target` [n] (1: defaulted), `probability`, `approved` [n]."""

    target: Integers
    probability: Floats
    approved: Flags


@dataclass(frozen=True)
class GroupFigures:
    """One group. What it has too few clients for is None.

    `approval`: share approved. `caught`: share of the defaulted who were refused (true positive rate). `turned_away`:
    share of the good who were refused (false positive rate). `predicted`, `actual`: mean probability of default, and
    the share that defaulted. `calibration_error`: see evaluate.
    """

    label: str
    clients: int
    defaults: int
    approval: Interval | None
    caught: Interval | None
    turned_away: Interval | None
    predicted: float | None
    actual: Interval | None
    calibration_error: Interval | None


@dataclass(frozen=True)
class GroupAudit:
    """The groups of one grouping.

    `approval_ratio`: the lowest approval rate of a group by the highest, None where fewer than two groups have one;
    `lowest` and `highest` name them. `unknown`: clients whose application does not tell their group.
    """

    grouping: str
    groups: tuple[GroupFigures, ...]
    approval_ratio: Interval | None
    lowest: str
    highest: str
    unknown: int


def audit(clients: Decided, groups: Groups, resampling: Resampling) -> tuple[GroupAudit, ...]:
    """Each grouping of the clients; `groups` holds them in the same order. All intervals are of the same resamples."""
    return tuple(_of_grouping(clients, grouping, codes, resampling) for grouping, codes in groups.members.items())


def approval_ratio_of(approved: Flags, members: Integers) -> Statistic | None:
    """The lowest approval rate of a group by the highest, as a statistic of a resample; None for fewer than two groups.

    `members` [n]: the group of each client, or UNKNOWN. Groups of few clients do not count.
    """
    codes, counts = np.unique(members[members != UNKNOWN], return_counts=True)
    rates = [mean_of(approved, members == code) for code in codes[counts >= FEW_CLIENTS].tolist()]
    if len(rates) < 2:
        return None

    def found(*by_group: Floats) -> Floats:
        return quotients(np.min(by_group, axis=0), np.max(by_group, axis=0))

    return Composed(tuple(rates), found)


def _of_grouping(clients: Decided, grouping: Grouping, members: Integers, resampling: Resampling) -> GroupAudit:
    statistics: dict[str, Statistic] = {}
    for code, label in enumerate(grouping.labels):
        statistics |= {f"{label} {name}": found for name, found in _statistics(clients, members == code).items()}
    ratio = approval_ratio_of(clients.approved, members)
    if ratio is not None:
        statistics["ratio"] = ratio
    measured = intervals(statistics, len(clients.target), resampling)
    found = tuple(_figures(clients, members == code, label, measured) for code, label in enumerate(grouping.labels))
    by_rate = sorted((f for f in found if f.approval), key=lambda f: f.approval.value if f.approval else 0.0)
    return GroupAudit(
        grouping=grouping.name,
        groups=found,
        approval_ratio=measured["ratio"].within(0, 1) if ratio is not None else None,
        lowest=by_rate[0].label if by_rate else "",
        highest=by_rate[-1].label if by_rate else "",
        unknown=int(np.count_nonzero(members == UNKNOWN)),
    )


def _statistics(clients: Decided, here: Flags) -> dict[str, Statistic]:
    """What the group has clients enough for, by the name of the figure."""
    if np.count_nonzero(here) < FEW_CLIENTS:
        return {}
    found = {"approval": mean_of(clients.approved, here)}
    if clients.target[here].sum() >= FEW_DEFAULTS:
        found |= {
            "caught": mean_of(~clients.approved, here & (clients.target == 1)),
            "turned_away": mean_of(~clients.approved, here & (clients.target == 0)),
            "actual": mean_of(clients.target.astype(np.float64), here),
            "calibration_error": calibration_error_of(clients.target, clients.probability, here),
        }
    return found


def _figures(clients: Decided, here: Flags, label: str, measured: dict[str, Interval]) -> GroupFigures:
    def figure(name: str) -> Interval | None:
        found = measured.get(f"{label} {name}")
        return found.within(0, 1) if found else None

    actual = figure("actual")
    return GroupFigures(
        label=label,
        clients=int(np.count_nonzero(here)),
        defaults=int(clients.target[here].sum()),
        approval=figure("approval"),
        caught=figure("caught"),
        turned_away=figure("turned_away"),
        predicted=float(clients.probability[here].mean()) if actual else None,
        actual=actual,
        calibration_error=figure("calibration_error"),
    )


def named(audits: Sequence[GroupAudit], grouping: Grouping) -> GroupAudit:
    """The audit of one grouping among several."""
    return next(each for each in audits if each.grouping == grouping.name)
