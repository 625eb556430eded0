"""A profile: clients counted into the bins of their model, where their rows lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot, case_matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.features.vector import columns_read
from credit_scoring.model.bins import Bins, Edges
from credit_scoring.settings import GatherSettings

_SCHEMA = "feature BIGINT, bin BIGINT, clients BIGINT"


@dataclass(frozen=True, eq=False)
class Profile:
    """Clients in the bins of each feature of a model, its own bins [b + 2] each, the missing ones last."""

    features: tuple[Integers, ...]

    @property
    def clients(self) -> int:
        """How many were counted."""
        return int(self.features[0].sum()) if self.features else 0


def edges(bins: Bins) -> Edges:
    """The limits of a model's bins."""
    return Edges([np.array(feature.edges, np.float64) for feature in bins.features])


def profile(cohort: Cohort, settings: GatherSettings, bins: Bins, names: tuple[str, ...]) -> Profile:
    """Counts a cohort's clients, as known at their deliveries; a slot at a time, so that memory is bounded.

    `names`: of the features in a vector, among which are all of the model's.
    """
    positions = np.array([names.index(feature.name) for feature in bins.features], np.intp)
    limits = edges(bins)
    counted = np.zeros((len(limits.limits), limits.width), np.int64)
    if cohort.size:
        rows = gather(cohort, settings, partial(_counted, limits, positions), _SCHEMA, columns_read()).collect()
        np.add.at(counted, (rows["feature"].to_numpy(), rows["bin"].to_numpy()), rows["clients"].to_numpy())
    return as_profile(limits, counted)


def as_profile(limits: Edges, counted: Integers) -> Profile:
    """A profile from a count [f, width] (see Edges)."""
    return Profile(tuple(np.asarray(limits.own(row, i), np.int64) for i, row in enumerate(counted)))


def _counted(limits: Edges, positions: npt.NDArray[np.intp], snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    counted = limits.counted(case_matrix(snapshot)[:, positions])
    feature, place = np.nonzero(counted)
    yield pa.RecordBatch.from_pydict({"feature": feature, "bin": place, "clients": counted[feature, place]})
