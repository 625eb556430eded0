"""Which features a model is fitted on: those that differ between clients, less those that the settings leave out.

Where the settings ask for it, of these the ones that carry something, which is what the fold models gained by. The rule
needs no other fit and no chance: a feature is kept when its share of the gain of all fold models together is
at least a share of the settings. The same folds give the same features, in registry order. By default nothing is
selected: on real clients a selection cost order (docs/real-data.md), because the rounds are counted on all features
and a share of few columns is too few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

import lightgbm as lgb
import numpy as np

from credit_scoring.errors.models import FEATURES_CONSTANT
from credit_scoring.errors.usage import COLUMN_OF_NO_FEATURE
from credit_scoring.features.registry import FEATURES, standing_on
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners, columns


def carrying(fold_models: Iterable[str], inputs: Inputs, min_gain_share: float) -> tuple[str, ...]:
    """The names, in the order of `inputs`, of the features worth keeping; never one that no fold model splits on.

    `fold_models`: native model texts of models of `inputs`. With a `min_gain_share` of 0 all are kept.
    """
    if min_gain_share == 0:
        return inputs.names
    gain = np.zeros(len(inputs.names))
    for text in fold_models:
        gain += lgb.Booster(model_str=text).feature_importance("gain")
    keep = (gain > 0) & (gain >= min_gain_share * gain.sum())
    return tuple(name for name, kept in zip(inputs.names, keep.tolist(), strict=True) if kept)


def left_out(columns: Iterable[str]) -> frozenset[str]:
    """The names of the features that read one of the columns of the application; UsageError when none reads it."""
    found: set[str] = set()
    for column in columns:
        names = standing_on(column)
        if not names:
            raise COLUMN_OF_NO_FEATURE(column=column)
        found |= set(names)
    return frozenset(found)


def without(inputs: Inputs, left_out: Collection[str]) -> Inputs:
    """The inputs without the features `left_out`."""
    return inputs.only([name for name in inputs.names if name not in left_out])


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
