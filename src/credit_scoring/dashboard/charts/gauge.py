"""Where a score stands: a scale with the score, and with the cut-off that divides what is approved from what is not."""

from __future__ import annotations

import altair as alt

from credit_scoring.dashboard.charts.chart import Chart, configured, data
from credit_scoring.dashboard.words import CUT_OFF, SCORE, number
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import BAD, GOOD, INK

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
