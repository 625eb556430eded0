"""One client's score as a waterfall: the start, what each reason takes and adds, worst first, and the score.

The numbers shown are whole points that add up to the score. How they are drawn stands in waterfall_text and
waterfall_picture.
"""

from __future__ import annotations

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
