"""The proof that our kernel explains a model as LightGBM does: LightGBM's numbers for a few clients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.treeshap import Explainer

TOLERANCE = 1e-9
"""By how much margin and sum of shares may differ, relative to the row's largest absolute value."""


@dataclass(frozen=True, eq=False)
class Proof:
    """k clients and what LightGBM says of them: `margin` [k], and of the first m of them `phi` [m, F]; `phi_0`.

    `vectors` float32 [k, F]: the model's own features in the model's order, missing = NaN.
    """

    vectors: Matrix
    margin: Floats
    phi: Floats
    phi_0: float

    def holds_for(self, explainer: Explainer) -> bool:
        """Whether the kernel has these margins, bit for bit, and these contributions within the tolerance."""
        if explainer.features != self.vectors.shape[1]:
            return False
        margin, phi = explainer.explain(self.vectors)
        if not np.array_equal(margin, self.margin):
            return False
        first = len(self.phi)
        found = np.column_stack([phi[:first], np.full(first, explainer.phi_0)])
        wanted = np.column_stack([self.phi, np.full(first, self.phi_0)])
        largest = np.abs(wanted).max(axis=1, keepdims=True)
        return bool((np.abs(found - wanted) <= TOLERANCE * largest).all())
