"""Which features carry something: those that the fold models gained by, all others are left out of the final model.

The rule needs no other fit and no chance: a feature is kept when its share of the gain of all fold models together is
at least a share of the settings. The same folds give the same features, in registry order.
"""

from __future__ import annotations

from collections.abc import Iterable

import lightgbm as lgb
import numpy as np

from credit_scoring.training.inputs import Inputs


def carrying(fold_models: Iterable[str], inputs: Inputs, min_gain_share: float) -> tuple[str, ...]:
    """The names, in the order of `inputs`, of the features worth keeping; never one that no fold model splits on.

    `fold_models`: native model texts of models of `inputs`.
    """
    gain = np.zeros(len(inputs.names))
    for text in fold_models:
        gain += lgb.Booster(model_str=text).feature_importance("gain")
    keep = (gain > 0) & (gain >= min_gain_share * gain.sum())
    return tuple(name for name, kept in zip(inputs.names, keep.tolist(), strict=True) if kept)
