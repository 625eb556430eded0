"""How long each step of a run takes: measured by the run itself, shown in its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from credit_scoring.progress import doing


@dataclass
class Stopwatch:
    """A clock that remembers the seconds of each named step; those of a step that comes again are added up."""

    now: Callable[[], datetime]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures what runs inside, also when it fails."""
        start = self.now()
        try:
            with doing(name):
                yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + (self.now() - start).total_seconds()
