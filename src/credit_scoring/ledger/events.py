"""What the ledger's events say: which deliveries are accepted, which claim is open. Functions of rows alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import polars as pl

from credit_scoring.ledger.operator_deliveries import of_earlier_release
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.stored import StoredColumn, StoredTable

TABLE = "deliveries"
Purpose = Literal["intake", "score", "rescore", "withdraw", "requeue", "forget", "maintain"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ALONE: frozenset[Purpose] = frozenset({"withdraw", "requeue", "forget", "maintain"})
"""What is done while nothing else is at work: it changes what others rest on, or removes files that they read."""
_MERGING: frozenset[Purpose] = frozenset({"score", "rescore"})
"""What merges into the table of latest scores, where two merges at once would be in each other's way."""
Event = Literal[
    "claimed", "released", "accepted", "refused", "published", "rescored", "withdrawn", "held", "cleared", "erased",
    "maintained",
]  # fmt: skip

FILE_COUNTS = (
    "STRUCT<file: STRING, table: STRING, bytes: BIGINT, sha256: STRING, records: BIGINT, accepted: BIGINT, "
    "duplicates: BIGINT, quarantined: BIGINT, cells_missing: BIGINT, unknown_columns: ARRAY<STRING>>"
)
READ_AS = "STRUCT<file: STRING, format: STRING, blank_records: BIGINT, empty_columns: BIGINT, padding: BIGINT>"
UNREAD = "STRUCT<table: STRING, column: STRING, becomes: STRING, rule: STRING, text: STRING, cells: BIGINT>"
REFERRING = "STRUCT<table: STRING, column: STRING, becomes: STRING, rule: STRING, clients: BIGINT>"
DELIVERIES = StoredTable(
    TABLE,
    "The ledger: what happened to each delivery, an event a row; rows of a delivery are visible once it is accepted",
    (
        StoredColumn("event", "STRING", f"What happened: {', '.join(get_args(Event))}"),
        StoredColumn("delivery", "STRING", "Name of the delivery, or of the rescore"),
        StoredColumn("seq", "BIGINT", "Place of the delivery in the order of deliveries, from 1"),
        StoredColumn("at", "TIMESTAMP", "When it happened"),
        StoredColumn("run_id", "STRING", "The run that did it"),
        StoredColumn("claim_id", "STRING", "The piece of work that it belongs to; stays when another run takes over"),
        StoredColumn("claim_number", "BIGINT", "Number of the claim, counted over all claims"),
        StoredColumn("purpose", "STRING", f"What the work was claimed for: {', '.join(PURPOSES)}"),
        StoredColumn("expires_at", "TIMESTAMP", "When another run may take the claim over (claimed)"),
        StoredColumn("model_version", "INT", "The model version that the work was claimed with"),
        StoredColumn("manifest_sha256", "STRING", "Identifies the delivery's bytes"),
        StoredColumn(
            "message", "STRING", "Why the delivery was refused, held, let through or withdrawn; what was asked or done"
        ),
        StoredColumn("rows", "BIGINT", "Clients in the published file"),
        StoredColumn("path", "STRING", "Where the published file is"),
        StoredColumn("sha256", "STRING", "Of the published file"),
        StoredColumn("files", f"ARRAY<{FILE_COUNTS}>", "The account of each of the delivery's files (accepted)"),
        StoredColumn("holder", "STRING", "The run's processes, where the next run can see whether they live (claimed)"),
        StoredColumn("without", "ARRAY<STRING>", "Histories that the delivery lacks on purpose (accepted)"),
        StoredColumn(
            "judged_with",
            "STRING",
            "Identifies the declared formats, and for what nobody foresaw the code, with which it was refused: others "
            "look again; empty or null: the default formats",
        ),
        StoredColumn(
            "read_as",
            f"ARRAY<{READ_AS}>",
            "In which format each of the delivery's files was read, as JSON of what is not the default, and what of it "
            "was passed over because it means nothing (accepted)",
        ),
        StoredColumn(
            "unread",
            f"ARRAY<{UNREAD}>",
            "What of the delivery does not read, by table, column and rule: cells that were made missing, with a text "
            "that exports write for nothing, and records in quarantine (accepted)",
        ),
        StoredColumn(
            "referring",
            f"ARRAY<{REFERRING}>",
            "How many clients are referred for what does not read, or get no decision, by table, column and rule "
            "(accepted)",
        ),
        StoredColumn(
            "origins",
            "ARRAY<BIGINT>",
            "Of a delivery that an operator's command made: the seqs of the deliveries that it withdraws, or whose "
            "quarantined rows it tries again (the purpose of its acceptance says which); null: a lender's delivery",
        ),
    ),
)
_CLOSING: dict[Purpose, tuple[Event, ...]] = {
    "intake": ("accepted", "refused"),
    "score": ("published", "held"),
    "rescore": ("rescored",),
    "withdraw": ("accepted",),
    "requeue": ("accepted", "refused"),
    "forget": ("erased",),
    "maintain": ("maintained",),
}
"""What ends the work on a claimed delivery."""


@dataclass(frozen=True)
class FileAccount:
    """What became of the records of one file of an accepted delivery: records = accepted + duplicates + quarantined."""

    file: str
    table: str
    bytes: int
    sha256: str
    records: int
    accepted: int
    duplicates: int
    quarantined: int
    cells_missing: int
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadAs:
    """In which format a file was read (what of it is not the default, as JSON), and what was passed over."""

    file: str
    format: str
    blank_records: int
    empty_columns: int
    padding: int


@dataclass(frozen=True)
class Unread:
    """Cells of a column that do not read: they `become` "made missing", or their records "quarantined", by a `rule`.

    `text`: what stands there, where it is a text that exports write for nothing (NULL); no other cell is told.
    """

    table: str
    column: str
    becomes: str
    rule: str
    text: str | None
    cells: int


@dataclass(frozen=True)
class Referring:
    """How many clients are referred, or get no decision, because cells of a column `become` "made missing" or their
    records "quarantined" by a `rule`."""

    table: str
    column: str
    becomes: str
    rule: str
    clients: int


@dataclass(frozen=True)
class LedgerEvent:
    """One row of the ledger, in the order of DELIVERIES."""

    event: str
    delivery: str
    seq: int
    at: datetime
    run_id: str
    claim_id: str
    claim_number: int
    purpose: Purpose
    expires_at: datetime | None = None
    model_version: int | None = None
    manifest_sha256: str = ""
    message: str | None = None
    rows: int | None = None
    path: str | None = None
    sha256: str | None = None
    files: tuple[FileAccount, ...] = ()
    holder: str | None = None
    without: tuple[str, ...] = ()
    judged_with: str | None = None
    read_as: tuple[ReadAs, ...] = ()
    unread: tuple[Unread, ...] = ()
    referring: tuple[Referring, ...] = ()
    origins: tuple[int, ...] = ()

    @property
    def delivered(self) -> Delivered:
        """The delivery that the event is of."""
        return Delivered(self.delivery, self.seq, self.manifest_sha256, self.origins)


@dataclass(frozen=True)
class Delivered:
    """A delivery with its place in the order of deliveries; `manifest_sha256` identifies its bytes.

    `origins`: of one that an operator's command made, the seqs of the deliveries that it withdraws or whose rows it
    tries again; none of a lender's. A rescore is written like a delivery: a name of its own, and the seq at which its
    clients are known.
    """

    name: str
    seq: int
    manifest_sha256: str = ""
    origins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Claim:
    """The right of one run to do one piece of work until `expires_at`. `claim_id` survives a take-over.

    `detail`: what else the work was asked for with; whoever takes it over does that and nothing else.
    `holder`: the run's processes, where they can be looked for (see ledger.lease).
    """

    claim_id: str
    number: int
    purpose: Purpose
    run_id: str
    deliveries: tuple[Delivered, ...]
    expires_at: datetime
    model_version: int | None = None
    detail: str | None = None
    holder: str | None = None

    @property
    def seqs(self) -> list[int]:
        """The seqs of the claimed deliveries, ascending."""
        return sorted(delivered.seq for delivered in self.deliveries)


def accepted(events: Sequence[LedgerEvent]) -> tuple[Delivered, ...]:
    """The deliveries whose rows are visible: accepted and not withdrawn, by seq."""
    withdrawn = {event.seq for event in events if event.event == "withdrawn"}
    found = {event.seq: event.delivered for event in events if event.event == "accepted" and event.seq not in withdrawn}
    return tuple(found[seq] for seq in sorted(found))


def unpublished(events: Sequence[LedgerEvent]) -> tuple[Delivered, ...]:
    """Accepted deliveries that wait for their scores to be published, by seq: those that are held do not."""
    done = {event.seq for event in events if event.event == "published"} | {event.seq for event in held(events)}
    return tuple(delivered for delivered in accepted(events) if delivered.seq not in done)


def held(events: Sequence[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """The `held` events of deliveries that are neither cleared, published nor withdrawn since, by seq."""
    ended = {event.seq for event in events if event.event in ("cleared", "published", "withdrawn")}
    latest = {event.seq: event for event in events if event.event == "held" and event.seq not in ended}
    return tuple(latest[seq] for seq in sorted(latest))


def cleared(events: Sequence[LedgerEvent]) -> frozenset[int]:
    """The seqs of deliveries that somebody let through after they had been held."""
    return frozenset(event.seq for event in events if event.event == "cleared")


def withdrawals(events: Sequence[LedgerEvent]) -> dict[int, int]:
    """Withdrawn seq -> the seq under which its clients are scored again without it."""
    again = {event.claim_id: event.seq for event in events if event.event == "claimed" and event.purpose == "withdraw"}
    return {event.seq: again[event.claim_id] for event in events if event.event == "withdrawn"}


def names_taken(events: Sequence[LedgerEvent]) -> dict[str, int]:
    """Delivery -> the seq under which it was accepted; a name stays taken when its delivery is withdrawn."""
    return {event.delivery: event.seq for event in events if event.event == "accepted"}


def latest_accepted(events: Sequence[LedgerEvent]) -> tuple[str, datetime] | None:
    """The lender's delivery that was taken in last, and when (UTC); None before the first."""
    taken = [event for event in events if event.event == "accepted" and not event.origins]
    latest = max(taken, key=lambda event: event.seq, default=None)
    return None if latest is None else (latest.delivery, latest.at.astimezone(UTC))


def verdicts(
    events: Sequence[LedgerEvent], stands: Callable[[str | None], bool] = lambda judged_with: True
) -> dict[tuple[str, str], str]:
    """(delivery, manifest sha256) -> "accepted" or "refused": bytes that need no second look.

    `stands`: whether a refusal that was judged with this still does. A delivery that was refused because it was not all
    there has an event without its bytes' identity, and no verdict.
    """
    return {
        (event.delivery, event.manifest_sha256): event.event
        for event in events
        if event.event == "accepted" or (event.event == "refused" and stands(event.judged_with))
    }


def next_seq(events: Sequence[LedgerEvent]) -> int:
    """The seq of the next delivery that is claimed; seqs start at 1 and are never used twice."""
    return 1 + max((event.seq for event in events), default=0)


def claims(events: Sequence[LedgerEvent]) -> int:
    """How many claims there have been: the number that the next one is swapped against."""
    return max((event.claim_number for event in events if event.event == "claimed"), default=0)


def open_claim(events: Sequence[LedgerEvent], purpose: Purpose) -> Claim | None:
    """The latest claim of the purpose while a delivery of it is unfinished, with those that are.

    One that was released has expired.
    """
    claimed = [event for event in events if event.event == "claimed" and event.purpose == purpose]
    if not claimed:
        return None
    number = max(event.claim_number for event in claimed)
    latest = [event for event in claimed if event.claim_number == number]
    claim_id = latest[0].claim_id
    # What was withdrawn meanwhile needs no scores any more; else a claim on it would stay open for ever.
    closed = {e.seq for e in events if e.event == "withdrawn"}
    closed |= {e.seq for e in events if e.claim_id == claim_id and e.event in _CLOSING[purpose]}
    unfinished = sorted((event for event in latest if event.seq not in closed), key=lambda event: event.seq)
    if not unfinished:
        return None
    released = any(event.event == "released" and event.claim_number == number for event in events)
    return Claim(
        claim_id=claim_id,
        number=number,
        purpose=purpose,
        run_id=latest[0].run_id,
        deliveries=tuple(event.delivered for event in unfinished),
        expires_at=latest[0].expires_at if latest[0].expires_at and not released else datetime.min.replace(tzinfo=UTC),
        model_version=latest[0].model_version,
        detail=latest[0].message,
        holder=latest[0].holder,
    )


def exclusive(one: Purpose, other: Purpose) -> bool:
    """Whether two runs must not work for these purposes at the same time."""
    return one == other or bool({one, other} & ALONE) or {one, other} <= _MERGING


def half_withdrawn(events: Sequence[LedgerEvent]) -> Claim | None:
    """A withdrawal whose rows are hidden, but not yet all that was derived from them; None: there is none."""
    begun = open_claim(events, "withdraw")
    hidden = {event.claim_id for event in events if event.event == "withdrawn"}
    return begun if begun is not None and begun.claim_id in hidden else None


def event_of(claim: Claim, event: Event, delivered: Delivered, now: datetime, **more: Any) -> LedgerEvent:
    """An event of a claimed delivery; `more` gives the columns that the claim does not."""
    told = {"model_version": claim.model_version, "origins": delivered.origins, **more}
    return LedgerEvent(
        event, delivered.name, delivered.seq, now, claim.run_id, claim.claim_id, claim.number, claim.purpose,
        manifest_sha256=delivered.manifest_sha256, **told,
    )  # fmt: skip


def to_frame(events: Sequence[LedgerEvent]) -> pl.DataFrame:
    """Events as rows of DELIVERIES."""
    rows = [
        {
            **asdict(event),
            "files": [asdict(file) for file in event.files] or None,
            "without": list(event.without) or None,
            "read_as": [asdict(file) for file in event.read_as] or None,
            "unread": [asdict(each) for each in event.unread] or None,
            "referring": [asdict(each) for each in event.referring] or None,
            "origins": list(event.origins) or None,
        }
        for event in events
    ]
    return pl.DataFrame(rows, schema=polars_schema(DELIVERIES.types()))


def from_frame(rows: pl.DataFrame) -> list[LedgerEvent]:
    """Rows of DELIVERIES as events, oldest first; columns that an earlier release's ledger lacks may be missing."""
    events = []
    for row in rows.iter_rows(named=True):
        told = {
            **row,
            "manifest_sha256": row["manifest_sha256"] or "",
            "files": tuple(_account(file) for file in row["files"] or ()),
            "without": tuple(row.get("without") or ()),
            "judged_with": row.get("judged_with"),
            "read_as": tuple(ReadAs(**file) for file in row.get("read_as") or ()),
            "unread": tuple(Unread(**each) for each in row.get("unread") or ()),
            "referring": tuple(Referring(**each) for each in row.get("referring") or ()),
            "origins": tuple(row.get("origins") or ()),
        }
        events.append(LedgerEvent(**told))
    return sorted(_by_names(events), key=lambda event: (event.at, event.claim_number, event.seq, event.event))


def _by_names(events: Sequence[LedgerEvent]) -> list[LedgerEvent]:
    """The events with the origins of deliveries of which an earlier release told them by names alone."""
    seqs, told = names_taken(events), {}
    for event in events:
        files = [file.file for file in event.files]
        if not event.origins and (origins := of_earlier_release(event.delivery, files, seqs)):
            told[event.delivery] = origins
    return [replace(event, origins=event.origins or told.get(event.delivery, ())) for event in events]


def _account(file: Mapping[str, Any]) -> FileAccount:
    return FileAccount(**{**file, "unknown_columns": tuple(file["unknown_columns"] or ())})
