"""The scores of a client over time, each beside the cut-off of its day."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from credit_scoring.dashboard.answers import EarlierScore
from credit_scoring.dashboard.charts.chart import Chart, configured, data
from credit_scoring.dashboard.words import CUT_OFF, SCORE, moment
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import INK, PALETTE

_SAYS = Words("Scores, the oldest first: {scores}.", "Scores, du plus ancien au plus récent : {scores}.")
_ONE = Words("{score} on {at}, cut-off {cut_off}", "{score} le {at}, seuil {cut_off}")


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
        _ONE.to(language).format(score=each.score, at=moment(each.scored_at, language), cut_off=each.cut_off)
        for each in oldest_first
    )
    return Chart(configured([lines], 200), _SAYS.to(language).format(scores=told))
