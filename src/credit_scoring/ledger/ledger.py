"""The ledger: a log of events in the Delta table `deliveries`, and the claims that keep two runs apart.

Rows of a delivery are visible when the ledger holds its `accepted` event; its tables cannot commit together, so this
one commit decides. A **claim** is a compare and swap on the number of claims so far: of two runs that append claim
n + 1, one wins. A claim that expired, that a failing run released, or whose run died on this machine is taken over with
its id, deliveries and seqs as they are, because every commit of a claim is idempotent under the claim's id.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors import RunActive
from credit_scoring.errors.deliveries import CLAIM_CONTESTED, CLAIM_HELD, WITHDRAWAL_UNFINISHED
from credit_scoring.ledger.events import (
    DELIVERIES,
    PURPOSES,
    TABLE,
    Claim,
    Delivered,
    Event,
    FileAccount,
    LedgerEvent,
    Purpose,
    accepted,
    claims,
    event_of,
    exclusive,
    from_frame,
    half_withdrawn,
    open_claim,
    to_frame,
    unpublished,
)
from credit_scoring.ledger.lease import is_gone

log = logging.getLogger(__name__)
_ATTEMPTS = 5

Plan = Callable[[Sequence[LedgerEvent]], Sequence[Delivered]]
"""What there is to do, according to the ledger's events."""


@dataclass(frozen=True)
class Ledger:
    """The events of all deliveries. Reading is one small table; every append is exactly once.

    `holder`: the processes of this run, for its claims; None where nobody could look for them (see ledger.lease).
    """

    engine: Engine
    holder: str | None = None
    _read: dict[str, list[LedgerEvent]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The events as they were read last, by the commit that was the newest before they were read."""
    _known: list[LedgerEvent] = field(default_factory=list, init=False, repr=False, compare=False)
    """The events when this ledger's latest claim was won, and what was recorded since; see `events`."""
    _works: list[Claim] = field(default_factory=list, init=False, repr=False, compare=False)
    """Claims that are being worked under."""

    def create(self) -> None:
        """Creates the ledger's table unless it exists."""
        self.engine.create(DELIVERIES)

    def events(self) -> list[LedgerEvent]:
        """All events, oldest first. Their number follows the deliveries, not the clients.

        They are asked for again and again, between steps at which another run may have come in, and read only after
        something was committed. In a catalog, where that is not known without reading, work under a claim goes by what
        was there when the claim was won, and by what it recorded itself: nobody else changes what it rests on.
        """
        newest = self.engine.newest_commit(TABLE)
        if newest is None and self._works:
            return list(self._known)
        return self._fresh(newest)

    def _fresh(self, newest: str | None) -> list[LedgerEvent]:
        events = self._read.get(newest) if newest is not None else None
        if events is None:
            events = from_frame(self.engine.scan(Scan(TABLE, self._columns())))
            if newest is not None:
                self._read.clear()
                self._read[newest] = events
        return list(events)

    def _columns(self) -> tuple[str, ...]:
        """Those of DELIVERIES that the table has: an earlier release's has fewer until something is written."""
        held = set(self.engine.columns(TABLE))
        return tuple(name for name in DELIVERIES.names if name in held)

    def accepted(self) -> tuple[Delivered, ...]:
        """The deliveries whose rows are visible: accepted and not withdrawn, by seq."""
        return accepted(self.events())

    def unpublished(self) -> tuple[Delivered, ...]:
        """Accepted deliveries without a published CSV, by seq."""
        return unpublished(self.events())

    def claim(
        self,
        purpose: Purpose,
        plan: Plan,
        run_id: str,
        now: datetime,
        minutes: int,
        model_version: int | None = None,
        detail: str | None = None,
    ) -> Claim | None:
        """Claims what `plan` finds to do for this run, or takes over a claim of the same purpose that expired or whose
        run has died; None when there is nothing to do.

        `plan` is asked again whenever another run's claim came in between, so that what is claimed and its seqs follow
        from the very events that the claim is swapped against. A claim taken over keeps its id, deliveries, seqs, model
        version and detail. RunActive when another run holds a claim that has not expired, of this purpose or of
        one that is not worked for at the same time (events.exclusive).
        """
        for _ in range(_ATTEMPTS):
            events = self._fresh(self.engine.newest_commit(TABLE))
            for other in PURPOSES:
                active = open_claim(events, other) if exclusive(purpose, other) else None
                if active is not None and active.expires_at > now and not is_gone(active.holder):
                    raise _active(active)
            if purpose != "withdraw" and (half := half_withdrawn(events)) is not None:
                raise _unfinished(half, events)
            held = open_claim(events, purpose)
            deliveries = held.deliveries if held else tuple(plan(events))
            if not deliveries:
                return None
            claim = Claim(
                claim_id=held.claim_id if held else uuid.uuid4().hex,
                number=1 + claims(events),
                purpose=purpose,
                run_id=run_id,
                deliveries=deliveries,
                expires_at=now + timedelta(minutes=minutes),
                model_version=held.model_version if held else model_version,
                detail=held.detail if held else detail,
                holder=self.holder,
            )
            if self._swap(claim, now):
                return claim
        raise CLAIM_CONTESTED()

    def _swap(self, claim: Claim, now: datetime) -> bool:
        """Appends claim number n; False when another run appended n first."""
        rights = {"expires_at": claim.expires_at, "holder": claim.holder, "message": claim.detail}
        rows = [event_of(claim, "claimed", delivered, now, **rights) for delivered in claim.deliveries]
        self.engine.append(TABLE, to_frame(rows), app_id="ledger", version=claim.number)
        # Of those that append the same number the first one's rows land: look whose they are.
        events = self._fresh(self.engine.newest_commit(TABLE))
        self._known[:] = events
        winner = [e for e in events if e.event == "claimed" and e.claim_number == claim.number]
        return bool(winner) and winner[0].run_id == claim.run_id

    def record(
        self,
        claim: Claim,
        event: Event,
        delivered: Delivered,
        now: datetime,
        *,
        message: str | None = None,
        rows: int | None = None,
        path: str | None = None,
        sha256: str | None = None,
        files: Sequence[FileAccount] = (),
        origins: Sequence[int] = (),
    ) -> None:
        """Appends an event of a claimed delivery, once however often it is called for the same claim."""
        told: dict[str, Any] = {"message": message, "rows": rows, "path": path, "sha256": sha256, "files": tuple(files)}
        if origins:
            told["origins"] = tuple(origins)
        self.record_all(claim, event, {delivered: told}, now)

    def record_all(
        self, claim: Claim, event: Event, told: Mapping[Delivered, Mapping[str, Any]], now: datetime
    ) -> None:
        """Appends the same event of many claimed deliveries, in one commit; `told`: what each row says besides.

        Once however often it is called for the same claim: no delivery is in two sets of a claim that are recorded.
        """
        if not told:
            return
        rows = [event_of(claim, event, delivered, now, **more) for delivered, more in told.items()]
        first = min(delivered.seq for delivered in told)
        self.engine.append(TABLE, to_frame(rows), app_id=f"ledger/{claim.claim_id}/{event}/{first}")
        # What an earlier run of the claim recorded did not land again.
        there = {(each.claim_id, each.event, each.seq, each.delivery) for each in self._known}
        self._known.extend(each for each in rows if (each.claim_id, each.event, each.seq, each.delivery) not in there)

    def note(self, event: Event, delivered: Delivered, run_id: str, now: datetime, message: str) -> None:
        """Appends an event of a delivery that nobody has to claim, once a delivery."""
        unclaimed = Claim("", 0, "score", run_id, (delivered,), now)
        self.record(unclaimed, event, delivered, now, message=message)

    @contextmanager
    def working(self, claim: Claim, clock: Callable[[], datetime]) -> Iterator[None]:
        """Work under a claim; when it fails, the claim is released if the ledger can be written."""
        self._works.append(claim)
        try:
            yield
        except BaseException:
            try:
                self.release(claim, clock())
            except Exception as error:  # what made the run fail matters more, and a claim expires by itself
                log.warning(
                    "The claim stays until %s: the ledger cannot be written (%s)",
                    claim.expires_at, type(error).__name__,
                )  # fmt: skip
            raise
        finally:
            self._works.remove(claim)

    def release(self, claim: Claim, now: datetime) -> None:
        """Lets the next run take the claim over at once: called by a run that fails in an orderly way."""
        rows = [event_of(claim, "released", delivered, now) for delivered in claim.deliveries]
        self.engine.append(TABLE, to_frame(rows), app_id=f"ledger/{claim.claim_id}/released/{claim.number}")


def _unfinished(half: Claim, events: Sequence[LedgerEvent]) -> RunActive:
    names = {event.seq: event.delivery for event in events if event.event == "accepted"}
    return WITHDRAWAL_UNFINISHED(delivery=", ".join(names[seq] for seq in half.deliveries[0].origins))


def _active(held: Claim) -> RunActive:
    names = ", ".join(delivered.name for delivered in held.deliveries[:3])
    more = f" and {len(held.deliveries) - 3} more" if len(held.deliveries) > 3 else ""
    return CLAIM_HELD(run=held.run_id, deliveries=f"{names}{more}", ends=held.expires_at)
