"""A waterfall in characters, for a terminal. Each bar begins where the one above it ended."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from credit_scoring.explanation.waterfall import Waterfall

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


def text(drawn: Waterfall, width: int = 96) -> str:
    """The lines of a waterfall, without a line end after the last; `width`: columns, 80 to 100 look best."""
    label, words, cut_off = min(48, width // 2), drawn.words, drawn.cut_off
    axis = _axis([*drawn.totals, *([] if cut_off is None else [cut_off])], width - label - NUMBER - 2, cut_off)
    lines = [_legend(drawn, label)]
    lines += _row(words.start, f"{drawn.start}", axis.bar(axis.low, drawn.start, STANDS), label)
    for step in drawn.steps:
        bar = axis.bar(step.before, step.after, TAKES if step.points < 0 else ADDS)
        lines += _row(step.sentence, step.signed, bar, label)
    lines.append(" " * label + "─" * NUMBER)
    lines += _row(words.score, f"{drawn.score}", axis.bar(axis.low, drawn.score, STANDS), label)
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


def _legend(drawn: Waterfall, label: int) -> str:
    words = drawn.words
    marks = [f"{TAKES} {words.takes}", f"{ADDS} {words.adds}"]
    if drawn.cut_off is not None:
        marks.append(f"{CUT_OFF} {words.cut_off.format(n=drawn.cut_off)}")
    return f"{'':<{label}}{words.points:>{NUMBER}}  {'   '.join(marks)}"
