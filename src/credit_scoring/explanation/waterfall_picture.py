"""A waterfall as a picture, for a letter or a screen. Each bar begins where the one above it ended."""

from __future__ import annotations

import io
import textwrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from credit_scoring.explanation.waterfall import Waterfall
from credit_scoring.pages.page import BAD, GOOD, INK, NEUTRAL

WIDTH, DOTS = 10.0, 110
"""Inches, and dots an inch: 1,100 dots across."""
LABEL, TITLE = 42, 60
"""Characters of a line of a sentence, and of the title."""
_LINE, _AROUND = 0.19, 1.3
"""Inches of height: a line of a sentence, and title and axis together."""


def png(drawn: Waterfall, title: str) -> bytes:
    """The waterfall as a PNG file; the same one gives the same bytes."""
    return written([(drawn, title)])


def written(several: list[tuple[Waterfall, str]]) -> bytes:
    """Waterfalls with their titles, one below the other, as a PNG file."""
    sink = io.BytesIO()
    drawing(several).savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()


def drawing(several: list[tuple[Waterfall, str]]) -> Figure:
    """Waterfalls with their titles, one below the other, each as high as its sentences need."""
    heights = [_AROUND + _LINE * sum(label.count("\n") + 2 for label in _labels(drawn)) for drawn, _ in several]
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DOTS, layout="constrained")
    FigureCanvasAgg(figure)
    every = figure.subplots(len(several), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (drawn, title) in zip(every, several, strict=True):
        draw(axes, drawn, title)
    return figure


def draw(axes: Axes, drawn: Waterfall, title: str) -> None:
    """Draws a waterfall on axes of matplotlib, the start on top."""
    shown = [*drawn.totals, *([] if drawn.cut_off is None else [drawn.cut_off])]
    room = max(max(shown) - min(shown), 10)
    low, high = min(shown) - room / 2, max(shown) + room / 6
    last = len(drawn.steps) + 1
    axes.barh([0, last], [drawn.start - low, drawn.score - low], left=low, color=NEUTRAL)
    for place, step in enumerate(drawn.steps, 1):
        axes.barh(place, step.points, left=step.before, color=BAD if step.points < 0 else GOOD)
    numbers = [(f"{drawn.start}", drawn.start), *((s.signed, max(s.before, s.after)) for s in drawn.steps)]
    for place, (number, right) in enumerate([*numbers, (f"{drawn.score}", drawn.score)]):
        weight = "bold" if place == last else "normal"
        beside = axes.annotate(
            number, (right, place), (5, 0), textcoords="offset points", va="center", color=INK, fontweight=weight
        )
        beside.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})  # over the line of the cut-off
    if drawn.cut_off is not None:
        axes.axvline(drawn.cut_off, linestyle=":", color=INK, zorder=1.5)
        name = drawn.words.cut_off.format(n=drawn.cut_off)
        axes.annotate(name, (drawn.cut_off, 1), (0, 3), xycoords=("data", "axes fraction"),
                      textcoords="offset points", ha="center", color=INK, fontsize=9)  # fmt: skip
    axes.set_yticks(range(last + 1), _labels(drawn))
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlim(low, high)
    axes.set_xlabel(drawn.words.points)
    axes.set_title("\n".join(textwrap.wrap(title, TITLE)), loc="left", fontweight="bold", pad=18, parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)


def _labels(drawn: Waterfall) -> list[str]:
    sentences = [drawn.words.start, *(step.sentence for step in drawn.steps), drawn.words.score]
    return ["\n".join(textwrap.wrap(sentence, LABEL)) for sentence in sentences]
