"""Maintenance: what is kept too long is removed, and the tables' files stay few. For a schedule, at a quiet hour.

Nothing here changes what is known. Quarantined rows stay, because they make a client's file incomplete; only their
cells are emptied, after which they cannot be tried again. A balance that waits for its client keeps the number of its
credit, by which that client is found when it comes. Of a withdrawn or refused delivery the rows go that nobody
can see; who was in it stays. Scores go once their delivery is published.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyspark.sql import Row

from credit_scoring.intake.appending import CELL_OF_CREDIT, QUARANTINE
from credit_scoring.intake.events import PURPOSES, Delivered, open_claim
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.staging import is_staging, left_staged, staging_of
from credit_scoring.operations.working import Desk
from credit_scoring.publishing import history
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import SEQ
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import RetentionSettings
from credit_scoring.storage.tables import Tables, literal
from credit_scoring.storage.upkeep import Compacted, compact, empty, names

log = logging.getLogger(__name__)
_WORK = Delivered("maintenance", 0)
WAITED_FOR = (
    f"(CASE WHEN client_id IS NULL AND `table` = {literal(BUREAU_BALANCE.name)} AND {CELL_OF_CREDIT} IS NOT NULL "
    f"THEN to_json(named_struct('{CREDIT}', CAST({CELL_OF_CREDIT} AS STRING))) END)"
)
"""SQL: what is left of a quarantined row's cells."""


@dataclass(frozen=True)
class Maintained:
    """What was done: rows expired by table, left-over tables dropped, and each table's files before and after."""

    expired: dict[str, int]
    dropped: tuple[str, ...]
    compacted: tuple[Compacted, ...]


def expire(desk: Desk, kept: RetentionSettings) -> Maintained:
    """Removes what is kept longer than the settings say, and what runs that were killed left."""
    return _alone(desk, lambda events: Maintained(_expired(desk, kept, events), _dropped(desk.tables, events), ()))


def optimize(desk: Desk, kept: RetentionSettings) -> Maintained:
    """Compacts and clusters every table, and deletes files that no version needs any more."""
    return _alone(desk, lambda events: Maintained({}, (), _compacted(desk.tables, kept)))


def maintain(desk: Desk, kept: RetentionSettings) -> Maintained:
    """Both, in that order."""
    return _alone(
        desk,
        lambda events: Maintained(
            _expired(desk, kept, events), _dropped(desk.tables, events), _compacted(desk.tables, kept)
        ),
    )


def _alone(desk: Desk, work: Callable[[Sequence[Row]], Maintained]) -> Maintained:
    """Does the work under a claim, and records it. RunActive while another run is at work."""
    desk.ledger.create()
    with desk.claimed("maintain", lambda events: [_WORK]) as claim:
        assert claim is not None
        done = work(desk.ledger.events())
        removed = ", ".join(f"{table} {count}" for table, count in done.expired.items() if count) or "none"
        desk.ledger.record(
            claim, "maintained", _WORK, desk.clock(),
            message=f"rows expired by table: {removed}; tables compacted: {len(done.compacted)}",
            rows=sum(done.expired.values()),
        )  # fmt: skip
    return done


def _expired(desk: Desk, kept: RetentionSettings, events: Sequence[Row]) -> dict[str, int]:
    found: dict[str, int] = {}

    def forget(
        table: str, seqs: Sequence[int], where: str = "true", column: str | None = None, left: str = "NULL"
    ) -> None:
        if seqs and desk.tables.exists(table):
            condition = f"{SEQ} IN ({', '.join(map(str, sorted(seqs)))}) AND {where}"
            found[table] = found.get(table, 0) + empty(desk.tables, table, condition, column, left)

    def before(days: int) -> datetime:
        return desk.clock() - timedelta(days=days)

    if kept.score_history_days is not None:
        done = [event.seq for event in events if event.event in ("published", "withdrawn")]
        given = f"scored_at < TIMESTAMP '{before(kept.score_history_days):%Y-%m-%dT%H:%M:%SZ}'"
        forget(history.TABLE, done, given)
    if kept.quarantine_days is not None:
        old = _seqs(events, ("accepted",), before(kept.quarantine_days))
        forget(QUARANTINE, old, f"NOT cells <=> {WAITED_FOR}", column="cells", left=WAITED_FOR)
    if kept.withdrawn_days is not None:
        gone = _seqs(events, ("withdrawn", "refused"), before(kept.withdrawn_days))
        for table in [*(table.name for table in TABLES), QUARANTINE]:
            forget(table, gone)
    return found


def _seqs(events: Sequence[Row], kinds: Sequence[str], before: datetime) -> list[int]:
    return [event.seq for event in events if event.event in kinds and event.at.timestamp() < before.timestamp()]


def _dropped(tables: Tables, events: Sequence[Row]) -> tuple[str, ...]:
    """Drops staging tables of claims that nobody will take over."""
    claims = (open_claim(events, purpose) for purpose in PURPOSES)
    needed = {staging_of(claim.claim_id) for claim in claims if claim is not None}
    left = [name for name in left_staged(tables) if name not in needed]
    for name in left:
        tables.drop(name)
    return tuple(left)


def _compacted(tables: Tables, kept: RetentionSettings) -> tuple[Compacted, ...]:
    done = []
    for table in names(tables):
        if not is_staging(table):
            log.info("Compacting %s", table)
            done.append(compact(tables, table, kept.old_files_hours))
    return tuple(done)
