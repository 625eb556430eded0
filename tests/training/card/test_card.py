from dataclasses import replace

import pytest

from credit_scoring.features.promises import PROMISES
from credit_scoring.training.card.card import card
from credit_scoring.training.intervals import Interval


@pytest.fixture(scope="module")
def page(trained, examined, texts) -> str:
    return card(trained, examined, texts)


@pytest.fixture
def tab(browser, page):
    """The card in a tab in which every request and every message of the console is noted."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    noises: list[str] = []
    tab.on("console", lambda message: noises.append(message.text))
    tab.on("request", lambda request: noises.append(request.url))
    tab.set_content(page)
    tab.noises = noises
    yield tab
    tab.close()


def test_the_same_training_gives_the_same_bytes(page, trained, examined, texts):
    assert card(trained, examined, texts) == page


@pytest.mark.parametrize("width", [360, 1280])
def test_a_browser_shows_it_whole_without_asking_for_anything(tab, width):
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert [noise for noise in tab.noises if not noise.startswith("data:")] == []


def test_it_has_what_a_committee_asks_for(tab, trained):
    assert tab.locator("h2").all_inner_texts() == [
        "What it predicts, and from whom it learned",
        "How well it orders clients",
        "How true its probabilities are",
        "What decisions cost",
        "How it treats groups of clients",
        "Age",
        "What weighs",
        "What clients are promised",
        "Whether clients are still those it was made for",
        "What it cannot do",
        "What it looks at",
        "Parameters",
        "Lineage",
        "The same groups on the holdout",
        "Every feature that is used",
    ]
    assert tab.locator("svg").count() == 4
    assert f"{trained.metrics['holdout_auc']:.3f}" in tab.locator(".facts").inner_text()
    said = tab.locator("body").inner_text()
    assert all(promise.words.en.capitalize() in said for promise in PROMISES)
    assert f"0 of {60 * len(PROMISES):,} improvements lowered a score" in said
    assert "None" not in said
    assert "nan" not in said


def test_groups_that_are_too_small_have_dashes_and_older_clients_a_word(tab):
    widows = tab.locator("tr", has=tab.locator("td", has_text="Widow")).first.locator("td").all_inner_texts()
    assert (widows[1], widows[3]) == ("0", "–")
    assert "too few clients of 62 and over" in tab.locator("body").inner_text()


def test_age_that_counts_against_older_clients_is_a_warning(trained, examined, texts):
    age = (*examined.age[:-1], ("62 and over", Interval(-2.5, -3.0, -2.0)))
    assert "WARNING: clients of 62 and over lose 2.5 points" in card(trained, replace(examined, age=age), texts)


def test_nobody_waiting_is_said(trained, examined, texts):
    assert "No client waits for a score" in card(trained, replace(examined, waiting=None), texts)


def test_what_leaving_age_out_does_is_shown_where_it_was_measured(trained, examined, texts):
    assert examined.ageless is None
    assert "was not measured in this training" in card(trained, examined, texts)
