"""Which raw column is behind features that moved together."""

from __future__ import annotations

from credit_scoring.features import registry
from credit_scoring.monitoring.causes import Reading
from credit_scoring.monitoring.drift import FeatureDrift
from credit_scoring.monitoring.run import reads

AGENCY, ANNUITY, CREDIT, AGE = (
    ("application", name) for name in ("EXT_SOURCE_1", "AMT_ANNUITY", "AMT_CREDIT", "DAYS_BIRTH")
)
READS = {
    "agency": {AGENCY},
    "agency_times_rate": {AGENCY, ANNUITY, CREDIT},
    "agency_times_term": {AGENCY, ANNUITY},
    "annuity": {ANNUITY},
    "annuity_to_credit": {ANNUITY, CREDIT},
    "credit": {CREDIT},
    "age": {AGE},
}


def drift(name: str, points: float) -> FeatureDrift:
    return FeatureDrift(
        name, points, value_points=points, chance=0.0, clients_moved=0.1, psi=0.3,
        missing_then=0.1, missing_now=0.1, missing_chance=1.0, limit_chance=0.0,
    )  # fmt: skip


def told(*moved: FeatureDrift, missing: tuple[str, ...] = (), known: tuple = ()) -> list[tuple[object, ...]]:
    found = Reading(READS, known).causes(moved, missing)
    return [(each.column, each.missing, *(feature.name for feature in each.features)) for each in found]


def test_what_is_missing_of_a_ratio_says_nothing_of_its_other_columns() -> None:
    """The ratios moved most points and read the annuity, too; but of the features that read it most did not move."""
    moved = (drift("agency", -0.2), drift("agency_times_rate", -1.4), drift("agency_times_term", -1.1))
    missing = tuple(each.name for each in moved)
    assert told(*moved, missing=missing) == [(AGENCY, True, "agency_times_rate", "agency_times_term", "agency")]


def test_missing_values_and_other_moves_have_causes_of_their_own() -> None:
    moved = (
        drift("agency_times_term", -1.0),
        drift("agency", -0.5),
        drift("annuity_to_credit", 0.8),
        drift("credit", 0.1),
    )
    assert told(*moved, missing=("agency_times_term", "agency")) == [
        (AGENCY, True, "agency_times_term", "agency"),
        (CREDIT, False, "annuity_to_credit", "credit"),
    ]


def test_a_column_of_which_something_is_known_explains_first() -> None:
    moved = (drift("annuity_to_credit", 0.8), drift("credit", 0.7))
    assert told(*moved, known=(ANNUITY,)) == [
        (ANNUITY, False, "annuity_to_credit"),
        (CREDIT, False, "credit"),
    ]


def test_every_feature_has_a_cause_when_all_moved() -> None:
    """One that only counts rows reads no column of them."""
    moved = [drift(name, 1.0) for name in registry.names()]
    found = Reading(reads()).causes(moved, [])
    assert {feature.name for cause in found for feature in cause.features} == set(registry.names())
    assert ("bureau", "SK_ID_CURR") in {cause.column for cause in found}


def test_what_moved_most_points_comes_first() -> None:
    assert told(drift("age", 0.3), drift("credit", -2.0)) == [(CREDIT, False, "credit"), (AGE, False, "age")]
