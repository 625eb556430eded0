"""What every run works with: settings, engine, ledger, its own id, and a clock that remembers how long each step took.

A command makes one context and hands it on. What a function needs beside it (a model, a delivery, a client) is an
argument of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from credit_scoring.engines.engine import Engine
from credit_scoring.ledger.events import Claim, Purpose
from credit_scoring.ledger.ledger import Ledger, Plan
from credit_scoring.progress import doing
from credit_scoring.settings import Settings
from credit_scoring.storage.files import Folder


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


@dataclass(frozen=True)
class Context:
    """One run in one lender's store. `engine`, `ledger`: of its tables. `run_id`: stands on all that the run writes."""

    settings: Settings
    engine: Engine
    ledger: Ledger
    run_id: str
    watch: Stopwatch

    @property
    def landing(self) -> Folder:
        """Where deliveries arrive, each in a folder of its name."""
        return Folder(self.settings.landing, self.settings.storage)

    @property
    def published(self) -> Folder:
        """Where scores leave, each delivery's in a folder of its name."""
        return Folder(self.settings.published, self.settings.storage)

    @property
    def reports(self) -> Folder:
        """Where each run leaves its page."""
        return Folder(self.settings.reports, self.settings.storage)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.watch.now()

    def claim(
        self, purpose: Purpose, plan: Plan, model_version: int | None = None, detail: str | None = None
    ) -> Claim | None:
        """Claims for this run what `plan` finds to do; see `Ledger.claim`."""
        minutes = self.settings.intake.claim_minutes
        return self.ledger.claim(purpose, plan, self.run_id, self.now(), minutes, model_version, detail)

    def working(self, claim: Claim) -> AbstractContextManager[None]:
        """Work under a claim, which is released when the work fails."""
        return self.ledger.working(claim, self.watch.now)
