"""Work on the store that nothing else may run beside: claimed, released when it fails, finished by running it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from credit_scoring.engines.engine import Engine
from credit_scoring.ledger.events import Claim, Purpose
from credit_scoring.ledger.ledger import Ledger, Plan
from credit_scoring.publishing.tables import check_writable


@dataclass(frozen=True)
class OperatorContext:
    """Where an operator's command works: the tables' engine, the ledger, this run's id, the clock, and minutes of a
    claim."""

    engine: Engine
    ledger: Ledger
    run_id: str
    clock: Callable[[], datetime]
    minutes: int

    @contextmanager
    def claimed(self, purpose: Purpose, plan: Plan, detail: str | None = None) -> Iterator[Claim | None]:
        """A claim for what `plan` finds to do, or the open one that an earlier run left; None: nothing is to do.

        RunActive while another run is at work. A run that fails inside releases the claim to the next one. UsageError
        before anything is claimed, when a table has to be made anew first; only `maintain` on Spark does that.
        """
        if purpose != "maintain" or self.engine.name == "local":
            check_writable(self.engine)
        self.ledger.create()
        claim = self.ledger.claim(purpose, plan, self.run_id, self.clock(), self.minutes, detail=detail)
        if claim is None:
            yield None
            return
        with self.ledger.working(claim, self.clock):
            yield claim
