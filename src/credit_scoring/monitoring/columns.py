"""Raw columns, ranked by how far their values moved, and what that did to scores: what a lender finds in its own data.

The model keeps bins of features, not of raw columns; but nearly every column has a feature that reads it and no other,
and shows how its values lie. Columns that are only read together with others are not ranked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.causes import Column
from credit_scoring.monitoring.chance import homogeneity
from credit_scoring.monitoring.drift import FeatureDrift
from credit_scoring.monitoring.profile import Profile
from credit_scoring.training.examination.stability import shift


@dataclass(frozen=True)
class ColumnDrift:
    """A raw column then and now.

    `shown_by`: the feature that reads no other column and moved furthest. `psi`: of its values, where missing ones are
    a value, too; `chance`: the probability of shares as far apart by chance, of this column alone. `missing_then`,
    `missing_now`: shares. `points`: what the shifts of the features that read only this column did to the mean score;
    `points_with_others`: of all `readers` that read it. Features that read several columns count for each of them, so
    these do not add up over columns.
    """

    column: Column
    shown_by: str
    psi: float
    chance: float
    missing_then: float
    missing_now: float
    points: float
    points_with_others: float
    readers: int

    @property
    def name(self) -> str:
        """As application.DAYS_BIRTH."""
        return ".".join(self.column)


def column_drifts(
    bins: Bins, profile: Profile, drifts: Sequence[FeatureDrift], reads: Mapping[str, Collection[Column]]
) -> tuple[ColumnDrift, ...]:
    """Every column that some feature of the model reads alone, the one that moved furthest first."""
    by_name = {each.name: each for each in drifts}
    alone: dict[Column, list[tuple[float, float, FeatureDrift]]] = {}
    readers: dict[Column, list[FeatureDrift]] = {}
    for then, now in zip(bins.features, profile.features, strict=True):
        drift, before = by_name[then.name], np.array(then.clients, np.int64)
        for column in reads[then.name]:
            readers.setdefault(column, []).append(drift)
        if len(reads[then.name]) == 1:
            (column,) = reads[then.name]
            far = shift(then.name, before, now).psi
            alone.setdefault(column, []).append((far, homogeneity(before, now), drift))
    found = []
    for column, shown in alone.items():
        far, chance, most = max(shown, key=lambda each: (each[0], each[2].name))
        found.append(
            ColumnDrift(
                column=column,
                shown_by=most.name,
                psi=far,
                chance=chance,
                missing_then=most.missing_then,
                missing_now=most.missing_now,
                points=sum(each.points for _, _, each in shown),
                points_with_others=sum(each.points for each in readers[column]),
                readers=len(readers[column]),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.psi, each.column)))
