"""The journal as its owner sees it: proven, told to the person concerned, and dropped when its time is over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from credit_scoring.errors.stores import JOURNAL_KEPT, JOURNAL_NOT_RESUMED
from credit_scoring.online.digest import COLUMNS, digest, link
from credit_scoring.online.models import (
    ClientFile,
    ClientScore,
    Erasure,
    HumanDecision,
    Request,
    Retention,
    ScoreHistory,
    Seal,
)

KEPT_MONTHS = 6
"""For at least so long the journal is kept."""
_PIECE = 2_000
_TOLD = 10
_NOT_RESUMED = "CS001"
"""What seal_journal raises where the journal is ahead of the server (migration 0003)."""


@dataclass(frozen=True)
class Verified:
    """What a look at the whole journal found. `unsealed`: requests that no seal covers yet. `problems`: sentences
    without a client's data; none: all is as it was recorded."""

    requests: int
    seals: int
    erased: int
    unsealed: int
    problems: tuple[str, ...]


def verify(connection: Connection) -> Verified:
    """Computes every digest, root and link again."""
    dropped = {row.month: row for row in connection.execute(select(Retention.__table__))}
    wrong, erased, requests = _digests(connection)
    problems = [f"request {each} is not what was recorded" for each in wrong]
    seals = connection.execute(select(Seal.__table__).order_by(Seal.number)).all()
    problems += _chain(connection, seals, set(dropped))
    declared = connection.execute(select(func.coalesce(func.sum(Erasure.requests), 0))).scalar_one()
    emptied = erased + sum(row.erased for row in dropped.values())
    if declared != emptied:
        problems.append(f"{emptied} requests are emptied, but erasures tell of {declared}")
    upto = max((seal.to_xid for seal in seals), default=0)
    unsealed = connection.execute(select(func.count()).where(Request.xid >= upto)).scalar_one()
    more = len(problems) - _TOLD
    told = [*problems[:_TOLD], f"and {more} more"] if more > 0 else problems
    return Verified(requests, len(seals), erased, unsealed, tuple(told))


def _digests(connection: Connection) -> tuple[list[str], int, int]:
    """Requests whose digest is not that of what they hold; how many are erased; how many there are."""
    columns = [getattr(Request, name) for name in (*COLUMNS, "salt", "digest")]
    found = connection.execution_options(yield_per=_PIECE).execute(select(*columns))
    wrong, erased, requests = [], 0, 0
    for row in found.mappings():
        requests += 1
        if row["salt"] is None:
            erased += 1
            if any(row[name] is not None for name in ("client_id", "input", "answer")):
                wrong.append(str(row["id"]))
        elif digest(bytes(row["salt"]), dict(row)) != bytes(row["digest"]):
            wrong.append(str(row["id"]))
    return wrong, erased, requests


def _chain(connection: Connection, seals: Sequence[Any], dropped: set[date]) -> list[str]:
    problems, previous, expected, bounds = [], bytes(32), 1, (0, 0)
    for seal in seals:
        made = link(
            previous, seal.number, seal.month.isoformat(), seal.from_xid, seal.to_xid, seal.requests, bytes(seal.root)
        )
        if seal.number != expected or bytes(seal.previous) != previous or bytes(seal.hash) != made:
            problems.append(f"seal {seal.number} does not follow from the one before")
        if (seal.from_xid, seal.to_xid) != bounds and seal.from_xid != bounds[1]:
            problems.append(f"seal {seal.number} leaves a gap after the one before")
        if seal.month not in dropped:
            problems += _root(connection, seal)
        previous, expected, bounds = bytes(seal.hash), seal.number + 1, (seal.from_xid, seal.to_xid)
    return problems


def _root(connection: Connection, seal: Any) -> list[str]:
    """What is wrong with the requests that a seal covers."""
    month = func.date_trunc("month", func.timezone("UTC", Request.at))
    digests = connection.execute(
        select(Request.digest)
        .where(Request.xid >= seal.from_xid, Request.xid < seal.to_xid, month == seal.month)
        .order_by(Request.id)
    ).scalars()
    root, count = hashlib.sha256(), 0
    for each in digests:
        root.update(bytes(each))
        count += 1
    if count != seal.requests:
        return [f"seal {seal.number} covers {seal.requests} requests of {seal.month:%Y-%m}, and {count} are there"]
    return [] if root.digest() == bytes(seal.root) else [f"requests under seal {seal.number} were changed"]


def seal(connection: Connection) -> int:
    """Seals what is committed and not sealed yet; how many links were made. UsageError for a journal that was restored
    and does not go on in this server yet."""
    try:
        return int(connection.execute(select(func.seal_journal())).scalar_one())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _NOT_RESUMED:
            raise JOURNAL_NOT_RESUMED() from None
        raise


def erase(connection: Connection, client: int) -> int:
    """Erases a client from what is published and from the journal; how many requests were emptied."""
    return int(connection.execute(select(func.erase_client(client))).scalar_one())


def export(connection: Connection, client: int) -> dict[str, list[dict[str, Any]]]:
    """All that the online store holds of a client, to be handed out on request: published, asked, answered, decided."""
    kept: dict[str, tuple[Any, Any]] = {
        "published": (ClientScore, ClientScore.client_id),
        "earlier": (ScoreHistory, ScoreHistory.seq),
        "file": (ClientFile, ClientFile.client_id),
        "requests": (Request, Request.at),
        "decisions": (HumanDecision, HumanDecision.at),
    }
    hidden = ("salt", "digest", "xid")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, (table, order) in kept.items():
        rows = connection.execute(select(table.__table__).where(table.client_id == client).order_by(order)).mappings()
        found[name] = [{column: row[column] for column in row if column not in hidden} for row in rows]
    return found


def expire(connection: Connection, months: int, now: datetime) -> dict[str, int]:
    """Drops the months that ended more than so many months ago; month -> requests. UsageError for fewer than six."""
    if months < KEPT_MONTHS:
        raise JOURNAL_KEPT(months=months)
    partitions = connection.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'request'::regclass")
    ).scalars()
    done = {}
    for name in sorted(partitions):
        year, month = (int(part) for part in name.split("_")[-2:])
        age = (now.year - year) * 12 + now.month - month  # of the month's beginning
        if age > months:
            done[f"{year}-{month:02}"] = int(
                connection.execute(select(func.drop_journal_month(date(year, month, 1)))).scalar_one()
            )
    return done
