"""Groups of clients that an audit compares: by gender, age band, family status and rating of the region.

What makes a client a member of most of them is kept from the model, so it is read here beside the features, from the
application as it stood when it was first accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.explanation.points import Integers
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.storage.tables import Tables
from credit_scoring.training.predict import collected

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


def groups(tables: Tables, cohort: DataFrame) -> Groups:
    """The groups of a cohort's clients (client_id, as_of), as told by the application of the delivery `as_of`.

    An action; some 50 bytes a client come to the driver, as with margins.
    """
    codes = {
        GENDER: _position("CODE_GENDER", ("F", "M")),
        AGE_BAND: _band(-F.col("DAYS_BIRTH") / _DAYS_A_YEAR),
        FAMILY_STATUS: _position("NAME_FAMILY_STATUS", FAMILY_STATUS.labels),
        REGION_RATING: F.col("REGION_RATING_CLIENT") - 1,
    }
    told = tables.read(APPLICATION.name).select(
        F.col(CLIENT).alias("client_id"),
        F.col(SEQ).alias("as_of"),
        *(F.coalesce(code.cast("bigint"), F.lit(UNKNOWN)).alias(grouping.name) for grouping, code in codes.items()),
    )
    found = collected(cohort.select("client_id", "as_of").join(told, ["client_id", "as_of"]))
    return Groups(
        found["client_id"].to_numpy(np.int64),
        {grouping: found[grouping.name].to_numpy(np.int64) for grouping in codes},
    )


def _position(column: str, values: tuple[str, ...]) -> Column:
    """The place of the column's value among the values; null where it is another or missing."""
    return F.coalesce(*(F.when(F.col(column) == value, place) for place, value in enumerate(values)))


def _band(years: Column) -> Column:
    """How many of the bands' limits are reached."""
    reached = F.lit(0)
    for limit in _BANDS:
        reached = reached + (years >= limit).cast("int")
    return reached
