"""A model for the vectors of the code that runs, which may have been trained by an earlier release.

It is usable while the features that its trees use are declared as they were; others may have come, gone or changed.
Then its Scorer reads their places in today's vectors. A model of a release that kept one fingerprint for all features
says nothing of each, so it is usable while none has changed at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from credit_scoring.features import registry
from credit_scoring.features.feature import Feature
from credit_scoring.features.fingerprint import of_feature
from credit_scoring.model.artifacts import FeatureLine, Features
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.model.texts import ModelTexts


def usable(texts: ModelTexts) -> Scorer:
    """The Scorer of a whole model, for vectors [n, F] of this code; ModelError when the model is damaged, or needs
    features that this code computes otherwise."""
    ready = scorer(texts)
    return ready.on(ready.features.on(declared()))


@cache
def declared() -> Features:
    """The features of this code, in the order of its vectors; `used`: all of them."""
    return declare(registry.FEATURES, registry.fingerprint())


def declare(features: Sequence[Feature], fingerprint: str) -> Features:
    """Features as a model holds them, all used; `fingerprint`: of all together."""
    lines = tuple(
        FeatureLine(
            name=feature.name,
            meaning=feature.meaning,
            unit=feature.unit.en,
            risk=feature.risk.name.lower(),
            reason=feature.reason.code,
            fingerprint=of_feature(feature),
        )
        for feature in features
    )
    return Features(fingerprint=fingerprint, features=lines, used=tuple(line.name for line in lines))
