"""Work on the store that nothing else may run beside: claimed, released when it fails, finished by running it again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from credit_scoring.intake.events import Claim, Purpose
from credit_scoring.intake.ledger import Ledger, Plan
from credit_scoring.storage.tables import Tables

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """Where an operator's command works: the tables, the ledger, this run's id, the clock, and minutes of a claim."""

    tables: Tables
    ledger: Ledger
    run_id: str
    clock: Callable[[], datetime]
    minutes: int

    @contextmanager
    def claimed(self, purpose: Purpose, plan: Plan, detail: str | None = None) -> Iterator[Claim | None]:
        """A claim for what `plan` finds to do, or the open one that an earlier run left; None: nothing is to do.

        RunActive while another run is at work. A run that fails inside releases the claim to the next one.
        """
        claim = self.ledger.claim(purpose, plan, self.run_id, self.clock(), self.minutes, detail=detail)
        try:
            yield claim
        except BaseException:
            if claim is not None:
                self._release(claim)
            raise

    def _release(self, claim: Claim) -> None:
        try:
            self.ledger.release(claim, self.clock())
        except Exception as error:  # what made the run fail matters more
            log.warning(
                "The claim stays until %s: the ledger cannot be written (%s)", claim.expires_at, type(error).__name__
            )
