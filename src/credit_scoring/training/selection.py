"""Which features a model is fitted on: those that are not left out by the settings; where these ask for it, of them
those that carry something, which is what the fold models gained by.

The rule needs no other fit and no chance: a feature is kept when its share of the gain of all fold models together is
at least a share of the settings. The same folds give the same features, in registry order. By default nothing is
selected: on real clients a selection cost order (docs/real-data.md), because the rounds are counted on all features
and a share of few columns is too few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import lightgbm as lgb
import numpy as np

from credit_scoring.errors.usage import COLUMN_OF_NO_FEATURE
from credit_scoring.features.registry import standing_on
from credit_scoring.training.inputs import Inputs


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
