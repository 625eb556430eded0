"""Charts as they are drawn are valid Vega-Lite, and say in words what they show, whatever numbers they are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.dashboard.answers import DistributionAnswer, EarlierScore, Place
from credit_scoring.dashboard.charts import density, waterfall
from credit_scoring.dashboard.charts.chart import Chart
from credit_scoring.dashboard.charts.score import ends, gauge, history, span
from credit_scoring.features.words import Language

few = settings(max_examples=15)  # the schema is large, and a chart takes a while to be judged by it
languages = st.sampled_from(("en", "fr"))
points = st.floats(-60, 60).map(lambda value: round(value, 3))
sentences = st.text("abc d\"<'é", min_size=1, max_size=120).filter(str.strip)


def valid(chart: Chart) -> None:
    """What Altair's schema of Vega-Lite lets pass."""
    chart.spec.to_dict(validate=True)
    assert chart.says.strip()


@few
@given(st.lists(st.tuples(sentences, points), min_size=1, max_size=40), st.integers(400, 700), languages)
def test_a_waterfall_adds_up_to_the_score(reasons: list[tuple[str, float]], cut_off: int, language: Language) -> None:
    score = round(580.0 + sum(each for _, each in reasons))
    start = score - sum(each for _, each in reasons)
    steps = waterfall.parts_shown(start, reasons, score, cut_off, language)
    assert steps.start + sum(step.points for step in steps.steps) == score
    assert len(steps.steps) <= waterfall.MOST + 1
    drawn = waterfall.waterfall(steps, language)
    valid(drawn)
    for step in steps.steps:
        assert f"{step.sentence}: {step.signed}" in drawn.says


@few
@given(st.integers(200, 900), st.integers(200, 900), languages)
def test_a_gauge_names_score_and_cut_off(score: int, cut_off: int, language: Language) -> None:
    drawn = gauge(score, cut_off, language)
    valid(drawn)
    assert str(score) in drawn.says
    low, high = ends(score, cut_off)
    assert low < min(score, cut_off) <= max(score, cut_off) < high


@few
@given(st.one_of(st.none(), st.floats(-10, 10)), st.sampled_from(["", "years"]), languages)
def test_densities_have_the_clients_place_in_words(value: float | None, unit: str, language: Language) -> None:
    edges = [-3.0, 0.0, 1.0, 4.0]
    place = Place(value=value, bin=None if value is None else sum(value >= edge for edge in edges[1:-1]))
    found = DistributionAnswer(
        name="age", edges=edges, repaid=[0.2, 0.5, 0.2], defaulted=[0.5, 0.3, 0.1], missing_repaid=0.1,
        missing_defaulted=0.1, clients=4_321, client=place,
    )  # fmt: skip
    drawn = density.density(found, "Age", unit, language)
    valid(drawn)
    if place.bin is not None:
        lower = round(100 * sum(found.repaid[: place.bin]))
        assert f"{lower}%" in drawn.says or f"{lower}\u202f%" in drawn.says


def test_equal_shares_are_equal_areas() -> None:
    found = DistributionAnswer(
        name="age", edges=[0.0, 1.0, 11.0], repaid=[0.5, 0.5], defaulted=[0.5, 0.5], missing_repaid=0,
        missing_defaulted=0, clients=100, client=None,
    )  # fmt: skip
    (values,) = density.density(found, "Age", "", "en").spec.to_dict()["datasets"].values()
    assert [row["density"] for row in values[:2]] == [0.5, 0.05]


@few
@given(st.lists(st.integers(300, 800), min_size=2, max_size=12), languages)
def test_earlier_scores_are_told_the_oldest_first(scores: list[int], language: Language) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    latest_first = [
        EarlierScore(
            seq=place, delivery=f"d{place}", scored_at=first + timedelta(days=place), model_version=1,
            decision="refuse", score=score, probability=0.1, cut_off=553,
        )
        for place, score in enumerate(scores)
    ][::-1]  # fmt: skip
    drawn = history(latest_first, language)
    valid(drawn)
    told = [int(part.split()[0]) for part in drawn.says.split(": " if language == "en" else " : ", 1)[1].split("; ")]
    assert told == scores


@few
@given(st.integers(300, 700), st.integers(1, 200), languages)
def test_a_range_names_its_ends_and_no_cut_off(low: int, width: int, language: Language) -> None:
    drawn = span(low, low + width, language)
    valid(drawn)
    assert str(low) in drawn.says
    assert str(low + width) in drawn.says
