"""Requeueing: quarantined rows are tried again after a rule was corrected.

What passes is accepted under a new seq, in the name of an own delivery `requeue~<seq>`, with the file and record that
each row came in. What still does not pass is quarantined under that seq again, so that a client's file stays incomplete
as long as one of its rows is out. When nothing passes, nothing is changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from credit_scoring.errors.usage import NOT_ACCEPTED
from credit_scoring.intake import own
from credit_scoring.intake.appending import QUARANTINE, Appends
from credit_scoring.intake.events import Claim, Delivered, accepted, names_taken, next_seq
from credit_scoring.intake.reading import Finding
from credit_scoring.intake.reconciliation import FileCounts, account
from credit_scoring.intake.retrying import retry
from credit_scoring.intake.run import append_all
from credit_scoring.intake.slots import ACCEPTED, FINDING, label
from credit_scoring.intake.staging import slot_key, stage_blocks, staging_of
from credit_scoring.operations.quarantined import Retried, Wanted, open_rows, to_retry
from credit_scoring.operations.working import Desk
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import FILE
from credit_scoring.schema.tables import table as declared
from credit_scoring.storage.blocks import BLOCKS, split_rows
from credit_scoring.storage.frames import union

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


def requeue(desk: Desk, delivery: str | None, rule: str | None) -> tuple[Requeued, ...]:
    """Tries quarantined rows again: of a delivery, of a rule, of both, or all; first what an earlier run left undone.

    UsageError when there is no such accepted delivery. RunActive while another run is at work.
    """
    desk.ledger.create()
    events = desk.ledger.events()
    if delivery is not None and delivery not in {each.name for each in accepted(events)}:
        raise NOT_ACCEPTED(delivery=delivery)
    wanted = Wanted(names_taken(events)[delivery] if delivery is not None else None, rule)
    detail = json.dumps(asdict(wanted))

    def plan(events: Sequence[Row]) -> list[Delivered]:
        if not desk.tables.exists(QUARANTINE) or open_rows(desk.tables, events).where(wanted.matches()).isEmpty():
            return []
        return [Delivered(own.requeue(next_seq(events)), next_seq(events))]

    done: list[Requeued] = []
    finished = None
    while finished != detail:
        with desk.claimed("requeue", plan, detail) as claim:
            if claim is None:
                break
            if _overtaken(desk, claim):
                continue
            done.append(_carry_out(desk, claim))
            finished = claim.detail
    return tuple(done)


def _overtaken(desk: Desk, claim: Claim) -> bool:
    """Gives a claim up that an earlier run left, when deliveries were accepted since: they may have replaced what was
    tried. What it appended stays invisible."""
    (again,) = claim.deliveries
    since = [each.name for each in accepted(desk.ledger.events()) if each.seq > again.seq]
    if since:
        desk.ledger.record(claim, "refused", again, desk.clock(), message=f"Begun before {since[0]} was taken in.")
    return bool(since)


def _carry_out(desk: Desk, claim: Claim) -> Requeued:
    """The work of one claim; every commit in it is idempotent under the claim's id."""
    tables, (again,) = desk.tables, claim.deliveries
    events = desk.ledger.events()
    wanted = Wanted(**json.loads(claim.detail or "{}"))
    rows = open_rows(tables, events)
    names = [row["table"] for row in rows.where(wanted.matches()).select("table").distinct().collect()]
    every = [to_retry(tables, declared(name), rows, wanted, events) for name in sorted(names)]
    counted = _counted(every)
    tried = sum(row["tried"] for row in counted)
    if not tried:
        return _refused(desk, claim, 0, "No row can be tried again: later deliveries replaced what they belong to.")
    log.info("Trying %s quarantined rows again", f"{tried:,}")
    tasks = 1 + sum(row["rows"] for row in counted) // _ROWS_A_TASK
    staging = staging_of(claim.claim_id)
    staged = stage_blocks(tables, staging, _blocks(every, again.seq, tasks), tasks)
    findings = [_finding(again.seq, row) for row in counted if not _with_applications(row, counted)]
    result = account(chain(findings, staged.drop("block").toLocalIterator()))
    left = min(tried, result.bad.get(again.seq, 0))
    if left == tried:
        tables.drop(staging)
        return _refused(desk, claim, tried, f"None of {tried:,} quarantined rows passes now: nothing is changed.")
    visible = [each.seq for each in accepted(events)]
    append_all(Appends(tables, staged, claim.claim_id, [again.seq], visible), result, [again])
    tables.drop(staging)
    files = [counts.row() for counts in result.files]
    desk.ledger.record(claim, "accepted", again, desk.clock(), files=files)
    return Requeued(again.name, tried, left, tuple(result.files))


def _refused(desk: Desk, claim: Claim, tried: int, why: str) -> Requeued:
    desk.ledger.record(claim, "refused", claim.deliveries[0], desk.clock(), message=why)
    return Requeued(None, tried, tried, ())


def _counted(every: Sequence[Retried]) -> list[Row]:
    """table, file, rows (of both kinds), tried (of the quarantine): counted where they are, before they are read."""
    kinds = [
        frame.select(F.lit(each.table.name).alias("table"), FILE, F.lit(is_tried).alias("is_tried"))
        for each in every
        for frame, is_tried in ((each.rows, True), (each.beside, False))
    ]
    rows = union(kinds).groupBy("table", FILE)
    return rows.agg(F.count("*").alias("rows"), F.count_if("is_tried").alias("tried")).orderBy("table", FILE).collect()


def _blocks(every: Sequence[Retried], seq: int, tasks: int) -> list[DataFrame]:
    slots = 1 if tasks == 1 else 4 * tasks
    blocks = []
    for each in every:
        blocks.append(each.rows.mapInArrow(retry(each.table, seq, slots), BLOCKS))
        beside = split_rows(label(ACCEPTED, seq, each.table.name), slot_key(each.table), slots, _ROWS_A_TASK)
        blocks.append(each.beside.mapInArrow(beside, BLOCKS))
    return blocks


def _with_applications(row: Row, counted: Sequence[Row]) -> bool:
    """Whether outcomes come out of the applications of the same file, too, so that their number follows from those."""
    return row["table"] == OUTCOMES.name and (APPLICATION.name, row[FILE]) in {(r["table"], r[FILE]) for r in counted}


def _finding(seq: int, row: Row) -> Row:
    """What was found in one file, as staging tells it of a delivered one."""
    found = Finding(seq, row[FILE], row["table"], bytes=0, sha256="", records=row["rows"])
    return Row(kind=FINDING, seq=seq, table=row["table"], rows=0, detail=json.dumps(found.to_dict()))
