"""What the ledger's events say: which deliveries are accepted, which claim is open. Functions of rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pyspark.sql import Row

from credit_scoring.schema.stored import StoredColumn, StoredTable

TABLE = "deliveries"
Purpose = Literal["intake", "score"]
Event = Literal["claimed", "released", "accepted", "refused", "published", "withdrawn"]

FILE_COUNTS = (
    "STRUCT<file: STRING, table: STRING, bytes: BIGINT, sha256: STRING, records: BIGINT, accepted: BIGINT, "
    "duplicates: BIGINT, quarantined: BIGINT, cells_missing: BIGINT, unknown_columns: ARRAY<STRING>>"
)
DELIVERIES = StoredTable(
    TABLE,
    "The ledger: what happened to each delivery, an event a row; rows of a delivery are visible once it is accepted",
    (
        StoredColumn("event", "STRING", "What happened: claimed, released, accepted, refused, published, withdrawn"),
        StoredColumn("delivery", "STRING", "Name of the delivery"),
        StoredColumn("seq", "BIGINT", "Place of the delivery in the order of deliveries, from 1"),
        StoredColumn("at", "TIMESTAMP", "When it happened"),
        StoredColumn("run_id", "STRING", "The run that did it"),
        StoredColumn("claim_id", "STRING", "The piece of work that it belongs to; stays when another run takes over"),
        StoredColumn("claim_number", "BIGINT", "Number of the claim, counted over all claims"),
        StoredColumn("purpose", "STRING", "What the work was claimed for: intake, score"),
        StoredColumn("expires_at", "TIMESTAMP", "When another run may take the claim over (claimed)"),
        StoredColumn("model_version", "INT", "The model version that the work was claimed with"),
        StoredColumn("manifest_sha256", "STRING", "Identifies the delivery's bytes"),
        StoredColumn("message", "STRING", "Why the delivery was refused"),
        StoredColumn("rows", "BIGINT", "Clients in the published file"),
        StoredColumn("path", "STRING", "Where the published file is"),
        StoredColumn("sha256", "STRING", "Of the published file"),
        StoredColumn("files", f"ARRAY<{FILE_COUNTS}>", "The account of each of the delivery's files (accepted)"),
        StoredColumn("holder", "STRING", "The run's processes, where the next run can see whether they live (claimed)"),
    ),
)
_CLOSING: dict[str, tuple[str, ...]] = {"intake": ("accepted", "refused"), "score": ("published",)}


@dataclass(frozen=True)
class Delivered:
    """A delivery with its place in the order of deliveries; `manifest_sha256` identifies its bytes."""

    name: str
    seq: int
    manifest_sha256: str = ""


@dataclass(frozen=True)
class Claim:
    """The right of one run to do one piece of work until `expires_at`. `claim_id` survives a take-over.

    `holder`: the run's processes, where they can be looked for (see intake.holder).
    """

    claim_id: str
    number: int
    purpose: Purpose
    run_id: str
    deliveries: tuple[Delivered, ...]
    expires_at: datetime
    model_version: int | None = None
    holder: str | None = None

    @property
    def seqs(self) -> list[int]:
        """The seqs of the claimed deliveries, ascending."""
        return sorted(delivered.seq for delivered in self.deliveries)


def accepted(events: Sequence[Row]) -> tuple[Delivered, ...]:
    """The deliveries whose rows are visible: accepted and not withdrawn, by seq."""
    withdrawn = {event.seq for event in events if event.event == "withdrawn"}
    found = {
        event.seq: Delivered(event.delivery, event.seq, event.manifest_sha256)
        for event in events
        if event.event == "accepted" and event.seq not in withdrawn
    }
    return tuple(found[seq] for seq in sorted(found))


def unpublished(events: Sequence[Row]) -> tuple[Delivered, ...]:
    """Accepted deliveries without a published CSV, by seq."""
    published = {event.seq for event in events if event.event == "published"}
    return tuple(delivered for delivered in accepted(events) if delivered.seq not in published)


def verdicts(events: Sequence[Row]) -> dict[tuple[str, str], str]:
    """(delivery, manifest sha256) -> "accepted" or "refused": bytes that need no second look."""
    return {
        (event.delivery, event.manifest_sha256): event.event
        for event in events
        if event.event in ("accepted", "refused")
    }


def next_seq(events: Sequence[Row]) -> int:
    """The seq of the next delivery that is claimed; seqs start at 1 and are never used twice."""
    return 1 + max((event.seq for event in events), default=0)


def claims(events: Sequence[Row]) -> int:
    """How many claims there have been: the number that the next one is swapped against."""
    return max((event.claim_number for event in events if event.event == "claimed"), default=0)


def open_claim(events: Sequence[Row], purpose: Purpose) -> Claim | None:
    """The latest claim of the purpose while a delivery of it is unfinished, with those that are.

    One that was released has expired.
    """
    claimed = [event for event in events if event.event == "claimed" and event.purpose == purpose]
    if not claimed:
        return None
    number = max(event.claim_number for event in claimed)
    latest = [event for event in claimed if event.claim_number == number]
    claim_id = latest[0].claim_id
    closed = {e.seq for e in events if e.claim_id == claim_id and e.event in _CLOSING[purpose]}
    unfinished = sorted((event for event in latest if event.seq not in closed), key=lambda event: event.seq)
    if not unfinished:
        return None
    released = any(event.event == "released" and event.claim_number == number for event in events)
    return Claim(
        claim_id=claim_id,
        number=number,
        purpose=purpose,
        run_id=latest[0].run_id,
        deliveries=tuple(Delivered(event.delivery, event.seq, event.manifest_sha256) for event in unfinished),
        expires_at=datetime.min.replace(tzinfo=UTC) if released else latest[0].expires_at.astimezone(UTC),
        model_version=latest[0].model_version,
        holder=latest[0].holder,
    )


def row_of(claim: Claim, event: Event, delivered: Delivered, now: datetime, **more: Any) -> tuple[Any, ...]:
    """An event of a claimed delivery, in the order of DELIVERIES; `more` gives the columns that the claim does not."""
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
    return tuple(values.get(name) for name in DELIVERIES.names)
