"""One sentence for whoever owns the model: nothing to do, look at something, or retrain because of something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from credit_scoring.monitoring.findings import Finding
from credit_scoring.settings import MonitoringSettings

Advice = Literal["nothing to do", "look", "retrain"]
_WRONG = ("default rate", "order")
"""Kinds by which outcomes say that the model is not right any more."""


@dataclass(frozen=True)
class Verdict:
    """What to do, and the sentence."""

    advice: Advice
    sentence: str


def verdict(findings: Sequence[Finding], limits: MonitoringSettings) -> Verdict:
    """Retrain where outcomes contradict the model, or the scores are of another population; look at all else."""
    shifted = [each for each in findings if each.kind == "score" and each.value >= limits.retrain_score_psi]
    wrong = [each for each in findings if each.kind in _WRONG] or shifted
    first = [each for each in findings if each.kind in ("vocabulary", "missing")]
    if not findings:
        return Verdict("nothing to do", "Nothing to do: nothing moved beyond its limit by more than chance.")
    if not wrong:
        one, *more = sorted(findings, key=lambda each: (each.kind == "score", -abs(each.points or 0.0)))
        others = f"; then at {len(more)} more" if more else ""
        return Verdict("look", f"Look at {one.sentence}{others}.")
    before = f"; but look first at {first[0].subject}, which may be a fault of the data" if first else ""
    return Verdict("retrain", f"Retrain because {wrong[0].sentence}{before}.")
