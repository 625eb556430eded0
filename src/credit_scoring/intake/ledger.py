"""The ledger: a log of events in the Delta table `deliveries`, and the claims that keep two runs apart.

Rows of a delivery are visible when the ledger holds its `accepted` event; eight tables cannot commit together, so this
one commit decides. A **claim** is a compare and swap on the number of claims so far: of two runs that append claim
n + 1, one wins. A claim that expired (or was released by a run that failed) is taken over with its id, deliveries and
seqs as they are, because every commit of a claim is idempotent under the claim's id.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pyspark.sql import Row

from credit_scoring.errors import RunActive
from credit_scoring.storage.tables import Tables

TABLE = "deliveries"
Purpose = Literal["intake", "score"]
Event = Literal["claimed", "released", "accepted", "refused", "published", "withdrawn"]

FILE_COUNTS = (
    "STRUCT<file: STRING, table: STRING, bytes: BIGINT, sha256: STRING, records: BIGINT, accepted: BIGINT, "
    "duplicates: BIGINT, quarantined: BIGINT, cells_missing: BIGINT, unknown_columns: ARRAY<STRING>>"
)
COLUMNS = {
    "event": "STRING",
    "delivery": "STRING",
    "seq": "BIGINT",
    "at": "TIMESTAMP",
    "run_id": "STRING",
    "claim_id": "STRING",
    "claim_number": "BIGINT",
    "purpose": "STRING",
    "expires_at": "TIMESTAMP",
    "model_version": "INT",
    "manifest_sha256": "STRING",
    "message": "STRING",
    "rows": "BIGINT",
    "path": "STRING",
    "sha256": "STRING",
    "files": f"ARRAY<{FILE_COUNTS}>",
}
_SCHEMA = ", ".join(f"`{name}` {sql}" for name, sql in COLUMNS.items())
_CLOSING: dict[str, tuple[str, ...]] = {"intake": ("accepted", "refused"), "score": ("published",)}
_ATTEMPTS = 5


@dataclass(frozen=True)
class Delivered:
    """A delivery with its place in the order of deliveries; `manifest_sha256` identifies its bytes."""

    name: str
    seq: int
    manifest_sha256: str = ""


@dataclass(frozen=True)
class Claim:
    """The right of one run to do one piece of work until `expires_at`. `claim_id` survives a take-over."""

    claim_id: str
    number: int
    purpose: Purpose
    run_id: str
    deliveries: tuple[Delivered, ...]
    expires_at: datetime
    model_version: int | None = None

    @property
    def seqs(self) -> list[int]:
        """The seqs of the claimed deliveries, ascending."""
        return sorted(delivered.seq for delivered in self.deliveries)


@dataclass(frozen=True)
class Ledger:
    """The events of all deliveries. Reading is one small table; every append is exactly once."""

    tables: Tables

    def create(self) -> None:
        """Creates the ledger's table unless it exists."""
        self.tables.create(TABLE, COLUMNS, comment="Events of deliveries: claimed, accepted, refused, published, ...")

    def events(self) -> list[Row]:
        """All events, oldest first. Their number follows the deliveries, not the clients."""
        events = self.tables.read(TABLE).collect()
        return sorted(events, key=lambda event: (event.at, event.claim_number, event.seq, event.event))

    def accepted(self) -> tuple[Delivered, ...]:
        """The deliveries whose rows are visible: accepted and not withdrawn, by seq."""
        return _accepted(self.events())

    def unpublished(self) -> tuple[Delivered, ...]:
        """Accepted deliveries without a published CSV, by seq."""
        events = self.events()
        published = {event.seq for event in events if event.event == "published"}
        return tuple(delivered for delivered in _accepted(events) if delivered.seq not in published)

    def verdicts(self) -> dict[tuple[str, str], Row]:
        """(delivery, manifest sha256) -> its accepted or refused event: bytes that need no second look."""
        return {
            (event.delivery, event.manifest_sha256): event
            for event in self.events()
            if event.event in ("accepted", "refused")
        }

    def next_seq(self) -> int:
        """The seq that the next claimed delivery gets; seqs start at 1 and are never used twice."""
        return 1 + max((event.seq for event in self.events() if event.seq is not None), default=0)

    def open_claim(self, purpose: Purpose) -> Claim | None:
        """The claim of this purpose that has unfinished deliveries, if any; its expiry may have passed."""
        return _open_claim(self.events(), purpose)

    def claim(
        self,
        purpose: Purpose,
        deliveries: Sequence[Delivered],
        run_id: str,
        now: datetime,
        minutes: int,
        model_version: int | None = None,
    ) -> Claim:
        """Claims the deliveries for this run, or takes an expired claim of the same purpose over.

        A claim taken over keeps its id, deliveries, seqs and model version: look at what is returned, not at what was
        asked for. RunActive when another run holds a claim that has not expired.
        """
        for _ in range(_ATTEMPTS):
            events = self.events()
            number = 1 + max((event.claim_number for event in events if event.event == "claimed"), default=0)
            held = _open_claim(events, purpose)
            if held is not None and held.expires_at > now:
                raise RunActive(_active(held))
            claim = Claim(
                claim_id=held.claim_id if held else uuid.uuid4().hex,
                number=number,
                purpose=purpose,
                run_id=run_id,
                deliveries=held.deliveries if held else tuple(deliveries),
                expires_at=now + timedelta(minutes=minutes),
                model_version=held.model_version if held else model_version,
            )
            if self._swap(claim, now):
                return claim
        raise RunActive(
            "Several runs start at the same moment and none gets its turn: start this one again in a minute."
        )

    def _swap(self, claim: Claim, now: datetime) -> bool:
        """Appends claim number n; False when another run appended n first."""
        rows = [
            self._row(claim, "claimed", delivered, now, expires_at=claim.expires_at) for delivered in claim.deliveries
        ]
        frame = self.tables.spark.createDataFrame(rows, _SCHEMA)
        try:
            self.tables.append(TABLE, frame, app_id="ledger", version=claim.number)
        except Exception as error:  # its class differs between classic Spark and Spark Connect
            if "ConcurrentTransaction" not in str(error):
                raise
            return False
        # A writer that starts after the winner committed is skipped silently: look whose claim it is.
        winner = [e for e in self.events() if e.event == "claimed" and e.claim_number == claim.number]
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
        files: Sequence[Row] | None = None,
    ) -> None:
        """Appends an event of a claimed delivery, once however often it is called for the same claim."""
        row = self._row(claim, event, delivered, now, message=message, rows=rows, path=path, sha256=sha256, files=files)
        frame = self.tables.spark.createDataFrame([row], _SCHEMA)
        self.tables.append(TABLE, frame, app_id=f"ledger/{claim.claim_id}/{event}/{delivered.seq}")

    def release(self, claim: Claim, now: datetime) -> None:
        """Lets the next run take the claim over at once: called by a run that fails in an orderly way."""
        frame = self.tables.spark.createDataFrame(
            [self._row(claim, "released", delivered, now) for delivered in claim.deliveries], _SCHEMA
        )
        self.tables.append(TABLE, frame, app_id=f"ledger/{claim.claim_id}/released/{claim.number}")

    @staticmethod
    def _row(claim: Claim, event: Event, delivered: Delivered, now: datetime, **more: Any) -> tuple[Any, ...]:
        values = {
            "event": event,
            "delivery": delivered.name,
            "seq": delivered.seq,
            "at": now,
            "run_id": claim.run_id,
            "claim_id": claim.claim_id,
            "claim_number": claim.number,
            "purpose": claim.purpose,
            "model_version": claim.model_version,
            "manifest_sha256": delivered.manifest_sha256,
            **more,
        }
        return tuple(values.get(name) for name in COLUMNS)


def _accepted(events: Sequence[Row]) -> tuple[Delivered, ...]:
    withdrawn = {event.seq for event in events if event.event == "withdrawn"}
    found = {
        event.seq: Delivered(event.delivery, event.seq, event.manifest_sha256)
        for event in events
        if event.event == "accepted" and event.seq not in withdrawn
    }
    return tuple(found[seq] for seq in sorted(found))


def _open_claim(events: Sequence[Row], purpose: Purpose) -> Claim | None:
    claimed = [event for event in events if event.event == "claimed" and event.purpose == purpose]
    if not claimed:
        return None
    number = max(event.claim_number for event in claimed)
    latest = [event for event in claimed if event.claim_number == number]
    claim_id = latest[0].claim_id
    closed = {e.seq for e in events if e.claim_id == claim_id and e.event in _CLOSING[purpose]}
    if all(event.seq in closed for event in latest):
        return None
    released = any(event.event == "released" and event.claim_number == number for event in events)
    return Claim(
        claim_id=claim_id,
        number=number,
        purpose=purpose,
        run_id=latest[0].run_id,
        deliveries=tuple(
            Delivered(event.delivery, event.seq, event.manifest_sha256) for event in sorted(latest, key=lambda e: e.seq)
        ),
        expires_at=datetime.min.replace(tzinfo=UTC) if released else latest[0].expires_at.astimezone(UTC),
        model_version=latest[0].model_version,
    )


def _active(held: Claim) -> str:
    names = ", ".join(delivered.name for delivered in held.deliveries[:3])
    more = f" and {len(held.deliveries) - 3} more" if len(held.deliveries) > 3 else ""
    return (
        f"Another run ({held.run_id}) is at work on {names}{more}; its claim ends at "
        f"{held.expires_at:%Y-%m-%d %H:%M} UTC. Wait for it; if that run is dead, the next run after that takes over."
    )
