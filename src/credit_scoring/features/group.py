"""Features about one thing, and what can be said of it: what a source table declares in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from credit_scoring.features.feature import Feature
from credit_scoring.features.findings.finding import Absence, Finding
from credit_scoring.features.reasons import Reason


@dataclass(frozen=True, eq=False)
class FeatureGroup:
    """`features` in the order of vectors: a new one goes to the end. `absences`: for each reason of these features what
    "there is nothing to judge" stands on; `findings`: what can be said that is specific, the first that applies is.
    """

    features: tuple[Feature, ...]
    absences: Mapping[Reason, Absence]
    findings: Mapping[Reason, tuple[Finding, ...]]
