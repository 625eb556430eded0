"""The charts of a page: matplotlib drawings as SVG, legible on a phone; the same values give the same bytes."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from credit_scoring.pages.page import BAD, FAINT, GOOD, INK, PALETTE, Figure

WIDTH = 5.2
"""Inches. A phone shows them in 330 px, so that 9 points of text are still 8 px high."""
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "font.family": "sans-serif",
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and copied
    "svg.hashsalt": "credit-scoring",  # names inside the SVG, else drawn by chance
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Mark:
    """A dotted line across the chart at a value of the horizontal axis, with its name."""

    at: float
    name: str


@dataclass(frozen=True)
class Line:
    """A named curve through (x, y); with `low` and `high`, points with their intervals in place of a curve."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = field(default=())
    high: Sequence[float] = field(default=())


def bars(labels: Sequence[str], values: Sequence[float], *, axis: str, says: str, signed: bool = False) -> Figure:
    """A bar a label, the first on top. `signed`: what is below zero takes the colour of what is bad."""
    with _drawing(says, height=0.7 + _rows_height(labels)) as (axes, done):
        colours = [(BAD if value < 0 else GOOD) if signed else PALETTE[0] for value in values]
        axes.barh(range(len(labels)), values, color=colours)
        _name_rows(axes, labels)
        if signed:
            axes.axvline(0, color=INK, linewidth=0.8)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(axis)
    return done[0]


def shares(labels: Sequence[str], parts: Mapping[str, Sequence[float]], *, says: str) -> Figure:
    """For each label one bar of 100 %, divided into named parts: `parts[name][i]` is the share of label i, 0 to 1."""
    with _drawing(says, height=1.0 + _rows_height(labels)) as (axes, done):
        left = [0.0] * len(labels)
        for place, (name, values) in enumerate(parts.items()):
            percent = [100 * value for value in values]
            axes.barh(range(len(labels)), percent, left=left, label=name, color=PALETTE[place % len(PALETTE)])
            left = [start + width for start, width in zip(left, percent, strict=True)]
        _name_rows(axes, labels)
        axes.set_xlim(0, 100)
        axes.set_xlabel("% of clients")
        axes.figure.legend(loc="outside upper center", ncols=3)
    return done[0]


def histogram(
    edges: Sequence[float], counts: Sequence[float], *, axis: str, count: str, says: str, mark: Mark | None = None
) -> Figure:
    """Columns between [n + 1] `edges`, [n] `counts` high; those left of the mark take the colour of what is bad."""
    with _drawing(says, height=2.6) as (axes, done):
        below = [mark is not None and right <= mark.at for right in edges[1:]]
        widths = [right - left for left, right in pairwise(edges)]
        colours = [BAD if is_below else PALETTE[0] for is_below in below]
        axes.bar(edges[:-1], counts, widths, align="edge", color=colours, edgecolor="white", linewidth=0.4)
        axes.margins(y=0.12)  # room for the mark's name
        _draw_mark(axes, mark)
        axes.set_xlabel(axis)
        axes.set_ylabel(count)
    return done[0]


def lines(
    curves: Sequence[Line],
    *,
    axes_names: tuple[str, str],
    says: str,
    mark: Mark | None = None,
    diagonal: bool = False,
) -> Figure:
    """Curves over common axes. `diagonal`: the line where both axes say the same, dotted."""
    with _drawing(says, height=3.0) as (axes, done):
        for place, curve in enumerate(curves):
            colour = PALETTE[place % len(PALETTE)]
            if curve.low:
                below = [y - low for y, low in zip(curve.y, curve.low, strict=True)]
                above = [high - y for y, high in zip(curve.y, curve.high, strict=True)]
                axes.errorbar(curve.x, curve.y, [below, above], fmt="o", markersize=3, color=colour, label=curve.name)
            else:
                axes.plot(curve.x, curve.y, color=colour, label=curve.name)
        if diagonal:
            most = max(max(*curve.x, *curve.y) for curve in curves)
            axes.plot([0, most], [0, most], color=FAINT, linestyle=":")
        _draw_mark(axes, mark)
        axes.set_xlabel(axes_names[0])
        axes.set_ylabel(axes_names[1])
        if len(curves) > 1:
            axes.figure.legend(loc="outside upper center", ncols=2)
    return done[0]


@contextmanager
def _drawing(says: str, height: float) -> Iterator[tuple[Axes, list[Figure]]]:
    """Axes to draw on; the figure is in the list when the context has ended."""
    done: list[Figure] = []
    with matplotlib.rc_context(STYLE):
        drawing = Drawing(figsize=(WIDTH, height), layout="constrained")
        yield drawing.add_subplot(), done
        written = io.StringIO()
        drawing.savefig(written, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    done.append(Figure(_inline(written.getvalue()), says))


def _inline(svg: str) -> str:
    """The <svg> element alone, without a size of its own (the page gives it its width) and without names such as
    patch_1, which the next chart on the page would have again.
    """
    element = re.sub(r' id="[^"]*_\d+"', "", svg[svg.index("<svg") :])
    head, rest = element.split(">", 1)
    return re.sub(r'\s(width|height)="[^"]*"', "", head) + ">" + rest


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), ["\n".join(_wrapped(label)) for label in labels])
    axes.invert_yaxis()


def _rows_height(labels: Sequence[str]) -> float:
    """Inches for rows of one height, in which the longest label has room."""
    most = max((len(_wrapped(label)) for label in labels), default=1)
    return len(labels) * max(0.32, 0.17 * most)


def _wrapped(label: str) -> list[str]:
    return textwrap.wrap(label, 34)


def _draw_mark(axes: Axes, mark: Mark | None) -> None:
    if mark is not None:
        axes.axvline(mark.at, color=INK, linestyle=":")
        axes.annotate(
            mark.name, (mark.at, 1), (4, -2), xycoords=("data", "axes fraction"), textcoords="offset points", va="top"
        )
