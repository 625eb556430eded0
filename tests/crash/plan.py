"""Which moments a run is killed at, from what an undisturbed run told of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Passed = Sequence[tuple[float, str]]
"""Seconds and names of the moments of a run, in its order (see moments)."""

_STAGES = {"create": ("committing",), "write": ("writing",)}
_BOTH_STAGES = ("writing", "committing")


@dataclass(frozen=True)
class Moment:
    """When a run is killed: at a moment that it tells of, or so many seconds after it."""

    name: str
    seconds_later: float = 0.0

    def __str__(self) -> str:
        return f"{self.name} + {self.seconds_later:.3f} s" if self.seconds_later else self.name


def bounds(passed: Passed) -> list[Moment]:
    """The bounds of every commit and step, and the inside of every commit.

    Bounds with no commit between them leave the same behind, because all that a process only knows dies with it: the
    last before the next commit ends stands for them all.
    """
    names = [name for _, name in passed]
    found = []
    for name, following in pairwise([*names, "after the end"]):
        if following.startswith("after "):
            found.append(Moment(name))
        if name.startswith("before "):
            commit = name.removeprefix("before ")
            stages = _STAGES.get(commit.split()[0], _BOTH_STAGES)
            found += [Moment(f"{stage} {commit}") for stage in stages]
    return found


def while_claimed(passed: Passed) -> Passed:
    """A run until it gives its claim back: whoever repeats a command after that asks for something else."""
    released = max(at for at, (_, name) in enumerate(passed) if name.startswith("before append tables/deliveries"))
    return passed[: released + 1]


def at_random(passed: Passed, count: int, seed: int) -> list[Moment]:
    """Moments spread over a run's time from when it does anything, each as so long after the last one told of.

    So told, a moment falls into the same part of a run that is slower or faster than the one measured.
    """
    start, end = passed[0][0], passed[-1][0]
    draw = random.Random(seed)
    found = []
    for place in range(count):
        at = start + (place + draw.random()) / count * (end - start)
        seconds, name = max(each for each in passed if each[0] <= at)
        found.append(Moment(name, round(at - seconds, 3)))
    return found
