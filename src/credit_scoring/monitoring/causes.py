"""Features that moved together, told by the raw column behind them: one cause, not forty findings.

Values that went missing are explained apart from other moves: a ratio that is missing because its numerator is says
nothing of its denominator. Of a column that is behind a move, most features that read it have moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.monitoring.drift import FeatureDrift

Column = tuple[str, str]
"""A source table and a column of it."""


@dataclass(frozen=True)
class Cause:
    """A raw column, and the features that read it and moved, the one that moved most points first. `missing`: their
    values went missing, or came back."""

    column: Column
    features: tuple[FeatureDrift, ...]
    missing: bool

    @property
    def points(self) -> float:
        """What their shifts did to the mean score, together."""
        return sum(each.points for each in self.features)


@dataclass(frozen=True)
class Reading:
    """Which raw columns features read, by feature. `told`: columns of which something was found already; they explain
    first."""

    reads: Mapping[str, Collection[Column]]
    told: Collection[Column] = ()

    def causes(self, moved: Sequence[FeatureDrift], missing: Collection[str]) -> tuple[Cause, ...]:
        """Few columns that explain the features, the one behind most points first. `missing`: the names of those whose
        share of missing values moved."""
        found = [*self._behind([each for each in moved if each.name in missing], missing=True)]
        found += self._behind([each for each in moved if each.name not in missing], missing=False)
        return tuple(sorted(found, key=lambda cause: -sum(abs(each.points) for each in cause.features)))

    def _behind(self, moved: Sequence[FeatureDrift], *, missing: bool) -> list[Cause]:
        """Greedily: next the column with the largest move that is still unexplained, times the share of the features
        that read it and are among the moved ones; of equals the one that fewer features read."""
        readers: dict[Column, int] = {}
        for columns in self.reads.values():
            for column in columns:
                readers[column] = readers.get(column, 0) + 1
        share = {column: 0.0 for each in moved for column in self.reads[each.name]}
        for each in moved:
            for column in self.reads[each.name]:
                share[column] += 1 / readers[column]
        left, found = list(moved), []
        while left:
            weight: dict[Column, float] = {}
            for each in left:
                for column in self.reads[each.name]:
                    # A feature that moved clients and no points still has to be explained.
                    size = abs(each.points) + each.clients_moved
                    weight[column] = weight.get(column, 0.0) + size * share[column]
            best = max(weight, key=lambda c: (c in self.told, round(weight[c], 9), -readers[c], c))
            here = [each for each in left if best in self.reads[each.name]]
            found.append(Cause(best, tuple(sorted(here, key=lambda each: -abs(each.points))), missing))
            left = [each for each in left if best not in self.reads[each.name]]
        return found
