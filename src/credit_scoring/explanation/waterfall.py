"""One client's score as a text waterfall: the start, what each reason takes and adds, worst first, and the score.

The numbers printed are whole points that add up to the score. Each bar begins where the one above it ended.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from credit_scoring.explanation.points import whole_points

NUMBER = 6
"""Columns of a number, sign included."""
TAKES, ADDS, STANDS = "█", "▒", "━"
CUT_OFF = "┊"


@dataclass(frozen=True)
class _Axis:
    """Points along a line of `columns` characters."""

    low: float
    high: float
    columns: int
    cut_off: int | None

    def bar(self, start: float, end: float, character: str) -> str:
        """A line with a bar between two numbers of points, at least one character wide unless they are the same."""
        first, last = sorted((self._column(start), self._column(end)))
        cells = [" "] * self.columns
        if self.cut_off is not None:
            cells[min(self._column(self.cut_off), self.columns - 1)] = CUT_OFF
        if start != end:
            first = min(first, self.columns - 1)
            last = max(last, first + 1)
            cells[first:last] = character * (last - first)
        return "".join(cells).rstrip()

    def _column(self, points: float) -> int:
        return round((points - self.low) / (self.high - self.low) * self.columns)


def waterfall(
    start_points: float,
    parts: Sequence[tuple[str, float]],
    score: int,
    *,
    cut_off: int | None = None,
    smallest: float = 0.5,
    width: int = 96,
) -> str:
    """The lines of the waterfall, without a line end after the last.

    `parts`: sentence and points of each reason, any order; with `start_points` they add up to the points that `score`
    rounds (Fault otherwise). Reasons of fewer than `smallest` absolute points are gathered in one line. `cut_off`: the
    lowest approved score, drawn as a dotted line. `width`: columns of the page, 80 to 100 look best.
    """
    label = min(48, width // 2)
    ordered = sorted(parts, key=lambda part: part[1])
    small = [points for _, points in ordered if abs(points) < smallest]
    rows = [part for part in ordered if abs(part[1]) >= smallest]
    if small:
        rows.append((f"{len(small)} smaller reasons together" if len(small) > 1 else "1 smaller reason", sum(small)))
    start, *steps = whole_points(np.array([start_points, *(points for _, points in rows)]), score).tolist()

    totals = np.cumsum([start, *steps]).tolist()
    axis = _axis([*totals, *([] if cut_off is None else [cut_off])], width - label - NUMBER - 2, cut_off)
    lines = [_legend(cut_off, label)]
    lines += _row("Start: where clients are just approved", f"{start}", axis.bar(axis.low, start, STANDS), label)
    for (sentence, _), step, before, after in zip(rows, steps, totals[:-1], totals[1:], strict=True):
        bar = axis.bar(before, after, TAKES if step < 0 else ADDS)
        lines += _row(sentence, f"{step:+d}" if step else "0", bar, label)
    lines.append(" " * label + "─" * NUMBER)
    lines += _row("Score", f"{score}", axis.bar(axis.low, score, STANDS), label)
    return "\n".join(line.rstrip() for line in lines)


def _axis(values: Sequence[float], columns: int, cut_off: int | None) -> _Axis:
    """An axis with room for all values, and a little to the left, where the bars of start and score begin."""
    low, high = min(values), max(values)
    room = max(high - low, 10) * 0.1
    return _Axis(low - room, high + room / 2, columns, cut_off)


def _row(sentence: str, number: str, bar: str, label: int) -> list[str]:
    """A sentence with its number and bar; a long sentence goes on below, indented."""
    first, *more = textwrap.wrap(sentence, label - 1, subsequent_indent="  ") or [""]
    return [f"{first:<{label}}{number:>{NUMBER}}  {bar}", *more]


def _legend(cut_off: int | None, label: int) -> str:
    marks = [f"{TAKES} takes", f"{ADDS} adds"] + ([] if cut_off is None else [f"{CUT_OFF} cut-off {cut_off}"])
    return f"{'':<{label}}{'points':>{NUMBER}}  {'   '.join(marks)}"
