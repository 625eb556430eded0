"""The range of an estimate on the scale of scores. No cut-off stands on it: an estimate decides nothing."""

from __future__ import annotations

import altair as alt

from credit_scoring.dashboard.charts.chart import Chart, configured, data
from credit_scoring.dashboard.charts.gauge import ends
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import PALETTE

_SAYS = Words(
    "Eight in ten such people would score between {low} and {high} points.",
    "Huit personnes semblables sur dix auraient un score compris entre {low} et {high} points.",
)


def span(low: int, high: int, language: Language) -> Chart:
    """A bar from one end to the other, each with its number."""
    scale = alt.Scale(domain=ends(low, high), nice=False, zero=False)
    drawn = data(low=[low], high=[high], said=[f"{low} – {high}"], middle=[(low + high) / 2])
    of = alt.Chart(drawn)
    x = alt.X("low:Q", scale=scale, title=None, axis=alt.Axis(tickCount=6, format="d"))
    bar = of.mark_bar(height=22, color=PALETTE[0]).encode(x, alt.X2("high:Q"), alt.YValue(40))
    words = of.mark_text(fontWeight="bold", fontSize=15).encode(
        alt.X("middle:Q", scale=scale), alt.YValue(14), alt.Text("said:N")
    )
    return Chart(configured([bar, words], 56), _SAYS.to(language).format(low=low, high=high))
