"""What a model is fitted on: the declared features, with the direction each is constrained to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.features.feature import Feature
from credit_scoring.features.promises import PROMISES
from credit_scoring.model.artifacts import Features
from credit_scoring.model.usable import declare


@dataclass(frozen=True)
class Inputs:
    """The declared features, and those of them (`declared.used`) that the model is fitted on, in their order.

    `constraints` [used]: +1 where the probability of default may only rise with the feature, -1 only fall, 0 neither.
    """

    declared: Features
    constraints: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the features that the model is fitted on."""
        return self.declared.used

    @property
    def positions(self) -> npt.NDArray[np.intp]:
        """Where the features that the model is fitted on stand in a vector [used]."""
        place = {name: i for i, name in enumerate(self.declared.names)}
        return np.array([place[name] for name in self.names], np.intp)

    def only(self, names: Sequence[str]) -> Inputs:
        """The same declarations with a model on `names` alone, which are among those of before and in their order."""
        kept = set(names)
        pairs = [(name, c) for name, c in zip(self.names, self.constraints, strict=True) if name in kept]
        used = tuple(name for name, _ in pairs)
        return Inputs(self.declared.model_copy(update={"used": used}), tuple(c for _, c in pairs))


def inputs(features: Sequence[Feature], fingerprint: str) -> Inputs:
    """The inputs of a model that uses all `features`, in registry order.

    Held to its declared direction is a feature that a promise stands on. On others a constraint keeps no promise, and
    on real clients it cost more order than it brought (docs/real-data.md).
    """
    held = (any(promise.sign(feature) for promise in PROMISES) for feature in features)
    constraints = tuple(f.risk.constraint if h else 0 for f, h in zip(features, held, strict=True))
    return Inputs(declare(features, fingerprint), constraints)
