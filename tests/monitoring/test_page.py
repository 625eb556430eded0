"""The page of a monitoring, with everything on it, as a browser shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from credit_scoring.monitoring.columns import column_drifts
from credit_scoring.monitoring.fairness import approval_ratios
from credit_scoring.monitoring.findings import findings
from credit_scoring.monitoring.overrides import Overrides
from credit_scoring.monitoring.page import LeftOut, Shown, page
from credit_scoring.monitoring.profile import as_profile, edges
from credit_scoring.monitoring.verdict import verdict
from credit_scoring.pages.page import html
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.intervals import Resampling
from dashboard.visitor import AXE, WCAG

from .population import AGENCY, CUT_OFF, INCOME, READS, Raw, bins_of, compared_to, month

LIMITS, QUICK = MonitoringSettings(), Resampling(repeats=100)


def disturbed(columns: Raw) -> Raw:
    """Less income, an agency away, and a value that nobody declared."""
    education, n = columns["NAME_EDUCATION_TYPE"], len(columns[AGENCY])
    return {
        **columns,
        INCOME: columns[INCOME] * 0.7,
        AGENCY: np.where(np.arange(n) < n // 4, np.nan, columns[AGENCY]),
        "NAME_EDUCATION_TYPE": np.where(education == 3, np.nan, education),
    }


@pytest.fixture(scope="module")
def written() -> str:
    """The page of a month in which much was disturbed."""
    training = month(np.random.default_rng(1), 20_000)
    made = month(np.random.default_rng(2), 3_000, change=disturbed, default_rate=2.0)
    bins = bins_of(training)
    counted = as_profile(edges(bins), edges(bins).counted(made.vectors))
    found = compared_to(bins, training, made, LIMITS, QUICK)
    approved = made.score >= CUT_OFF
    found = replace(
        found,
        columns=column_drifts(bins, counted, found.features, READS),
        approval_ratios=approval_ratios(made.application, approved, QUICK),
    )
    told = findings(found, LIMITS, READS)
    scores = dict(pl.Series(made.score).value_counts().iter_rows())
    return html(
        page(
            Shown(
                run_id="run", subject="2026-11", deliveries=["monday", "tuesday"], version=3,
                at=datetime(2026, 12, 1, tzinfo=UTC), clients=3_000, verdict=verdict(told, LIMITS), findings=told,
                note="", compared=found, bins=bins, counted=counted, scores=scores, cut_off=CUT_OFF,
                overall=(found.by_month or {})["2026-11"], people=Overrides(9, 4, 3, 1, 2, 1, 0.7),
                left_out=LeftOut(10, 20, 0), features=(), limits=LIMITS, least_approval_ratio=0.8,
            )
        )
    )  # fmt: skip


@pytest.fixture
def tab(browser: Browser, written: str) -> Tab:
    """A tab that keeps what the page asked for and complained of."""
    tab = browser.new_page()
    noises: list[str] = []
    tab.on("console", lambda message: noises.append(message.text))
    tab.on("pageerror", lambda error: noises.append(str(error)))
    tab.on("request", lambda request: noises.append(request.url))
    tab.set_content(written)
    tab.noises = noises  # type: ignore[attr-defined]
    return tab


def test_it_holds_all_that_a_monitoring_finds(tab: Tab) -> None:
    assert tab.locator(".lead").inner_text().startswith("Retrain because ")
    assert tab.locator("h2").all_inner_texts() == [
        "Findings", "Scores", "Inputs", "What moved", "Where it moved", "New values", "Outcomes", "Groups",
        "Decisions of people", "Who is not in the outcomes", "Limits", "Further inputs",
    ]  # fmt: skip
    kinds = set(tab.locator("section").first.locator("tbody td:first-child").all_inner_texts())
    assert kinds >= {"default rate", "feature", "missing", "vocabulary"}


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(tab: Tab, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_it_asks_for_nothing_and_complains_of_nothing(tab: Tab) -> None:
    assert [noise for noise in tab.noises if not noise.startswith("data:")] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [360, 1280])
def test_it_keeps_wcag(tab: Tab, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.add_script_tag(path=AXE)
    found = tab.evaluate("options => axe.run(document, options)", {"runOnly": {"type": "tag", "values": list(WCAG)}})
    assert [(each["id"], node["html"][:100]) for each in found["violations"] for node in each["nodes"]] == []
