"""What makes a model one for estimates: its features, and how far whole files take clients from an estimate.

Measured on clients whom neither model learned from: the champion's points by their whole file, less the estimate's by
the inputs that a person can state. Eight in ten lie between the two ends, which travel with the model.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features.registry import NEEDED, names, stateable
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners

ENDS = (0.1, 0.9)
"""Between these parts of the clients lies the range."""
SEEN = (0.005, 0.995)
"""An input beyond these parts of the clients is outside; the extremes themselves would be single clients' values."""

_MEASURED = ("credit", "annuity", "goods_price", "income", "children", "age", "employment")


def estimating(inputs: Inputs) -> Inputs:
    """The inputs of an estimate."""
    return inputs.only([feature.name for feature in stateable()])


def facts(estimate: ModelTexts, champion: ModelTexts, learners: Learners) -> Mapping[str, float]:
    """What an estimate's model has to know beside its trees: the ends of its range where all ten inputs are stated, and
    where only the needed ones are (`_few`); the range of each input."""
    held_out = learners.holdout.features
    whole = usable(champion).score(held_out).points
    found: dict[str, float] = {}
    for ending, vectors in (("", held_out), ("_few", _only_needed(held_out))):
        below, above = np.quantile(whole - scorer(estimate).score(vectors).points, ENDS)
        found |= {f"estimate_below{ending}": float(below), f"estimate_above{ending}": float(above)}
    place = {name: i for i, name in enumerate(names())}
    for feature in _MEASURED:
        low, high = np.nanquantile(learners.development.features[:, place[feature]].astype(np.float64), SEEN)
        found |= {f"seen_{feature}_low": float(low), f"seen_{feature}_high": float(high)}
    return found


def _only_needed(vectors: Matrix) -> Matrix:
    """The vectors of the same clients, had they stated no more than they must."""
    kept = {feature.name for feature in stateable(NEEDED)}
    few = vectors.copy()
    few[:, [name not in kept for name in names()]] = np.nan
    return few
