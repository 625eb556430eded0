"""Groups: what scores of each were worth by the outcomes, beside all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credit_scoring.monitoring.fairness import approval_ratios, group_outcomes
from credit_scoring.monitoring.figures import figures
from credit_scoring.monitoring.findings import Compared
from credit_scoring.monitoring.outcome_sections import groups
from credit_scoring.monitoring.outcomes import Judged, performance
from credit_scoring.pages.page import Table
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.intervals import Resampling

from .population import COSTS, CUT_OFF, Month, month

QUICK = Resampling(repeats=100)


@pytest.fixture(scope="module")
def made() -> Month:
    return month(np.random.default_rng(1), 6_000)


def judged(made: Month, target: np.ndarray) -> Judged:
    return Judged(target, made.probability, made.score >= CUT_OFF, COSTS, 2_000)


def test_a_group_has_the_figures_of_its_own_clients(made: Month) -> None:
    told = {
        (each.grouping, each.label): each for each in group_outcomes(made.application, judged(made, made.target), QUICK)
    }
    women = made.columns["woman"] == 1
    seen = told["gender", "women"].performance
    assert (seen.clients, seen.defaults) == (women.sum(), made.target[women].sum())
    assert seen == performance(judged(made, made.target).among(women), QUICK)
    assert seen.auc is not None
    assert seen.auc.low < seen.auc.value < seen.auc.high
    assert seen.cost.low < seen.cost.value < seen.cost.high
    assert ("family status", "Married") not in told, "all clients are no group"


def test_a_group_that_defaults_twice_as_often_is_told_beside_all(made: Month) -> None:
    men = made.columns["woman"] == 0
    again = month(np.random.default_rng(1), 6_000, default_rate=2.0).target
    target = np.where(men, np.maximum(made.target, again), made.target)
    told = {each.label: each for each in group_outcomes(made.application, judged(made, target), QUICK)}
    assert told["men"].beside > 1.2
    assert told["men"].chance < 1e-4
    assert told["women"].beside < 0.9


def test_nobody_with_an_outcome_is_no_group(made: Month) -> None:
    nobody = replace(judged(made, made.target)).among(np.zeros(len(made.target), bool))
    assert group_outcomes(made.application.head(0), nobody, QUICK) == ()


def test_the_ratio_of_approvals_has_an_interval(made: Month) -> None:
    women = made.columns["woman"] == 1
    ratio = approval_ratios(made.application, np.where(women, made.score >= CUT_OFF, False), QUICK)["gender"]
    assert ratio.value == 0
    even = approval_ratios(made.application, made.score >= CUT_OFF, QUICK)["gender"]
    assert even.low < even.value <= even.high <= 1


def test_they_stand_in_the_table_and_on_the_page(made: Month) -> None:
    told = group_outcomes(made.application, judged(made, made.target), QUICK)
    kept = figures(Compared(group_outcomes=told), (), None, MonitoringSettings())
    women = {each.figure: each for each in kept if (each.kind, each.name) == ("group", "gender: women")}
    assert {"auc", "brier", "calibration_error", "cost", "default_ratio", "ks"} <= set(women)
    assert women["cost"].low < women["cost"].value < women["cost"].high
    (section,) = groups((), {}, told, 0.8)
    table = next(part for part in section.parts if isinstance(part, Table))
    assert {"AUC", "cost a client"} <= set(table.head)
    assert [row[:2] for row in table.rows] == [[each.grouping, each.label] for each in told]
