"""Features that moved together, told by the raw column that most of them read: one cause, not forty findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.monitoring.drift import FeatureDrift

Column = tuple[str, str]
"""A source table and a column of it."""


@dataclass(frozen=True)
class Cause:
    """A raw column, and the features that read it and moved, the one that moved most points first."""

    column: Column
    features: tuple[FeatureDrift, ...]

    @property
    def points(self) -> float:
        """What their shifts did to the mean score, together."""
        return sum(each.points for each in self.features)


def causes(
    moved: Sequence[FeatureDrift], reads: Mapping[str, Collection[Column]], known: Collection[Column] = ()
) -> tuple[Cause, ...]:
    """The fewest columns that explain the features, greedily: next the one whose features moved most, so far untold.

    `reads`: feature -> its raw columns. `known`: columns of which something was found already; they explain first. Of
    columns that explain as much, the one that fewer features read.
    """
    readers: dict[Column, int] = {}
    for columns in reads.values():
        for column in columns:
            readers[column] = readers.get(column, 0) + 1
    left, found = list(moved), []
    while left:
        weight: dict[Column, float] = {}
        for each in left:
            for column in reads[each.name]:
                # A feature that moved clients and no points still has to be explained.
                weight[column] = weight.get(column, 0.0) + abs(each.points) + each.clients_moved
        best = max(weight, key=lambda column: (column in known, round(weight[column], 9), -readers[column], column))
        here = [each for each in left if best in reads[each.name]]
        found.append(Cause(best, tuple(sorted(here, key=lambda each: -abs(each.points)))))
        left = [each for each in left if best not in reads[each.name]]
    return tuple(sorted(found, key=lambda cause: -sum(abs(each.points) for each in cause.features)))
