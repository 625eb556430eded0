"""Work on the store that nothing else may run beside: claimed, released when it fails, finished by running it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from credit_scoring.context import Context
from credit_scoring.ledger.events import Claim, Purpose
from credit_scoring.ledger.ledger import Plan
from credit_scoring.publishing.tables import check_writable


@contextmanager
def claimed(context: Context, purpose: Purpose, plan: Plan, detail: str | None = None) -> Iterator[Claim | None]:
    """A claim for what `plan` finds to do, or the open one that an earlier run left; None: nothing is to do.

    RunActive while another run is at work. A run that fails inside releases the claim to the next one. UsageError
    before anything is claimed, when a table has to be made anew first; only `maintain` on Spark does that.
    """
    if purpose != "maintain" or context.engine.name == "local":
        check_writable(context.engine)
    context.ledger.create()
    claim = context.claim(purpose, plan, detail=detail)
    if claim is None:
        yield None
        return
    with context.working(claim):
        yield claim
