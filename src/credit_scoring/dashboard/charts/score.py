"""Where a score stands: beside its cut-off, over time, and, of an estimate, between which ends it would be."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from credit_scoring.dashboard.answers import EarlierScore
from credit_scoring.dashboard.charts.chart import Chart, configured, data
from credit_scoring.dashboard.words import CUT_OFF, SCORE, moment, number
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import BAD, GOOD, INK, PALETTE

_LOW, _HIGH = 450, 700
"""The ends of the scale, wider where a score is: nearly every client is between."""
_ABOVE = Words(
    "The score is {score}, {by} points above the cut-off of {cut_off}.",
    "Le score est de {score}, {by} points au-dessus du seuil de {cut_off}.",
)
_AT = Words("The score is {score}, just the cut-off.", "Le score est de {score}, exactement le seuil.")
_BELOW = Words(
    "The score is {score}, {by} points below the cut-off of {cut_off}.",
    "Le score est de {score}, {by} points sous le seuil de {cut_off}.",
)
_SIDES = {
    False: Words("refused below", "refusé en dessous"),
    True: Words("approved from here", "accepté à partir d'ici"),
}


def ends(*shown: int) -> list[int]:
    """The ends of the scale on which these numbers are shown."""
    return [min(_LOW, *(each - 20 for each in shown)), max(_HIGH, *(each + 20 for each in shown))]


def gauge(score: int, cut_off: int, language: Language) -> Chart:
    """The scale, its two sides named and coloured, a line for the cut-off and a mark for the score."""
    low, high = ends(score, cut_off)
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    x = alt.X("at:Q", scale=scale, title=None, axis=alt.Axis(tickCount=6, format="d"))
    sides = data(
        at=[low, cut_off],
        to=[cut_off, high],
        middle=[(low + cut_off) / 2, (cut_off + high) / 2],
        side=[_SIDES[side].to(language) for side in (False, True)],
        colour=[BAD, GOOD],
    )
    given = data(at=[score], name=[f"{SCORE.to(language)} {score}"])
    lowest = data(at=[cut_off], name=[f"{CUT_OFF.to(language)} {cut_off}"])
    bands = alt.Chart(sides).mark_bar(height=26, opacity=0.28).encode(
        x, alt.X2("to:Q"), alt.YValue(48), alt.Color("colour:N", scale=None)
    )  # fmt: skip
    names = alt.Chart(sides).mark_text(limit=150).encode(
        alt.X("middle:Q", scale=scale), alt.YValue(48), alt.Text("side:N")
    )  # fmt: skip
    line = alt.Chart(lowest).mark_rule(strokeWidth=2, strokeDash=[4, 3], color=INK).encode(
        x, alt.YValue(30), alt.Y2Value(84)
    )  # fmt: skip
    cut = alt.Chart(lowest).mark_text(dy=20, baseline="top").encode(x, alt.YValue(66), alt.Text("name:N"))
    point = alt.Chart(given).mark_point(shape="triangle-down", size=260, filled=True, color=INK, opacity=1).encode(
        x, alt.YValue(28)
    )  # fmt: skip
    said = alt.Chart(given).mark_text(dy=-14, fontWeight="bold", fontSize=15).encode(
        x, alt.YValue(24), alt.Text("name:N")
    )  # fmt: skip
    words = _ABOVE if score > cut_off else _AT if score == cut_off else _BELOW
    says = words.to(language).format(score=score, cut_off=cut_off, by=number(abs(score - cut_off), language))
    return Chart(configured([bands, names, line, cut, point, said], 64), says)


_SPAN = Words(
    "Eight in ten such people would score between {low} and {high} points.",
    "Huit personnes semblables sur dix auraient un score compris entre {low} et {high} points.",
)


def span(low: int, high: int, language: Language) -> Chart:
    """A bar from one end of an estimate to the other, on the scale of scores.

    No cut-off stands on it: an estimate decides nothing.
    """
    scale = alt.Scale(domain=ends(low, high), nice=False, zero=False)
    drawn = data(low=[low], high=[high], said=[f"{low} – {high}"], middle=[(low + high) / 2])
    of = alt.Chart(drawn)
    x = alt.X("low:Q", scale=scale, title=None, axis=alt.Axis(tickCount=6, format="d"))
    bar = of.mark_bar(height=22, color=PALETTE[0]).encode(x, alt.X2("high:Q"), alt.YValue(40))
    words = of.mark_text(fontWeight="bold", fontSize=15).encode(
        alt.X("middle:Q", scale=scale), alt.YValue(14), alt.Text("said:N")
    )
    return Chart(configured([bar, words], 56), _SPAN.to(language).format(low=low, high=high))


_SCORES = Words("Scores, the oldest first: {scores}.", "Scores, du plus ancien au plus récent : {scores}.")
_ONE_SCORE = Words("{score} on {at}, cut-off {cut_off}", "{score} le {at}, seuil {cut_off}")


def history(scores: Sequence[EarlierScore], language: Language) -> Chart:
    """A line for the score and a dashed one for the cut-off; `scores`: the latest first, as the API has them."""
    oldest_first = list(reversed(scores))
    names = [SCORE.to(language), CUT_OFF.to(language)]
    labels = [f"{place}. {each.delivery}" for place, each in enumerate(oldest_first, 1)]
    values = [[each.score for each in oldest_first], [each.cut_off for each in oldest_first]]
    drawn = data(place=labels * 2, points=[*values[0], *values[1]], line=[name for name in names for _ in oldest_first])
    lines = alt.Chart(drawn).mark_line(point=True, strokeWidth=2).encode(
        alt.X("place:N", title=None, sort=labels, axis=alt.Axis(labelAngle=0, labelLimit=110)),
        alt.Y("points:Q", title=None, scale=alt.Scale(zero=False)),
        alt.Color("line:N", title=None, scale=alt.Scale(domain=names, range=[PALETTE[0], INK])),
        alt.StrokeDash("line:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]])),
    )  # fmt: skip
    told = "; ".join(
        _ONE_SCORE.to(language).format(score=each.score, at=moment(each.scored_at, language), cut_off=each.cut_off)
        for each in oldest_first
    )
    return Chart(configured([lines], 200), _SCORES.to(language).format(scores=told))
