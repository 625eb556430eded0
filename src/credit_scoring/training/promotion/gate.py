"""What a gate is: a measured value, a limit and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credit_scoring.training.intervals import Interval


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
