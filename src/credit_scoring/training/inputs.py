"""What a model is fitted on: the declared features, with the direction each is constrained to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credit_scoring.features.feature import Feature
from credit_scoring.model.artifacts import FeatureLine, Features


@dataclass(frozen=True)
class Inputs:
    """The features in the order of the vectors.

    `constraints` [F]: +1 where the probability of default may only rise with the feature, -1 only fall, 0 neither.
    """

    declared: Features
    constraints: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the order of the vectors."""
        return self.declared.names


def inputs(features: Sequence[Feature], fingerprint: str) -> Inputs:
    """The inputs of a model that uses all `features`, in registry order."""
    lines = tuple(
        FeatureLine(
            name=feature.name,
            meaning=feature.meaning,
            unit=feature.unit.value,
            risk=feature.risk.name.lower(),
            reason=feature.reason.code,
        )
        for feature in features
    )
    declared = Features(fingerprint=fingerprint, features=lines, used=tuple(line.name for line in lines))
    return Inputs(declared, tuple(feature.risk.constraint for feature in features))
