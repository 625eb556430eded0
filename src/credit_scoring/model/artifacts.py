"""What a model holds beside its trees, each a JSON file with a strict shape: the decision and the features.

The files are read by other versions of the code and by people, so a key that is missing, unknown or of another type is
refused with a sentence, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from credit_scoring.errors.models import (
    DECISION_CONTRADICTS_ITSELF,
    FEATURE_TWICE,
    FEATURE_UNDECLARED,
    MODEL_FILE_ODD,
    OTHER_FEATURES,
    OTHER_FINGERPRINT,
    REFERENCE_OF_OTHER_FEATURES,
    START_OF_OTHER_TREES,
)
from credit_scoring.explanation import points
from credit_scoring.explanation.points import Scale

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Artifact(BaseModel):
    """A file of a model."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @classmethod
    def from_json(cls, text: str, file: str) -> Self:
        """The content of `file`; ModelError with the file and the key when it has another shape."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(map(str, first["loc"])) or "the file"
            raise MODEL_FILE_ODD(file=file, key=key, problem=first["msg"]) from None

    def to_json(self) -> str:
        """The content as the text of its file; the same content gives the same text."""
        return self.model_dump_json(indent=1) + "\n"


class ScaleNumbers(Artifact):
    """Calibration and scaling (see explanation.points.Scale)."""

    a: Number
    b: Number
    pdo: Positive
    anchor_points: Number
    anchor_odds: Positive

    @classmethod
    def of(cls, scale: Scale) -> Self:
        """The numbers of `scale`."""
        return cls(
            a=scale.a, b=scale.b, pdo=scale.pdo, anchor_points=scale.anchor_points, anchor_odds=scale.anchor_odds
        )

    def scale(self) -> Scale:
        """The scale itself; ModelError unless a > 0."""
        return Scale(self.a, self.b, self.pdo, self.anchor_points, self.anchor_odds)


class Costs(Artifact):
    """What a decision costs or brings the lender, in any one unit.

    `default`: a default that is approved. `good`: what a good client who is approved brings. `handling`: one client.
    """

    default: Positive = 100.0
    good: Positive = 10.0
    handling: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0

    def threshold(self) -> float:
        """The probability of default p from which approving costs: default p = good (1 - p)."""
        return self.good / (self.default + self.good)


class Decision(Artifact):
    """decision.json: how a margin becomes points, reasons and a decision.

    `threshold`: probability of default from which a client is refused. `cut_off`: the lowest approved score.
    `reference`: mean raw points of the reference group by feature name, for every feature of the model.
    `start_points`: where every client starts. `refer_band`: scores from the first to the second are referred.
    `fingerprint`: of the feature declarations that the model was trained with.
    `lineage`: what the model was trained on and by: table versions, counts, seed, code version.
    """

    scale: ScaleNumbers
    costs: Costs
    threshold: Annotated[float, Field(gt=0, lt=1)]
    cut_off: int
    reference: dict[str, Number]
    start_points: Number
    refer_band: tuple[int, int] | None
    fingerprint: str
    lineage: dict[str, str | int | float]

    @classmethod
    def of(
        cls,
        *,
        scale: Scale,
        costs: Costs,
        reference: Mapping[str, float],
        phi_0: float,
        fingerprint: str,
        refer_band: tuple[int, int] | None = None,
        lineage: Mapping[str, str | int | float] | None = None,
    ) -> Self:
        """A decision from what training found; threshold, cut-off and start points follow from it.

        `phi_0`: the margin of the average training client, from explanation.contributions.
        """
        threshold = costs.threshold()
        return cls(
            scale=ScaleNumbers.of(scale),
            costs=costs,
            threshold=threshold,
            cut_off=points.cut_off(scale, threshold),
            reference=dict(reference),
            start_points=scale.start_points(phi_0, reference.values()),
            refer_band=refer_band,
            fingerprint=fingerprint,
            lineage=dict(lineage or {}),
        )

    def check(self, used: Sequence[str], phi_0: float) -> None:
        """ModelError when the numbers of this file contradict each other or the trees."""
        scale = self.scale.scale()
        if self.threshold != self.costs.threshold() or self.cut_off != points.cut_off(scale, self.threshold):
            raise DECISION_CONTRADICTS_ITSELF()
        if set(self.reference) != set(used):
            raise REFERENCE_OF_OTHER_FEATURES()
        start = scale.start_points(phi_0, self.reference.values())
        if not math.isclose(start, self.start_points, rel_tol=1e-9, abs_tol=1e-9):
            raise START_OF_OTHER_TREES()


class FeatureLine(Artifact):
    """A feature as declared when the model was trained (see features).

    `fingerprint`: of the feature alone; empty in models of releases that kept one for all features together.
    """

    name: str
    meaning: str
    unit: str
    risk: str
    reason: str
    fingerprint: str = ""


class Features(Artifact):
    """features.json: the declared features in registry order, and the names that the trees use, in the trees' order."""

    fingerprint: str
    features: tuple[FeatureLine, ...]
    used: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All declared names in registry order: the order of a vector."""
        return tuple(feature.name for feature in self.features)

    def check(self) -> None:
        """ModelError when a name is there twice or a used name is not declared."""
        names = self.names
        if len(set(names)) < len(names) or len(set(self.used)) < len(self.used):
            raise FEATURE_TWICE()
        if unknown := sorted(set(self.used) - set(names)):
            raise FEATURE_UNDECLARED(features=", ".join(unknown))

    def on(self, code: Features) -> Features:
        """What a model of these features uses, among the features that the running code computes.

        ModelError when the code declares one of those otherwise, or no longer. Where the model holds no fingerprint of
        each, that is when any of all the features has changed.
        """
        theirs = {line.name: line for line in self.features}
        if not all(theirs[name].fingerprint for name in self.used):
            if self.fingerprint != code.fingerprint:
                raise OTHER_FINGERPRINT(model=self.fingerprint, code=code.fingerprint, features=_NOT_TOLD_APART)
            if self.names != code.names:
                raise OTHER_FEATURES()
        else:
            ours = {line.name: line.fingerprint for line in code.features}
            other = [name for name in self.used if ours.get(name) != theirs[name].fingerprint]
            if other:
                raise OTHER_FINGERPRINT(model=self.fingerprint, code=code.fingerprint, features=_some(other))
        return code.model_copy(update={"used": self.used})


_NOT_TOLD_APART = "which ones, a model of an earlier release does not tell"
_NAMED = 5
"""So many features are named where more differ."""


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
