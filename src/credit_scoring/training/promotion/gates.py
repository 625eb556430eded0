"""What a challenger has to show before it may score.

Gates are judged where both models are measured on the same clients, by the same resamples, so that a difference is not
that of the clients. A difference is judged by the unfavourable end of its interval: the challenger has to show that it
is not worse, by more than the limit allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.points import Integers
from credit_scoring.model.artifacts import Costs
from credit_scoring.settings import GateSettings
from credit_scoring.training.evaluate import auc_of, calibration_chance, calibration_error_of
from credit_scoring.training.examination.audit import approval_ratio_of
from credit_scoring.training.intervals import Flags, Interval, Resampling, difference, intervals
from credit_scoring.training.threshold import cost_of


class Verdict(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Gate:
    """One gate: its `name`, the `value` as it shall be read, the `limit` in words, the `verdict`."""

    name: str
    value: str
    limit: str
    verdict: Verdict


def at_least(name: str, value: Interval, limit: float) -> Gate:
    """Passed when the value is at least the limit."""
    return Gate(name, str(value), f"at least {limit:.4f}", passed(value.value >= limit))


def at_most(name: str, value: Interval, limit: float) -> Gate:
    """Passed when the value is at most the limit."""
    return Gate(name, str(value), f"at most {limit:.4f}", passed(value.value <= limit))


def end_at_least(name: str, value: Interval, limit: float) -> Gate:
    """Passed when the whole interval lies at the limit or above."""
    return Gate(name, str(value), f"lower end at least {limit:.4f}", passed(value.low >= limit))


def end_at_most(name: str, value: Interval, limit: float, strictly: bool = False) -> Gate:
    """Passed when the whole interval lies at the limit or below; `strictly`: below."""
    words = "below" if strictly else "at most"
    holds = value.high < limit if strictly else value.high <= limit
    return Gate(name, str(value), f"upper end {words} {limit:.4f}", passed(holds))


def passed(holds: bool) -> Verdict:
    """The verdict on a gate that stops a model."""
    return Verdict.PASSED if holds else Verdict.FAILED


AUC_AGAINST_CHAMPION, COST_AGAINST_CHAMPION = "AUC against the champion", "cost against the champion"
AUC_AGAINST_RECORD, COST_AGAINST_RECORD = "AUC against the champion's record", "cost against the champion's record"


@dataclass(frozen=True, eq=False)
class Judged:
    """One model's view of n clients: `margin` [n], `probability` [n] of default, `approved` [n]."""

    margin: Floats
    probability: Floats
    approved: Flags


@dataclass(frozen=True, eq=False)
class Clients:
    """Clients whom neither model has learned from: `target` [n] (1: defaulted), `gender` [n] (group, or UNKNOWN)."""

    target: Integers
    gender: Integers

    @property
    def defaults(self) -> int:
        """How many defaulted."""
        return int(self.target.sum())

    def of(self, which: Flags) -> Clients:
        """The clients where `which` [n] is true."""
        return Clients(self.target[which], self.gender[which])


@dataclass(frozen=True)
class PromiseRecord:
    """What the check of the promises found when the model was trained: improvements, and scores that fell."""

    moved: int
    lowered: int


@dataclass(frozen=True)
class Figures:
    """A model's figures on the holdout as they were recorded when it was trained."""

    auc: float
    cost: float


def absolute(
    clients: Clients, judged: Judged, costs: Costs, limits: GateSettings, resampling: Resampling
) -> tuple[Gate, ...]:
    """What a model has to show whether there is a champion or not, on holdout clients."""
    everyone = np.ones(len(clients.target), np.bool_)
    error = calibration_error_of(clients.target, judged.probability)
    by_gender = approval_ratio_of(judged.approved, clients.gender)
    saved = difference(cost_of(clients.target, judged.approved, costs), cost_of(clients.target, everyone, costs))
    statistics = {"auc": auc_of(clients.target, judged.margin), "saved": saved, "error": error}
    if by_gender is not None:
        statistics["gender"] = by_gender
    found = intervals(statistics, len(clients.target), resampling)
    allowed = limits.max_calibration_error + calibration_chance(judged.probability)
    return (
        Gate(
            "defaults in the holdout",
            f"{clients.defaults:,} of {len(clients.target):,} clients",
            f"at least {limits.min_defaults:,}",
            passed(clients.defaults >= limits.min_defaults),
        ),
        at_least("AUC", found["auc"].within(0, 1), limits.min_auc),
        end_at_most("cost against approving all", found["saved"], 0.0, strictly=True),
        Gate(
            "calibration error",
            str(found["error"].within(0, 1)),
            f"at most {allowed:.4f} ({limits.max_calibration_error:g} above chance)",
            passed(found["error"].value <= allowed),
        ),
        at_least("approval ratio by gender", found["gender"].within(0, 1), limits.min_approval_ratio)
        if by_gender is not None
        else Gate(
            "approval ratio by gender",
            "too few clients of known gender",
            f"at least {limits.min_approval_ratio:.4f}",
            Verdict.NOT_JUDGED,
        ),
    )


def promises_kept(record: PromiseRecord | None) -> Gate:
    """No promised improvement of a raw value may lower a score."""
    if record is None or not record.moved:
        return Gate("promises", "not checked when the model was trained", "0 lowered", Verdict.FAILED)
    value = f"{record.lowered:,} of {record.moved:,} improvements lowered a score"
    return Gate("promises", value, "0 lowered", passed(record.lowered == 0))


def age_of_older(points: Interval | None) -> Gate:
    """The points for age of clients of 62 and over shall not be negative on average; a warning, never a stop."""
    name, limit = "points for age, 62 and over", "at least 0 (a warning)"
    if points is None:
        return Gate(name, "too few such clients", limit, Verdict.NOT_JUDGED)
    return Gate(name, str(points), limit, Verdict.PASSED if points.value >= 0 else Verdict.WARNING)


def against_champion(
    clients: Clients,
    challenger: Judged,
    champion: Judged,
    costs: Costs,
    limits: GateSettings,
    resampling: Resampling,
    where: str = "",
) -> tuple[Gate, ...]:
    """The challenger set against the champion on the same clients; `where` is added to the names of the gates."""
    target = clients.target
    statistics = {
        "auc": difference(auc_of(target, challenger.margin), auc_of(target, champion.margin)),
        "cost": difference(cost_of(target, challenger.approved, costs), cost_of(target, champion.approved, costs)),
        "error": difference(
            calibration_error_of(target, challenger.probability), calibration_error_of(target, champion.probability)
        ),
    }
    ratios = [approval_ratio_of(judged.approved, clients.gender) for judged in (challenger, champion)]
    if ratios[0] is not None and ratios[1] is not None:
        statistics["gender"] = difference(ratios[0], ratios[1])
    found = intervals(statistics, len(target), resampling)
    gates = [
        end_at_least(AUC_AGAINST_CHAMPION + where, found["auc"], -limits.max_auc_loss),
        end_at_most(COST_AGAINST_CHAMPION + where, found["cost"], limits.max_cost_rise),
        at_most(f"calibration error against the champion{where}", found["error"], limits.max_calibration_rise),
    ]
    if "gender" in found:
        name = f"approval ratio by gender against the champion{where}"
        gates.append(at_least(name, found["gender"], -limits.max_approval_ratio_loss))
    return tuple(gates)


def against_record(
    clients: Clients, challenger: Judged, champion: Figures, costs: Costs, limits: GateSettings, resampling: Resampling
) -> tuple[Gate, ...]:
    """The challenger set against a champion that this code cannot rebuild: against the figures of its training.

    These are of the holdout as it was then, so nothing is paired; the measured values are judged, not the intervals.
    """
    statistics = {
        "auc": auc_of(clients.target, challenger.margin),
        "cost": cost_of(clients.target, challenger.approved, costs),
    }
    found = intervals(statistics, len(clients.target), resampling)
    return (
        at_least(AUC_AGAINST_RECORD, _less(found["auc"], champion.auc), -limits.max_auc_loss),
        at_most(COST_AGAINST_RECORD, _less(found["cost"], champion.cost), limits.max_cost_rise),
    )


def not_judged_later(clients: Clients, limits: GateSettings) -> Gate:
    """Outcomes that came after the champion's data are too few to compare on."""
    return Gate(
        "AUC and cost on later outcomes",
        f"{clients.defaults:,} defaults of {len(clients.target):,} clients that neither model has seen",
        f"from {limits.min_defaults:,} defaults on",
        Verdict.NOT_JUDGED,
    )


def _less(interval: Interval, by: float) -> Interval:
    return Interval(interval.value - by, interval.low - by, interval.high - by)
