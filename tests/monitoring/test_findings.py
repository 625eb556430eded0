"""Planted drifts are found by the right finding and no other; months to which nothing happened stay quiet."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.verdict import verdict
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.intervals import Resampling

from .population import AGENCY, INCOME, Month, Raw, bins_of, found_in, month

LIMITS = MonitoringSettings()
QUICK = Resampling(repeats=100)
CLIENTS = 3_000


@pytest.fixture(scope="module")
def training() -> Month:
    return month(np.random.default_rng(1), 20_000)


@pytest.fixture(scope="module")
def bins(training: Month) -> Bins:
    return bins_of(training)


def less_income(columns: Raw) -> Raw:
    return {**columns, INCOME: columns[INCOME] * 0.7}


def week_without_agency(columns: Raw) -> Raw:
    n = len(columns[AGENCY])
    return {**columns, AGENCY: np.where(np.arange(n) < n // 4, np.nan, columns[AGENCY])}


def renamed(columns: Raw) -> Raw:
    """Higher education comes under a name that nobody declared, and is made missing."""
    education = columns["NAME_EDUCATION_TYPE"]
    return {**columns, "NAME_EDUCATION_TYPE": np.where(education == 3, np.nan, education)}


def against_women(columns: Raw) -> np.ndarray:
    return np.where(columns["woman"] == 1, -10.0, 0.0)


PLANTED = {
    "income": ({"change": less_income}, "feature", f"application.{INCOME}", "look"),
    "agency": ({"change": week_without_agency}, "missing", f"application.{AGENCY}", "look"),
    "vocabulary": ({"change": renamed}, "vocabulary", "application.NAME_EDUCATION_TYPE", "look"),
    "defaults": ({"default_rate": 2.0}, "default rate", "applications of 2026-11", "retrain"),
    "women": ({"shift": against_women, "outcomes": False}, "group", "gender: women", "look"),
}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("seed", range(3))
def test_a_planted_drift_is_found_by_the_right_finding_and_no_other(
    planted: str, seed: int, training: Month, bins: Bins
) -> None:
    how, kind, subject, advice = PLANTED[planted]
    told = found_in(bins, training, month(np.random.default_rng(100 + seed), CLIENTS, **how), LIMITS, QUICK)
    assert [(each.kind, each.subject) for each in told] == [(kind, subject)]
    said = verdict(told, LIMITS)
    assert said.advice == advice
    assert told[0].sentence in said.sentence


def test_undisturbed_months_raise_no_more_false_alarms_than_stated(training: Month) -> None:
    """Without any limit but chance, so that the probabilities themselves are held to what they say. Each month has a
    training of its own: one that chance made odd would be counted 200 times."""
    nothing = {name: 0.0 for name in MonitoringSettings.model_fields if name.startswith("max_")}
    limits = MonitoringSettings(**nothing)
    random = np.random.default_rng(7)
    alarms, by_kind = 0, set()
    for _ in range(200):
        learned_from = month(random, 4_000)
        told = found_in(bins_of(learned_from), learned_from, month(random, 1_000), limits, QUICK)
        alarms += bool(told)
        by_kind |= {each.kind for each in told}
    print(f"{alarms} of 200 months with a false alarm, {sorted(by_kind)}")
    assert alarms <= binom.ppf(0.999, 200, limits.false_alarms)
    assert alarms >= 1  # else the probabilities would be far too careful, and small drifts missed


def test_with_the_limits_of_the_settings_undisturbed_months_are_quiet(training: Month, bins: Bins) -> None:
    random = np.random.default_rng(8)
    told = [each for _ in range(30) for each in found_in(bins, training, month(random, 1_000), LIMITS, QUICK)]
    assert told == []
    assert verdict(told, LIMITS).advice == "nothing to do"


def test_a_drift_that_is_large_and_of_few_clients_is_not_found(training: Month, bins: Bins) -> None:
    """Thirty clients with another mean: it passes the limit, and chance brings it about often enough."""
    few = month(np.random.default_rng(3), 30)
    drawn = found_in(bins, training, few, LIMITS, QUICK)
    assert drawn == ()


def test_scores_of_another_population_ask_for_a_training(training: Month, bins: Bins) -> None:
    lower = month(np.random.default_rng(4), CLIENTS, shift=lambda columns: np.full(len(columns["woman"]), -30.0))
    told = found_in(bins, training, lower, LIMITS, QUICK)
    assert "score" in {each.kind for each in told}
    assert verdict(told, LIMITS).advice == "retrain"
