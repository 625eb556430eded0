"""Maintenance: what is kept too long is removed, and the tables' files stay few. For a schedule, at a quiet hour.

Nothing here changes what is known. Quarantined rows stay, because they make a client's file incomplete; only their
cells are emptied, after which they cannot be tried again. A balance that waits for its client keeps the number of its
credit, by which that client is found when it comes. Of a withdrawn or refused delivery the rows go that nobody
can see; who was in it stays. Scores go once their delivery is published.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.engines.rewritten import is_copy
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.quarantine import QUARANTINE, credit_in_cells
from credit_scoring.intake.staging import is_staging, left_staged, staging_of
from credit_scoring.ledger.events import PURPOSES, Delivered, LedgerEvent, open_claim
from credit_scoring.operations.claimed import claimed
from credit_scoring.progress import counted
from credit_scoring.publishing.tables import STORED
from credit_scoring.schema.table import FILE, RECORD, SEQ
from credit_scoring.schema.tables import TABLES
from credit_scoring.scoring import history

log = logging.getLogger(__name__)
_MAINTENANCE = Delivered("maintenance", 0)
_PLACE = ("table", SEQ, FILE, RECORD)


@dataclass(frozen=True)
class Compacted:
    """A table that was compacted: its files before and after."""

    table: str
    files_before: int
    files: int


@dataclass(frozen=True)
class Maintained:
    """What was done: rows expired by table, left-over tables dropped, and each table's files before and after.

    `rewritten`: tables of an earlier release that were made anew, `postponed`: those that have to wait for it, because
    a run was begun and is not finished.
    """

    expired: dict[str, int]
    dropped: tuple[str, ...]
    compacted: tuple[Compacted, ...]
    rewritten: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()


def expire(context: Context) -> Maintained:
    """Removes what is kept longer than the settings say, and what runs that were killed left."""
    return _alone(context, lambda events: Maintained(_expired(context, events), _dropped(context.engine, events), ()))


def optimize(context: Context) -> Maintained:
    """Compacts and orders every table, and deletes files that no version needs any more."""
    return _alone(context, lambda events: _compacted(context, events))


def maintain(context: Context) -> Maintained:
    """Both, in that order."""

    def work(events: Sequence[LedgerEvent]) -> Maintained:
        expired, dropped = _expired(context, events), _dropped(context.engine, events)
        return replace(_compacted(context, events), expired=expired, dropped=dropped)

    return _alone(context, work)


def _alone(context: Context, work: Callable[[Sequence[LedgerEvent]], Maintained]) -> Maintained:
    """Does the work under a claim, and records it. RunActive while another run is at work."""
    with claimed(context, "maintain", lambda events: [_MAINTENANCE]) as claim:
        assert claim is not None
        done = work(context.ledger.events())
        removed = ", ".join(f"{table} {count}" for table, count in done.expired.items() if count) or "none"
        context.ledger.record(
            claim, "maintained", _MAINTENANCE, context.now(),
            message=f"rows expired by table: {removed}; tables compacted: {len(done.compacted)}",
            rows=sum(done.expired.values()),
        )  # fmt: skip
    return done


def _expired(context: Context, events: Sequence[LedgerEvent]) -> dict[str, int]:
    engine, retention, found = context.engine, context.settings.retention, {}

    def before(days: int) -> datetime:
        return context.now() - timedelta(days=days)

    if retention.score_history_days is not None:
        done = [event.seq for event in events if event.event in ("published", "withdrawn")]
        found[history.TABLE] = _scores_expired(engine, done, before(retention.score_history_days))
    if retention.quarantine_days is not None:
        found[QUARANTINE] = _cells_emptied(engine, _seqs(events, ("accepted",), before(retention.quarantine_days)))
    if retention.withdrawn_days is not None:
        gone = _seqs(events, ("withdrawn", "refused"), before(retention.withdrawn_days))
        for table in [*(table.name for table in TABLES), QUARANTINE]:
            if gone and engine.exists(table):
                found[table] = found.get(table, 0) + engine.delete(table, _among(SEQ, gone))
    return found


def _scores_expired(engine: Engine, seqs: Sequence[int], before: datetime) -> int:
    """Deletes what runs before that moment said of these deliveries; how many scores.

    By their runs, of which each has one moment: engines do not write a moment in SQL alike.
    """
    if not seqs or not engine.exists(history.TABLE):
        return 0
    scan = Scan(history.TABLE, (SEQ, "run_id", "scored_at"), {SEQ: seqs}, pl.DataFrame.unique)
    old = engine.scan(scan).filter(pl.col("scored_at") < before)
    if old.is_empty():
        return 0
    runs = ", ".join(f"'{run_id}'" for run_id in old["run_id"].unique().sort())
    return engine.delete(history.TABLE, f"{_among(SEQ, old[SEQ].unique().to_list())} AND run_id IN ({runs})")


def _cells_emptied(engine: Engine, seqs: Sequence[int]) -> int:
    """Empties the cells of these deliveries' quarantined rows, but for the credit of a balance that waits; of how many
    rows."""
    if not seqs or not engine.exists(QUARANTINE):
        return 0
    columns = (*_PLACE, "client_id", "cells")
    return engine.update(QUARANTINE, engine.scan(Scan(QUARANTINE, columns, {SEQ: seqs}, _emptied)), _PLACE)


def _emptied(rows: pl.DataFrame) -> pl.DataFrame:
    """The place of rows that are to lose cells, and the cells that are left to them."""
    credit = pl.when(pl.col("client_id").is_null()).then(credit_in_cells())
    left = pl.concat_str(pl.lit(f'{{"{CREDIT}":"'), credit, pl.lit('"}'))
    return rows.filter(pl.col("cells").ne_missing(left)).select(*_PLACE, left.alias("cells"))


def _seqs(events: Sequence[LedgerEvent], kinds: Sequence[str], before: datetime) -> list[int]:
    return [event.seq for event in events if event.event in kinds and event.at < before]


def _among(column: str, values: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(map(str, sorted(values)))})"


def _dropped(engine: Engine, events: Sequence[LedgerEvent]) -> tuple[str, ...]:
    """Drops staging tables of claims that nobody will take over."""
    claims = (open_claim(events, purpose) for purpose in PURPOSES)
    needed = {staging_of(claim.claim_id) for claim in claims if claim is not None}
    left = [name for name in left_staged(engine) if name not in needed]
    for name in left:
        engine.drop(name)
    return tuple(left)


def _compacted(context: Context, events: Sequence[LedgerEvent]) -> Maintained:
    """Tables of an earlier release are made anew first, unless a claim is open whose appends could land twice then."""
    engine, keep_hours = context.engine, context.settings.retention.old_files_hours
    begun = any(open_claim(events, purpose) is not None for purpose in PURPOSES if purpose != "maintain")
    outdated = engine.outdated(STORED)
    rewritten = engine.rewrite(STORED) if outdated and not begun else []
    order = {table.name: table.cluster_by for table in STORED}
    done = []
    names = engine.names()
    for table in counted(names, len(names)):
        if not is_staging(table) and not is_copy(table):
            log.info("Compacting %s", table)
            done.append(Compacted(table, *engine.compact(table, order.get(table, ()), keep_hours)))
    postponed = [table for table in outdated if table not in rewritten]
    return Maintained({}, (), tuple(done), tuple(rewritten), tuple(postponed))
