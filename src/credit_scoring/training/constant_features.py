"""Which features differ between clients at all: one that does not has nothing to teach."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

import numpy as np

from credit_scoring.errors.models import FEATURES_CONSTANT
from credit_scoring.features.registry import FEATURES
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners, columns


def constant(learners: Learners, inputs: Inputs) -> frozenset[str]:
    """The names of the features of `inputs` that are missing, or the same value, for every client.

    ModelError when all are.
    """
    features = columns(learners.features, inputs.positions)
    low, high = np.fmin.reduce(features), np.fmax.reduce(features)
    some_missing = np.isnan(features).any(axis=0)
    varied = (low < high) | (some_missing & ~np.isnan(low))
    found = frozenset(name for name, varies in zip(inputs.names, varied.tolist(), strict=True) if not varies)
    if len(found) == len(inputs.names):
        raise FEATURES_CONSTANT(features=len(found))
    return found


def remarks(constant: Collection[str]) -> tuple[str, ...]:
    """A sentence for each source table of which no feature differs between clients."""
    found = []
    for table, features in groupby(FEATURES, key=lambda feature: feature.table):
        names = [feature.name for feature in features]
        if set(names) <= set(constant):
            found.append(
                f"No client with an outcome has anything in {table} that tells clients apart, so the model knows "
                f"nothing of its {len(names)} features. If there is such data on past clients, deliver it and train."
            )
    return tuple(found)
