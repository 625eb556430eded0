"""Raw columns ranked by how far their values moved, whatever the findings say of them."""

from __future__ import annotations

import numpy as np
import pytest

from credit_scoring.monitoring.columns import ColumnDrift, column_drifts
from credit_scoring.monitoring.drift import feature_drifts
from credit_scoring.monitoring.profile import as_profile, edges

from .population import AGENCY, READS, Month, Raw, bins_of, month

CONTRACT = "NAME_CONTRACT_TYPE"


def ranked(change: object) -> tuple[ColumnDrift, ...]:
    bins = bins_of(month(np.random.default_rng(1), 20_000))
    made: Month = month(np.random.default_rng(2), 5_000, change=change)
    counted = as_profile(edges(bins), edges(bins).counted(made.vectors))
    return column_drifts(bins, counted, feature_drifts(bins, counted, 0.1), READS)


def hardly_revolving(columns: Raw) -> Raw:
    """From ten in a hundred to one in a hundred."""
    kept = np.arange(len(columns[CONTRACT])) % 10 == 0
    return {**columns, CONTRACT: columns[CONTRACT] * kept}


def test_a_changed_mix_of_loans_comes_first_with_what_it_did_to_scores() -> None:
    first, *others = ranked(hardly_revolving)
    assert first.name == f"application.{CONTRACT}"
    assert first.psi == pytest.approx(0.21, abs=0.04)
    assert first.chance < 1e-6
    assert first.points == pytest.approx(-0.9, abs=0.1)  # nine in a hundred lose the ten points of a revolving loan
    assert max(each.psi for each in others) < 0.01


def test_a_column_that_stayed_is_listed_and_said_to_have_stayed() -> None:
    age = next(each for each in ranked(hardly_revolving) if each.name == "application.DAYS_BIRTH")
    assert age.psi < 0.01
    assert age.chance > 0.001
    assert abs(age.points) < 0.2


def test_missing_values_count_as_a_value() -> None:
    first, *_ = ranked(lambda columns: {**columns, AGENCY: np.where(columns["woman"] == 1, np.nan, columns[AGENCY])})
    assert first.name == f"application.{AGENCY}"
    assert first.missing_now - first.missing_then == pytest.approx(0.5, abs=0.1)
    assert first.readers == 2
    assert first.points_with_others < first.points < 0


def test_columns_that_no_feature_reads_alone_are_not_ranked() -> None:
    assert {each.name for each in ranked(lambda columns: columns)} == {
        f"application.{column}" for columns in READS.values() if len(columns) == 1 for _, column in columns
    }
