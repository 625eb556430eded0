"""One client's score as a waterfall: the start, what each reason takes and adds, worst first, and the score.

The numbers shown are whole points that add up to the score. It is drawn here in characters, for a terminal, and in
waterfall_picture for a letter or a screen.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from credit_scoring.explanation.points import whole_points
from credit_scoring.features.words import Language


@dataclass(frozen=True)
class Words:
    """What stands on a waterfall beside the sentences of reasons; `{n}` is a number."""

    start: str
    score: str
    points: str
    takes: str
    adds: str
    cut_off: str
    one_smaller: str
    smaller: str


WORDS: dict[Language, Words] = {
    "en": Words(
        start="Start: where clients are just approved",
        score="Score",
        points="points",
        takes="takes",
        adds="adds",
        cut_off="cut-off {n}",
        one_smaller="1 smaller reason",
        smaller="{n} smaller reasons together",
    ),
    "fr": Words(
        start="Départ : niveau des clients tout juste acceptés",
        score="Score",
        points="points",
        takes="retire",
        adds="ajoute",
        cut_off="seuil {n}",
        one_smaller="1 autre raison, de moindre poids",
        smaller="{n} autres raisons, de moindre poids",
    ),
}


@dataclass(frozen=True)
class Step:
    """A sentence and the whole points that it takes (below 0) or adds; the bar goes from `before` to `after`."""

    sentence: str
    points: int
    before: int
    after: int

    @property
    def signed(self) -> str:
        """The points as they are shown: +3, -12, 0."""
        return f"{self.points:+d}" if self.points else "0"


@dataclass(frozen=True)
class Waterfall:
    """The rows of a waterfall, in whole points: `start` and the steps add up to `score`.

    `cut_off`: the lowest approved score, where it shall be shown.
    """

    start: int
    steps: tuple[Step, ...]
    score: int
    cut_off: int | None
    words: Words

    @property
    def totals(self) -> tuple[int, ...]:
        """The points after the start and after each step."""
        return (self.start, *(step.after for step in self.steps))


def waterfall(
    start_points: float,
    parts: Sequence[tuple[str, float]],
    score: int,
    *,
    cut_off: int | None = None,
    smallest: float = 0.5,
    language: Language = "en",
) -> Waterfall:
    """The waterfall of a client.

    `parts`: sentence and points of each reason, any order; with `start_points` they add up to the points that `score`
    rounds (Fault otherwise). Reasons of fewer than `smallest` absolute points are gathered in one row.
    """
    words = WORDS[language]
    ordered = sorted(parts, key=lambda part: part[1])
    small = [points for _, points in ordered if abs(points) < smallest]
    rows = [part for part in ordered if abs(part[1]) >= smallest]
    if small:
        rows.append((words.smaller.format(n=len(small)) if len(small) > 1 else words.one_smaller, sum(small)))
    start, *whole = whole_points(np.array([start_points, *(points for _, points in rows)]), score).tolist()
    totals = list(accumulate([start, *whole]))
    steps = tuple(
        Step(sentence, points, before, after)
        for (sentence, _), points, before, after in zip(rows, whole, totals[:-1], totals[1:], strict=True)
    )
    return Waterfall(start, steps, score, cut_off, words)


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


def as_text(drawn: Waterfall, width: int = 96) -> str:
    """A waterfall in characters, without a line end after the last; `width`: columns, 80 to 100 look best.

    Each bar begins where the one above it ended.
    """
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
