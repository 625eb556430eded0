"""All features, in the order in which every vector holds them, and the fingerprint of their definition."""

from __future__ import annotations

from collections import Counter
from functools import cache

from credit_scoring.features import agency_scores, application_details, loan, person
from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.findings import application_details as details_findings
from credit_scoring.features.findings import person as person_findings
from credit_scoring.features.fingerprint import described, digest, raw_columns
from credit_scoring.features.group import FeatureGroup
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.tables import HISTORIES, TABLES, modules

GROUPS: tuple[FeatureGroup, ...] = (
    agency_scores.GROUP,
    loan.GROUP,
    FeatureGroup(person.FEATURES, person_findings.ABSENCES, person_findings.FINDINGS),
    FeatureGroup(application_details.FEATURES, details_findings.ABSENCES, details_findings.FINDINGS),
    *(module.GROUP for module in modules("features", HISTORIES)),
)
"""Those of the application, in four parts, then those of each history."""

FEATURES: tuple[Feature, ...] = tuple(feature for group in GROUPS for feature in group.features)
"""Registry order: a new feature goes to the end of its module; a model keeps its own ordered subset."""


def names() -> tuple[str, ...]:
    """The names of all features, in registry order."""
    return tuple(feature.name for feature in FEATURES)


def standing_on(column: str) -> tuple[str, ...]:
    """The names, in registry order, of the features that read a column of the application, by a step or themselves."""
    return tuple(feature.name for feature in FEATURES if (APPLICATION.name, column) in raw_columns(feature))


@cache
def fingerprint() -> str:
    """sha256 (hex) over everything that a vector depends on: declarations, expressions, vocabularies, sentinels.

    It names the layout of vectors and stored contributions; whether a model can score is a matter of the features that
    it uses (`features.fingerprint`).
    """
    steps = [step.declaration() for step in STEPS]
    columns: list[object] = [[table.name, [described(column) for column in table.columns]] for table in TABLES]
    return digest([[feature.declaration() for feature in FEATURES], steps, columns])


_twice = [name for name, times in Counter(names()).items() if times > 1]
if _twice:
    raise ValueError(f"features declared twice: {', '.join(_twice)}")


# What a person without a file can state; none of it is protected. An estimate is made by a model of its own
# (`credit_estimate`), of the features that stand on nothing else.
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
