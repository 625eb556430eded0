"""Requeueing: quarantined rows are tried again after a rule was corrected.

What passes is accepted under a new seq, in the name of an own delivery `requeue~<seq>`, with the file and record that
each row came in. What still does not pass is quarantined under that seq again, so that a client's file stays incomplete
as long as one of its rows is out. When nothing passes, nothing is changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import polars as pl

from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine, Scan, Source
from credit_scoring.errors.usage import NOT_ACCEPTED
from credit_scoring.intake.appending import Appends
from credit_scoring.intake.casting import REASONS
from credit_scoring.intake.partitions import ACCEPTED, BAD, label
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.intake.reading import OWNER, QUARANTINED, Finding
from credit_scoring.intake.reconciliation import FileCounts, account
from credit_scoring.intake.retrying import failing, passing
from credit_scoring.intake.run import append_all
from credit_scoring.intake.staging import slot_key, stage_sources, staging_of
from credit_scoring.ledger import operator_deliveries as own
from credit_scoring.ledger.events import Claim, Delivered, LedgerEvent, accepted, names_taken, next_seq
from credit_scoring.operations.claimed import claimed
from credit_scoring.operations.quarantined import CAME_IN, Retried, Wanted, open_rows, to_retry
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import FILE, RECORD, SEQ
from credit_scoring.schema.tables import table as declared

log = logging.getLogger(__name__)
_ROWS_A_TASK = 500_000


@dataclass(frozen=True)
class Requeued:
    """Rows that were tried again. `delivery`: the own delivery that holds them, None when none passed.

    `tried` quarantined rows, of which `left` are quarantined still; `files`: the account of every row, by the file that
    it came in, of accepted rows that were brought again beside them, too.
    """

    delivery: str | None
    tried: int
    left: int
    files: tuple[FileCounts, ...]


def requeue(context: Context, delivery: str | None, rule: str | None) -> tuple[Requeued, ...]:
    """Tries quarantined rows again: of a delivery, of a rule, of both, or all; first what an earlier run left undone.

    UsageError when there is no such accepted delivery. RunActive while another run is at work.
    """
    engine, ledger = context.engine, context.ledger
    ledger.create()
    events = ledger.events()
    if delivery is not None and delivery not in {each.name for each in accepted(events)}:
        raise NOT_ACCEPTED(delivery=delivery)
    wanted = Wanted(names_taken(events)[delivery] if delivery is not None else None, rule)
    detail = json.dumps(asdict(wanted))

    def plan(events: Sequence[LedgerEvent]) -> list[Delivered]:
        if not engine.exists(QUARANTINE) or open_rows(engine, events).filter(wanted.matches()).is_empty():
            return []
        return [Delivered(own.requeue(next_seq(events)), next_seq(events))]

    done: list[Requeued] = []
    finished = None
    while finished != detail:
        with claimed(context, "requeue", plan, detail) as claim:
            if claim is None:
                break
            if _overtaken(context, claim):
                continue
            done.append(_retry(context, claim))
            finished = claim.detail
    return tuple(done)


def _overtaken(context: Context, claim: Claim) -> bool:
    """Gives a claim up that an earlier run left, when deliveries were accepted since: they may have replaced what was
    tried. What it appended stays invisible."""
    (again,) = claim.deliveries
    since = [each.name for each in accepted(context.ledger.events()) if each.seq > again.seq]
    if since:
        told = f"Begun before {since[0]} was taken in."
        context.ledger.record(claim, "refused", again, context.now(), message=told)
    return bool(since)


def _retry(context: Context, claim: Claim) -> Requeued:
    """The work of one claim; every commit in it is idempotent under the claim's id."""
    engine, (again,) = context.engine, claim.deliveries
    events = context.ledger.events()
    wanted = Wanted(**json.loads(claim.detail or "{}"))
    rows = open_rows(engine, events)
    names = rows.filter(wanted.matches())["table"].unique().sort()
    every = [to_retry(engine, declared(name), rows, wanted, events) for name in names]
    counted = _counted(engine, every)
    tried = int(counted["tried"].sum())
    if not tried:
        return _refused(context, claim, 0, "No row can be tried again: later deliveries replaced what they belong to.")
    log.info("Trying %s quarantined rows again", f"{tried:,}")
    tasks = 1 + int(counted["rows"].sum()) // _ROWS_A_TASK
    slots = 1 if tasks == 1 else 4 * tasks
    staging = staging_of(claim.claim_id)
    sources = [source for each in every for source in _sources(each, again.seq)]
    staged = stage_sources(engine, staging, sources, slots, tasks)
    result = account(staged.index(), found_before=_findings(again.seq, counted))
    left = min(tried, result.bad.get(again.seq, 0))
    if left == tried:
        engine.drop(staging)
        return _refused(context, claim, tried, f"None of {tried:,} quarantined rows passes now: nothing is changed.")
    visible = [each.seq for each in accepted(events)]
    append_all(Appends(engine, staged, claim.claim_id, [again.seq], visible), result, [again])
    engine.drop(staging)
    files = [counts.told() for counts in result.files]
    origins = own.origins(file.file for file in files)
    context.ledger.record(claim, "accepted", again, context.now(), files=files, origins=origins)
    return Requeued(again.name, tried, left, tuple(result.files))


def _refused(context: Context, claim: Claim, tried: int, why: str) -> Requeued:
    context.ledger.record(claim, "refused", claim.deliveries[0], context.now(), message=why)
    return Requeued(None, tried, tried, ())


def _counted(engine: Engine, every: Sequence[Retried]) -> pl.DataFrame:
    """table, file, rows (of both kinds), tried (of the quarantine), by table and file."""
    parts = [pl.DataFrame(schema={"table": pl.String, FILE: pl.String, "tried": pl.Boolean})]
    for each in every:
        beside = engine.scan(each.scan_beside([FILE])) if each.beside.height else pl.DataFrame(schema={FILE: pl.String})
        files = {True: each.rows[CAME_IN], False: beside[FILE]}
        parts += [
            pl.DataFrame({FILE: found}).select(
                pl.lit(each.table.name).alias("table"), FILE, pl.lit(is_tried).alias("tried")
            )
            for is_tried, found in files.items()
        ]
    counted = pl.concat(parts).group_by("table", FILE).agg(pl.len().alias("rows"), pl.col("tried").sum())
    return counted.sort("table", FILE)


def _sources(each: Retried, seq: int) -> Iterator[Source]:
    """What is read of a table: its rows in quarantine that pass now, those that do not, the accepted ones beside."""
    of, places = each.table, each.rows.select(SEQ, FILE, RECORD, CAME_IN, OWNER)
    columns = ("table", SEQ, FILE, RECORD, "client_id", REASONS, "cells")
    among = {"table": [of.name], SEQ: places[SEQ].unique().to_list()}

    def tried(kind: str, into: str, key: str, then: Callable[[pl.DataFrame], pl.DataFrame]) -> Source:
        return Source(label(kind, seq, into), key, Scan(QUARANTINE, columns, among, partial(_chosen, places, then)))

    for into in (of, OUTCOMES) if of.name == APPLICATION.name else (of,):
        yield tried(ACCEPTED, into.name, slot_key(into), partial(passing, table=of, into=into.name))
    yield tried(BAD, of.name, OWNER, partial(failing, table=of))
    if each.beside.height:
        yield Source(label(ACCEPTED, seq, of.name), slot_key(of), each.scan_beside(each.columns_beside()))


def _chosen(places: pl.DataFrame, then: Callable[[pl.DataFrame], pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    """What `then` makes of the quarantined rows that are at these places; FILE says where each came in."""
    found = rows.join(places, on=[SEQ, FILE, RECORD], maintain_order="left").with_columns(pl.col(CAME_IN).alias(FILE))
    return then(found.select(QUARANTINED.names()).cast(QUARANTINED))


def _findings(seq: int, counted: pl.DataFrame) -> Iterator[Finding]:
    """What was found in each file, as staging tells it of a delivered one.

    Outcomes come out of the applications of the same file, too: then their number follows from those.
    """
    applications = set(counted.filter(pl.col("table") == APPLICATION.name)[FILE])
    for of, file, rows, _ in counted.iter_rows():
        if not (of == OUTCOMES.name and file in applications):
            yield Finding(seq, file, of, bytes=0, sha256="", records=rows)
