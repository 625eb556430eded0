"""The clients that a training learns from, as arrays: from here on no part of it knows where they were stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.training.intervals import Flags
from credit_scoring.training.split import HOLDOUT, Split


@dataclass(frozen=True, eq=False)
class Vectors:
    """Clients by ascending id: `client_id` [n], `features` float32 [n, F] in registry order, missing = NaN."""

    client_id: Integers
    features: Matrix


@dataclass(frozen=True, eq=False)
class Learners(Vectors):
    """Clients with an outcome: `target` [n] (1: defaulted), `part` [n] (see split). 4 bytes a client and feature."""

    target: Integers
    part: Integers

    @classmethod
    def of(cls, client_id: Integers, target: Integers, features: Matrix, split: Split) -> Learners:
        """The clients in any order, each with its part."""
        if (client_id[1:] < client_id[:-1]).any():  # else hundreds of megabytes are not copied
            order = np.argsort(client_id, kind="stable")
            client_id, target, features = client_id[order], target[order], features[order]
        return cls(client_id, np.ascontiguousarray(features), target, split.parts(client_id))

    def where(self, which: Flags) -> Learners:
        """The clients where `which` [n] is true."""
        if which.all():
            return self
        return Learners(self.client_id[which], self.features[which], self.target[which], self.part[which])

    @property
    def development(self) -> Learners:
        """The clients of all folds."""
        return self.where(self.part != HOLDOUT)

    @property
    def holdout(self) -> Learners:
        """The clients that nothing is fitted on."""
        return self.where(self.part == HOLDOUT)


def columns(features: Matrix, positions: npt.NDArray[np.intp]) -> Matrix:
    """The columns [n, f] of `features` [n, F] at these positions; no copy where these are all of them."""
    if len(positions) == features.shape[1] and (positions == np.arange(len(positions))).all():
        return features
    return np.ascontiguousarray(features[:, positions])
