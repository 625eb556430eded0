"""A client's score as a waterfall: start, the reasons that weigh most, all others together, and the score."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from credit_scoring.dashboard.charts.chart import Chart, configured, data, wrapped
from credit_scoring.explanation.waterfall import Waterfall
from credit_scoring.explanation.waterfall import waterfall as of_parts
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import BAD, GOOD, INK, NEUTRAL

MOST = 8
"""So many reasons have a bar of their own."""
_ROW, _CHARACTERS = 58, 46
_SAYS = Words(
    "From a start of {start} points: {steps}. Score: {score}.", "Depuis {start} points : {steps}. Score : {score}."
)


def parts_shown(
    start: float, reasons: Sequence[tuple[str, float]], score: int, cut_off: int, language: Language
) -> Waterfall:
    """The steps in whole points that add up to the score; the reasons beyond MOST are one step."""
    heaviest = sorted((abs(points) for _, points in reasons), reverse=True)
    smallest = heaviest[MOST - 1] if len(heaviest) > MOST else 0.5
    return of_parts(start, reasons, score, cut_off=cut_off, smallest=max(smallest, 0.5), language=language)


def waterfall(steps: Waterfall, language: Language, beside: Waterfall | None = None) -> Chart:
    """Each sentence stands above its bar, so that a phone shows both; the sign of the points is written as well.

    `beside`: another one that is shown next to it, on the same scale.
    """
    rows = [(steps.words.start, steps.start, steps.start, str(steps.start), NEUTRAL, True)]
    rows += [(s.sentence, s.before, s.after, s.signed, BAD if s.points < 0 else GOOD, False) for s in steps.steps]
    rows.append((steps.words.score, steps.score, steps.score, str(steps.score), NEUTRAL, True))
    levels = [level for each in (steps, beside) if each for level in (*each.totals, each.score)]
    levels += [] if steps.cut_off is None else [steps.cut_off]
    room = max(max(levels) - min(levels), 10)
    low, high = min(levels) - room * 0.12, max(levels) + room * 0.22
    drawn = data(
        place=list(range(len(rows))),
        sentence=[wrapped(row[0], _CHARACTERS) for row in rows],
        before=[low if row[5] else row[1] for row in rows],
        after=[row[2] for row in rows],
        right=[max(row[1], row[2]) for row in rows],
        said=[row[3] for row in rows],
        colour=[row[4] for row in rows],
    )
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    of = alt.Chart(drawn)
    bars = of.mark_bar(height=14, yOffset=14).encode(
        alt.X("before:Q", scale=scale, title=steps.words.points, axis=alt.Axis(format="d", tickCount=5)),
        alt.X2("after:Q"), y, alt.Color("colour:N", scale=None),
    )  # fmt: skip
    numbers = of.mark_text(align="left", dx=5, dy=14, fontWeight="bold").encode(
        alt.X("right:Q", scale=scale), y, alt.Text("said:N")
    )  # fmt: skip
    sentences = of.mark_text(align="left", lineBreak="\n", dy=-26, baseline="top").encode(
        alt.XValue(4), y, alt.Text("sentence:N")
    )  # fmt: skip
    layers = [bars, sentences, numbers]
    if steps.cut_off is not None:
        cut = alt.Chart(data(at=[steps.cut_off], name=[steps.words.cut_off.format(n=steps.cut_off)]))
        layers.insert(0, cut.mark_rule(strokeDash=[4, 3], color=INK).encode(alt.X("at:Q", scale=scale)))
        layers.append(
            cut.mark_text(baseline="bottom", dy=-4).encode(
                alt.X("at:Q", scale=scale), alt.YValue(0), alt.Text("name:N")
            )
        )
    told = "; ".join(f"{step.sentence}: {step.signed}" for step in steps.steps)
    says = _SAYS.to(language).format(start=steps.start, steps=told, score=steps.score)
    return Chart(configured(layers, _ROW * len(rows)), says)
