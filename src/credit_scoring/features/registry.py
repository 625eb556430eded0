"""All features, in the order in which every vector holds them, and the fingerprint of their definition."""

from __future__ import annotations

from collections import Counter
from functools import cache

from credit_scoring.features import (
    agency_scores,
    application_details,
    bureau,
    bureau_balance,
    credit_card_balance,
    installments_payments,
    loan,
    person,
    pos_cash_balance,
    previous_application,
)
from credit_scoring.features.application import STEPS
from credit_scoring.features.feature import Feature
from credit_scoring.features.fingerprint import described, digest
from credit_scoring.schema.tables import TABLES

FEATURES: tuple[Feature, ...] = (
    *agency_scores.FEATURES,
    *loan.FEATURES,
    *person.FEATURES,
    *application_details.FEATURES,
    *bureau.FEATURES,
    *bureau_balance.FEATURES,
    *previous_application.FEATURES,
    *pos_cash_balance.FEATURES,
    *installments_payments.FEATURES,
    *credit_card_balance.FEATURES,
)
"""Registry order: new features go to the end of their module; a model keeps its own ordered subset."""


def names() -> tuple[str, ...]:
    """The names of all features, in registry order."""
    return tuple(feature.name for feature in FEATURES)


def standing_on(column: str) -> tuple[str, ...]:
    """The names, in registry order, of the features that read a column of the application, by a step or themselves."""
    tainted = {column}
    for step in STEPS:
        if step.reads & tainted:
            tainted |= step.makes
    return tuple(f.name for f in FEATURES if tainted & set(f.value.expression.meta.root_names()))


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
