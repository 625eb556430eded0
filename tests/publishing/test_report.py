"""The report of a run in a real browser: its numbers are those of the tables, and it can be read anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from credit_scoring.clients.cohort import Count
from credit_scoring.features import registry
from credit_scoring.features.statements import sentence
from credit_scoring.ledger.events import Referring, Unread
from credit_scoring.model.artifacts import FeatureLine
from credit_scoring.pages.page import Table
from credit_scoring.publishing.report.figures import BANDS, Band, Figures
from credit_scoring.publishing.report.page import Part, page
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.rows import RunMetadata

BAND_OF = ["up to -41", "-40 to -21", "-20 to -1", "0 to +19", "+20 to +39", "from +40"]


@pytest.fixture(scope="module")
def opened(office, browser: Browser) -> Iterator[Tab]:
    """The report of the undisturbed run, opened from its file; `noises` are its requests and messages."""
    tab = browser.new_page()
    tab.noises = []
    tab.on("console", lambda message: tab.noises.append(message.text))
    tab.on("pageerror", lambda error: tab.noises.append(str(error)))
    tab.on("request", lambda request: tab.noises.append(request.url))
    tab.goto(Path(office.first.page).as_uri())
    return tab


def rows_of(tab: Tab, *head: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    tables = tab.evaluate(
        "() => [...document.querySelectorAll('table')].map("
        "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent)))"
    )
    (found,) = [rows[1:] for rows in tables if rows[0][: len(head)] == list(head)]
    return found


def percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


def place(row) -> int:
    """The position of a client's band."""
    return int(np.clip((row["score"] - row["cut_off"]) // 20, -3, 2)) + 3


def test_it_is_in_its_place_and_holds_no_client(office, stored) -> None:
    path = Path(office.first.page)
    assert path == office.reports / "run-1.html"
    text = path.read_text()
    assert not [row["client_id"] for row in stored if str(row["client_id"]) in text]


def test_counts_are_those_of_the_ledger_and_the_tables(opened: Tab, stored) -> None:
    facts = dict(zip(opened.locator("dt").all_inner_texts(), opened.locator("dd").all_inner_texts(), strict=True))
    assert facts == {
        "records delivered": "400",
        "records accepted": "360",
        "records in quarantine": "12",
        "clients scored": "15",
        "clients waiting": "1",
    }
    of = {name: [row["score"] for row in stored if row["delivery"] == name] for name in ("d1", "d2")}
    account = ["1", "200", "180", "14", "6", "10"]
    assert rows_of(opened, "delivery") == [
        ["d1", *account, "12", "11", "1", "0", f"{np.median(of['d1']):g}"],
        ["d2", *account, "5", "4", "0", "1", f"{np.median(of['d2']):g}"],
    ]


def test_decisions_are_those_of_the_tables(opened: Tab, stored) -> None:
    names = {"approve": "approved", "refuse": "refused", "refer": "referred"}
    total = Counter(row["decision"] for row in stored)
    assert rows_of(opened, "decision") == [
        [name, str(total[decision]), percent(total[decision], 15)] for decision, name in names.items()
    ]
    by_band = Counter((place(row), row["decision"]) for row in stored)
    filled = sorted({band for band, _ in by_band})
    expected = [[BAND_OF[band], *(by_band[band, decision] for decision in names)] for band in filled]
    assert rows_of(opened, "score", "clients") == [
        *([name, str(sum(counts)), *map(str, counts)] for name, *counts in expected),
        ["all", "15", *(str(total[decision]) for decision in names)],
    ]


def test_the_distribution_says_how_many_are_below_the_cut_off(opened: Tab, stored) -> None:
    scores, cut_off = [row["score"] for row in stored], stored[0]["cut_off"]
    below = sum(score < cut_off for score in scores)
    assert opened.locator("figcaption").first.inner_text() == (
        f"Scores from {min(scores)} to {max(scores)}. {below} of 15 clients are below the cut-off of {cut_off}."
    )


def test_reasons_by_score_are_those_of_the_tables(opened: Tab, stored) -> None:
    clients = Counter(place(row) for row in stored)
    principal = Counter(
        (reason["code"].split(".")[0], place(row))
        for row in stored
        for reason in row["reasons"][:4]
        if reason["points"] < 0
    )
    codes = {reason["code"].split(".")[0] for row in stored for reason in row["reasons"]}
    expected = {
        sentence(code, False, "en"): [percent(principal[code, band], clients[band]) for band in sorted(clients)]
        for code in codes
    }
    found = rows_of(opened, "reason", BAND_OF[min(clients)])
    assert {name: shares for name, *shares in found} == expected
    assert len(found) == len(codes)


def test_mean_points_are_those_of_the_tables(opened: Tab, stored) -> None:
    by_code: Counter[str] = Counter()
    for row in stored:
        for reason in row["reasons"]:
            by_code[reason["code"].split(".")[0]] += abs(reason["points"])
    assert rows_of(opened, "reason", "mean absolute points") == [
        [sentence(code, False, "en"), f"{by_code[code] / 15:.2f}"]
        for code in sorted(by_code, key=lambda code: (-by_code[code], code))
    ]
    means = np.abs([row["contributions"] for row in stored]).mean(axis=0)
    heaviest = sorted(range(len(means)), key=lambda position: -means[position])[:25]
    assert rows_of(opened, "feature") == [
        [registry.FEATURES[i].name, registry.FEATURES[i].meaning, f"{means[i]:.2f}"] for i in heaviest
    ]


def test_quarantine_and_steps_are_told(opened: Tab) -> None:
    assert rows_of(opened, "table") == [["application", "AMT_CREDIT", "AMT_CREDIT must not be empty", "1"]]
    steps = [step for step, *_ in rows_of(opened, "step")]
    assert {"loading the model", "features, scores and reasons of the clients", "writing scores.csv"} <= set(steps)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(opened: Tab, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    boxes = opened.locator(".scroll")
    assert boxes.count() == 8
    assert all(box.bounding_box()["width"] <= width for box in boxes.all())
    assert opened.locator("svg").count() == 3


def test_it_asks_no_network_and_complains_of_nothing(opened: Tab) -> None:
    assert [noise for noise in opened.noises if not noise.startswith(("file:", "data:"))] == []
    assert sum(noise.startswith("file:") for noise in opened.noises) == 1


def test_it_prints(opened: Tab) -> None:
    assert opened.pdf(format="A4").startswith(b"%PDF")


def figures(scores: dict[int, int], cut_offs: tuple[int, ...]) -> Figures:
    """Figures of clients with these scores, all refused, in the lowest band."""
    bands = [Band(number, {"refuse": sum(scores.values())} if number == BANDS[0] else {}, {}) for number in BANDS]
    return Figures(scores, cut_offs, tuple(bands), {"AGE": 1.0}, {0: 1.0}, ())


def report(found: Figures, seconds: dict[str, float] | None = None, refused=(), unread=(), referring=()):
    run_metadata = RunMetadata(datetime(2026, 11, 21, 10, 0, tzinfo=UTC), 3, "0.1.0", "run")
    part = Part("monday", 3, Count(2, 0, 2, 0), Summary(), (), unread, referring)
    line = FeatureLine(name="age", meaning="Age", unit="years", risk="unknown", reason="AGE")
    return page(run_metadata, [part], refused, found, [line], seconds or {})


def tables_of(shown, title: str) -> list[Table]:
    (section,) = [section for section in shown.sections if section.title == title]
    return [part for part in section.parts if isinstance(part, Table)]


def test_a_run_without_anybody_to_score_has_a_report() -> None:
    nobody = Figures({}, (), tuple(Band(number, {}, {}) for number in BANDS), {}, {}, ())
    shown = report(nobody, refused=[("tuesday", "File a.csv lacks columns.")])
    assert [section.title for section in shown.sections] == ["Deliveries", "Scores", "Quarantine", "Slowest steps"]
    assert tables_of(shown, "Deliveries")[1].rows == [("tuesday", "File a.csv lacks columns.")]
    assert dict(shown.facts)["clients waiting"] == "2"


@pytest.mark.parametrize("scores", [{500: 3}, {500: 3, 501: 1}, {380: 1, 730: 2}, {-40_000: 1, 90_000: 1}])
def test_every_client_is_in_one_of_few_columns_and_one_begins_at_the_cut_off(scores, monkeypatch) -> None:
    drawn = {}

    def histogram(edges, counts, **others):
        drawn.update(edges=edges, counts=counts, **others)

    monkeypatch.setattr("credit_scoring.publishing.report.scores.histogram", histogram)
    report(figures(scores, (554,)))
    edges, counts = drawn["edges"], drawn["counts"]
    assert len(counts) <= 41
    assert len({right - left for left, right in pairwise(edges)}) == 1
    assert (554 - edges[0]) % (edges[1] - edges[0]) == 0
    assert counts == [sum(n for score, n in scores.items() if a <= score < b) for a, b in pairwise(edges)]
    assert sum(counts) == sum(scores.values())
    assert drawn["mark"].at == 554


def test_two_models_have_two_cut_offs_and_none_is_drawn() -> None:
    (section,) = [section for section in report(figures({500: 2}, (550, 560))).sections if section.title == "Scores"]
    assert section.parts[0].says == "Scores from 500 to 500."
    assert "cut-off" not in section.parts[0].svg


def test_the_slowest_step_comes_first() -> None:
    shown = report(figures({500: 2}, (550,)), {"a": 1.0, "b": 3.0})
    assert tables_of(shown, "Slowest steps")[0].rows == [("b", "3.0", "75.0%"), ("a", "1.0", "25.0%")]


def test_what_does_not_read_is_told_by_column_the_cause_first() -> None:
    unread = (
        Unread("bureau", "AMT_ANNUITY", "made missing", "not_legitimate", "NULL", 24),
        Unread("application", "AMT_CREDIT", "quarantined", "missing", None, 2),
    )
    referring = (
        Referring("bureau", "AMT_ANNUITY", "made missing", "not_legitimate", 9),
        Referring("application", "AMT_CREDIT", "quarantined", "missing", 2),
    )
    shown = report(figures({500: 2}, (550,)), unread=unread, referring=referring)
    (section,) = [section for section in shown.sections if section.title == "Not read"]
    assert section.parts[0].words.startswith("monday: 'NULL' stands in 24 cells of 1 column (bureau.AMT_ANNUITY 24)")
    assert section.parts[0].words.endswith(
        "clients referred for it, or without a decision: bureau.AMT_ANNUITY made missing (not_legitimate) 9, "
        "application.AMT_CREDIT quarantined (missing) 2."
    )
    assert tables_of(shown, "Not read")[0].rows == [
        ("monday", "bureau", "AMT_ANNUITY", "made missing", "not_legitimate", "NULL", 24, 9),
        ("monday", "application", "AMT_CREDIT", "quarantined", "missing", None, 2, 2),
    ]
