"""bins.json: the clients that a model learned from, counted into bins, so that others can be held against them later.

Counts and means over clients; no client stands in it. Monitoring is its reader (see monitoring.drift).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.model.artifacts import Artifact, Number

BINS_FILE = "bins.json"
Clients = Annotated[int, Field(ge=0)]


class FeatureBins(Artifact):
    """A feature of the model.

    `edges` [b]: inner limits of the bins, ascending; a bin holds its upper limit, the last one all above. `clients`
    [b + 2]: how many are in each bin, and, last, of how many the value is missing. `points` [b + 2]: the mean
    contribution of the feature to the score in each, in points.
    """

    name: str
    edges: tuple[Number, ...]
    clients: tuple[Clients, ...]
    points: tuple[Number, ...]


class Group(Artifact):
    """A group of clients: how many, and how many of them the score alone would approve."""

    clients: Clients
    approved: Clients


class Bins(Artifact):
    """The clients of a training.

    `scores`: (score, clients, of them defaulted), ascending, by models that have not learned from the client.
    `groups`: grouping -> group (see training.examination.groups). `vocabulary`: column of the application -> value ->
    rows of the store that held it. `auc`, `calibration_error`: as measured out of fold.
    """

    features: tuple[FeatureBins, ...]
    scores: tuple[tuple[int, Clients, Clients], ...]
    groups: dict[str, dict[str, Group]]
    vocabulary: dict[str, dict[str, Clients]]
    auc: Number
    calibration_error: Number

    @classmethod
    def of_texts(cls, text: str) -> Self | None:
        """The bins of a model; None of one that was trained by a release which kept none. ModelError when they have
        another shape."""
        return cls.from_json(text, BINS_FILE) if text else None

    @property
    def clients(self) -> int:
        """How many clients the training had."""
        return sum(clients for _, clients, _ in self.scores)

    @property
    def default_rate(self) -> float:
        """The share of them that defaulted."""
        return sum(defaults for _, _, defaults in self.scores) / max(1, self.clients)


@dataclass(frozen=True, eq=False)
class Edges:
    """The limits of the bins of several features, all to be counted at once. `limits` [f]: as in FeatureBins."""

    limits: Sequence[Floats]

    @property
    def width(self) -> int:
        """Columns of a count: the bins of the feature that has most of them, and one for a missing value."""
        return max((len(each) for each in self.limits), default=0) + 2

    def places(self, column: Matrix | Floats, feature: int) -> npt.NDArray[np.intp]:
        """The bin of each value [n] of a feature; `width` - 1 where it is missing."""
        found = np.searchsorted(self.limits[feature], column, side="left")
        return np.where(np.isnan(column), self.width - 1, found)

    def counted(self, vectors: Matrix) -> npt.NDArray[np.int64]:
        """Clients in each bin [f, width] of `vectors` [n, f]; bins that a feature does not have are 0."""
        rows = [np.bincount(self.places(column, i), minlength=self.width) for i, column in enumerate(vectors.T)]
        return np.array(rows, np.int64).reshape(len(self.limits), self.width)

    def own(self, row: npt.NDArray[np.generic], feature: int) -> npt.NDArray[np.generic]:
        """Of a feature's row [width] what its own bins hold [b + 2], the missing ones last."""
        known = len(self.limits[feature]) + 1
        return np.append(row[:known], row[-1])
