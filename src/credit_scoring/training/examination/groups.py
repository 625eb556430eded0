"""Groups of clients that an audit compares: by gender, age band, family status and rating of the region.

What makes a client a member of most of them is kept from the model, so it is read here beside the features, from the
application as it stood when it was first accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from credit_scoring.explanation.points import Integers
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT

UNKNOWN = -1
"""The group of a client of whom the application does not tell it."""

OLDER = 62
"""Years from which on a client's age must not count against the client: the "elderly" of Regulation B, 12 CFR 1002."""

_BANDS = (25, 35, 45, 55, OLDER)
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Grouping:
    """One way to divide clients. `labels`: the groups, in the order in which they are told."""

    name: str
    labels: tuple[str, ...]


GENDER = Grouping("gender", ("women", "men"))
AGE_BAND = Grouping(
    "age",
    (
        f"under {_BANDS[0]}",
        *(f"{low} to {high - 1}" for low, high in pairwise(_BANDS)),
        f"{OLDER} and over",
    ),
)
MIDDLES = (22.0, *((low + high) / 2 for low, high in pairwise(_BANDS)), 66.0)
"""An age for each band; of the two that are open, about their clients' mean."""
FAMILY_STATUS = Grouping("family status", APPLICATION.column("NAME_FAMILY_STATUS").vocabulary)
REGION_RATING = Grouping("rating of the region", ("1 (best)", "2", "3"))

GROUPINGS = (GENDER, AGE_BAND, FAMILY_STATUS, REGION_RATING)


@dataclass(frozen=True, eq=False)
class Groups:
    """Clients by ascending id, and their groups: `client_id` [n], grouping -> position of the label [n], or UNKNOWN."""

    client_id: Integers
    members: Mapping[Grouping, Integers]

    def of(self, client_id: Integers) -> Groups:
        """The groups of these clients, in their order; UNKNOWN for one who is not here."""
        if not len(self.client_id):
            return Groups(client_id, {g: np.full(len(client_id), UNKNOWN) for g in self.members})
        place = np.searchsorted(self.client_id, client_id).clip(max=len(self.client_id) - 1)
        here = self.client_id[place] == client_id
        return Groups(client_id, {g: np.where(here, codes[place], UNKNOWN) for g, codes in self.members.items()})


def groups(application: pl.DataFrame) -> Groups:
    """The groups of clients, as told by their rows of the application; a row a client, by ascending id."""
    codes = {
        GENDER: _position("CODE_GENDER", ("F", "M")),
        AGE_BAND: _band(-pl.col("DAYS_BIRTH") / _DAYS_A_YEAR),
        FAMILY_STATUS: _position("NAME_FAMILY_STATUS", FAMILY_STATUS.labels),
        REGION_RATING: pl.col("REGION_RATING_CLIENT") - 1,
    }
    found = application.select(code.cast(pl.Int64).fill_null(UNKNOWN).alias(g.name) for g, code in codes.items())
    return Groups(application[CLIENT].to_numpy(), {grouping: found[grouping.name].to_numpy() for grouping in codes})


def _position(column: str, values: tuple[str, ...]) -> pl.Expr:
    """The place of the column's value among the values; null where it is another or missing."""
    return pl.col(column).replace_strict({v: i for i, v in enumerate(values)}, default=None, return_dtype=pl.Int64)


def _band(years: pl.Expr) -> pl.Expr:
    """How many of the bands' limits are reached."""
    return pl.sum_horizontal([(years >= limit).cast(pl.Int64) for limit in _BANDS], ignore_nulls=False)
