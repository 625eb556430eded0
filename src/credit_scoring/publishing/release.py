"""Letting a held delivery through: somebody has looked at it, and says why it may be published."""

from __future__ import annotations

from datetime import datetime

from credit_scoring.errors.usage import NOT_HELD
from credit_scoring.ledger.events import held, unpublished
from credit_scoring.ledger.ledger import Ledger


def clear(ledger: Ledger, delivery: str, reason: str, run_id: str, now: datetime) -> int:
    """Records that a held delivery may be published, and why, once; the model version whose scores were held.

    UsageError when it was never held, or is published or withdrawn already.
    """
    ledger.create()
    events = ledger.events()
    stopped = [event for event in events if event.event == "held" and event.delivery == delivery]
    waiting = {delivered.seq for delivered in unpublished(events)} | {event.seq for event in held(events)}
    if not stopped or stopped[-1].seq not in waiting:
        names = ", ".join(event.delivery for event in held(events)) or "none"
        raise NOT_HELD(delivery=delivery, held=names)
    latest = stopped[-1]
    ledger.note("cleared", latest.delivered, run_id, now, reason)
    return int(latest.model_version or 0)
