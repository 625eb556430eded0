"""Intake: all waiting deliveries in one pass, each accepted or refused, every record accounted for, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from credit_scoring.context import Context
from credit_scoring.errors import DeliveryIncomplete, DeliveryRefused, DeliveryUnreadable, StorageError
from credit_scoring.intake import appending
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.judge import judge_of
from credit_scoring.intake.manifest import Manifest
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.intake.reconciliation import Account, FileCounts, account
from credit_scoring.intake.referring import referring
from credit_scoring.intake.refused_alone import refused_alone
from credit_scoring.intake.staging import Work, stage, staging_of
from credit_scoring.intake.waiting import landed, manifest_of, waiting
from credit_scoring.ledger.events import (
    Claim,
    Delivered,
    LedgerEvent,
    Referring,
    Unread,
    latest_accepted,
    names_taken,
)
from credit_scoring.ledger.events import accepted as visible_in
from credit_scoring.progress import counted, doing
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.storage.files import Folder
from credit_scoring.storage.storage_errors import of_storage

log = logging.getLogger(__name__)
_APPENDS_AT_ONCE = 4


@dataclass(frozen=True)
class Accepted:
    """An accepted delivery and the account of its files. `unread`: what of it does not read, by column and reason;
    `referring`: how many clients are referred for it."""

    delivery: Delivered
    files: tuple[FileCounts, ...]
    unread: tuple[Unread, ...] = ()
    referring: tuple[Referring, ...] = ()


@dataclass(frozen=True)
class IntakeReport:
    """What a run of intake did. `known`: deliveries whose bytes were judged in an earlier run. `latest`: the delivery
    that was taken in last, in this run or before, and when; None before the first."""

    accepted: tuple[Accepted, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    known: tuple[str, ...] = ()
    latest: tuple[str, datetime] | None = None


def intake(context: Context) -> IntakeReport:
    """Takes in what waits in the landing root. RunActive when another run is doing that.

    First finishes a claim that an earlier run left open, then claims what else waits.
    """
    ledger, landing = context.ledger, context.landing
    ledger.create()
    appending.create(context.engine)
    accepted: list[Accepted] = []
    refused: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    judge = judge_of(context.settings.intake.format)

    def plan(events: Sequence[LedgerEvent]) -> list[Delivered]:
        """What waits and was not looked at by this run: of what is not all there, the next run may see more."""
        return [each for each in waiting(landing, events, judge) if (each.name, each.manifest_sha256) not in seen]

    while claim := context.claim("intake", plan):
        seen |= {(each.name, each.manifest_sha256) for each in claim.deliveries}
        with context.working(claim):
            done = _take_in(context, claim)
        accepted += done.accepted
        refused += done.refused
    mine = {each.delivery.name for each in accepted} | {name for name, _ in refused}
    events = ledger.events()
    known = [delivery.name for delivery in landed(landing, events, judge) if delivery.name not in mine]
    return IntakeReport(tuple(accepted), tuple(refused), tuple(known), latest_accepted(events))


def _take_in(context: Context, claim: Claim) -> IntakeReport:
    """The work of one claim; every commit in it is idempotent under the claim's id."""
    engine, ledger, landing, settings = context.engine, context.ledger, context.landing, context.settings.intake
    events = ledger.events()
    visible = tuple(before for before in visible_in(events) if before.seq not in claim.seqs)
    limits = Limits(settings.max_file_mb * 1_000_000, settings.max_inflation)
    manifests, refused = _manifests(landing, claim, names_taken(events), limits)
    work = [
        Work(d.name, d.seq, file, manifests[d].format_of(file, settings.format))
        for d in claim.deliveries
        if d in manifests
        for file in manifests[d].files
    ]
    log.info("Reading %d files of %d deliveries", len(work), len(manifests))
    staging = staging_of(claim.claim_id)
    result = Account()
    if work:
        with doing(f"reading {len(work)} files of {len(manifests)} deliveries"):
            staged = stage(engine, staging, landing, work, limits, settings.slot_mb * 1_000_000)
            result = account(staged.index(), work)
        by_seq = {delivery.seq: delivery for delivery in claim.deliveries}
        refused.update({by_seq[seq]: why for seq, why in result.refusals().items()})
    good = [delivery for delivery in claim.deliveries if delivery not in refused]
    concerned: Mapping[int, tuple[Referring, ...]] = {}
    if good:
        appends = appending.Appends(
            engine, staged, claim.claim_id, [d.seq for d in good], [before.seq for before in visible]
        )
        with doing("appending to the tables"):
            append_all(appends, result, good)
            concerned = referring(engine, *result.flawed({delivery.seq for delivery in good}))
        _warn_of_unattributed(result, good)
    # Before the claim is finished: nobody would come back to remove what a run leaves that dies after its last record.
    engine.drop(staging)
    judge = judge_of(settings.format)
    sentences = {
        _judged(delivery, why): {
            "message": str(why),
            "judged_with": judge.told(isinstance(why, DeliveryUnreadable)),
        }
        for delivery, why in refused.items()
    }
    ledger.record_all(claim, "refused", sentences, context.now())
    files = {
        d: {
            "files": tuple(counts.told() for counts in result.of(d.seq)),
            "read_as": tuple(counts.read_as() for counts in result.of(d.seq)),
            "without": manifests[d].without,
            "unread": result.unread(d.seq),
            "referring": concerned.get(d.seq, ()),
        }
        for d in good
    }
    ledger.record_all(claim, "accepted", files, context.now())
    return IntakeReport(
        accepted=tuple(
            Accepted(d, tuple(result.of(d.seq)), result.unread(d.seq), concerned.get(d.seq, ())) for d in good
        ),
        refused=tuple((delivery.name, str(refused[delivery])) for delivery in claim.deliveries if delivery in refused),
    )


def _warn_of_unattributed(result: Account, good: list[Delivered]) -> None:
    """Rows whose client nobody can tell cost a whole delivery its decisions: somebody should know before they ask."""
    for delivery in good:
        if rows := result.unattributed.get(delivery.seq):
            log.warning(
                "delivery %s has %s rows whose client cannot be told, so its clients are referred: correct the files "
                "(`credit-scoring show quarantine`) and deliver them again under another name",
                delivery.name, f"{rows:,}",
            )  # fmt: skip


def _judged(delivery: Delivered, why: DeliveryRefused) -> Delivered:
    """What a refusal is a verdict on: an event without the identity of the bytes judges none that were incomplete."""
    return replace(delivery, manifest_sha256="") if isinstance(why, DeliveryIncomplete) else delivery


def _manifests(
    landing: Folder, claim: Claim, taken: Mapping[str, int], limits: Limits
) -> tuple[dict[Delivered, Manifest], dict[Delivered, DeliveryRefused]]:
    """The manifests of the claimed deliveries, and why others are refused before they are read."""
    manifests: dict[Delivered, Manifest] = {}
    refused: dict[Delivered, DeliveryRefused] = {}
    for delivery in claim.deliveries:
        try:
            manifests[delivery] = manifest_of(landing, delivery, taken, limits)
        except DeliveryRefused as error:
            refused[delivery] = error
        except StorageError:
            raise
        except Exception as error:
            if of_storage(error) is not None:
                raise
            refused[delivery] = refused_alone(error, delivery.name, "its manifest")
    return manifests, refused


def append_all(appends: appending.Appends, result: Account, good: list[Delivered]) -> None:
    """Appends every table that has rows, then what is quarantined, and counts again."""
    seqs = set(appends.seqs)
    bad = {seq: rows for seq, rows in result.bad.items() if seq in seqs}
    expected = {
        name: {seq: rows for seq, rows in by_seq.items() if seq in seqs} for name, by_seq in result.rows.items()
    }
    unnamed = result.unnamed > 0

    def append(table: Table) -> None:
        if rows := sum(expected.get(table.name, {}).values()):
            log.info("Appending %s rows to %s", f"{rows:,}", table.name)
            appends.rows(table)

    # A commit is mostly waiting: for storage, for the log. Tables that do not need each other wait together.
    with ThreadPoolExecutor(_APPENDS_AT_ONCE) as pool:
        list(counted(pool.map(append, TABLES), len(TABLES)))
    if unnamed:
        appends.rows(BUREAU_BALANCE, unnamed=True)
    by_bad = None
    if bad:
        log.info("Quarantining %s rows", f"{sum(bad.values()):,}")
        by_bad = appends.quarantine({delivery.seq: delivery.name for delivery in good})
    appends.verify({**expected, QUARANTINE: bad})
    appends.client_deliveries(unnamed, by_bad)
