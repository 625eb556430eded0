"""What leaving age out would cost, and what it would do to whom: the same model without the features that read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from credit_scoring.training.comparison import Compared
from credit_scoring.training.examination.audit import Decided, GroupAudit, audit, named
from credit_scoring.training.examination.groups import AGE_BAND, GENDER, Groups
from credit_scoring.training.intervals import Interval, Resampling


@dataclass(frozen=True)
class Ageless:
    """Out of fold: the AUC that is lost and the cost a client that is added; approval rates with age and without.

    `approvals`: group, with, without, by age band and gender; None for a group of few clients.
    """

    auc_loss: Interval
    cost_rise: Interval
    approvals: tuple[tuple[str, Interval | None, Interval | None], ...]


def ageless(
    comparison: Sequence[Compared], ours: Decided, audits: Sequence[GroupAudit], groups: Groups, resampling: Resampling
) -> Ageless | None:
    """From the comparison of a training; None where it was not compared without age.

    `ours`: the clients of development, of whom `audits` are; `groups`: in the same order.
    """
    rival = next((each for each in comparison if each.name == "without_age"), None)
    if rival is None:
        return None
    told = Groups(groups.client_id, {grouping: groups.members[grouping] for grouping in (AGE_BAND, GENDER)})
    without = audit(replace(ours, approved=rival.approved), told, resampling)
    pairs = [
        (f"{grouping.name}: {before.label}", before.approval, after.approval)
        for grouping in told.members
        for before, after in zip(named(audits, grouping).groups, named(without, grouping).groups, strict=True)
    ]
    return Ageless(rival.auc_below_ours, rival.cost_above_ours, tuple(pairs))
