"""The ten inputs that a person without a file can state, and the features that stand on nothing else.

None of them is protected. An estimate is made of these features by a model of its own (`credit_estimate`).
"""

from __future__ import annotations

from functools import cache

from credit_scoring.features.feature import Feature
from credit_scoring.features.provenance import raw_columns
from credit_scoring.features.registry import FEATURES
from credit_scoring.schema.application import APPLICATION

NEEDED = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "AMT_INCOME_TOTAL")
"""The inputs without which nothing is estimated: the loan and the income."""
MORE = (
    "CNT_CHILDREN",
    "DAYS_BIRTH",
    "DAYS_EMPLOYED",
    "FLAG_OWN_CAR",
    "FLAG_OWN_REALTY",
    "NAME_EDUCATION_TYPE",
)


@cache
def stateable(columns: tuple[str, ...] = (*NEEDED, *MORE)) -> tuple[Feature, ...]:
    """The features, in registry order, that read these columns of the application and nothing else."""
    given = {(APPLICATION.name, column) for column in columns}
    return tuple(feature for feature in FEATURES if (read := raw_columns(feature)) and read <= given)
