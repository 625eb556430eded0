"""Keys of the API, made and ended by whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from credit_scoring.errors.stores import KEY_UNKNOWN
from credit_scoring.online.models import ApiKey
from credit_scoring.online.secrets import digest_of, new_key, prefix_of

RoleName = Literal["adviser", "service", "auditor", "admin"]


@dataclass(frozen=True)
class KeyFacts:
    """What may be shown of a key."""

    prefix: str
    name: str
    role: str
    per_minute: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    replaces: str | None


@dataclass(frozen=True)
class NewKey:
    """A key that was made: the only time that it is shown."""

    key: str
    expires_at: datetime


def create(
    connection: Connection, name: str, role: RoleName, per_minute: int, days: int, now: datetime,
    replaces: str | None = None,
) -> NewKey:  # fmt: skip
    """Makes a key that holds for so many days."""
    key, ends = new_key(), now + timedelta(days=days)
    connection.execute(
        insert(ApiKey).values(
            prefix=prefix_of(key), digest=digest_of(key), name=name, role=role, per_minute=per_minute,
            created_at=now, expires_at=ends, replaces=replaces,
        )
    )  # fmt: skip
    return NewKey(key, ends)


def listed(connection: Connection) -> tuple[KeyFacts, ...]:
    """All keys, the newest first."""
    columns = (getattr(ApiKey, name) for name in KeyFacts.__dataclass_fields__)
    rows = connection.execute(select(*columns).order_by(ApiKey.created_at.desc(), ApiKey.prefix))
    return tuple(KeyFacts(*row) for row in rows)


def revoke(connection: Connection, prefix: str, now: datetime) -> None:
    """Ends a key; UsageError when there is none that holds."""
    _holding(connection, prefix, now)
    connection.execute(update(ApiKey).where(ApiKey.prefix == prefix).values(revoked_at=now))


def rotate(connection: Connection, prefix: str, days: int, overlap: timedelta, now: datetime) -> NewKey:
    """Makes a key in the place of one, which holds for `overlap` longer at most; UsageError when it does not hold."""
    old = _holding(connection, prefix, now)
    connection.execute(
        update(ApiKey).where(ApiKey.prefix == prefix).values(expires_at=min(old.expires_at, now + overlap))
    )
    role: RoleName = old.role  # type: ignore[assignment]
    return create(connection, old.name, role, old.per_minute, days, now, replaces=prefix)


def _holding(connection: Connection, prefix: str, now: datetime) -> KeyFacts:
    for each in listed(connection):
        if each.prefix == prefix and each.revoked_at is None and each.expires_at > now:
            return each
    raise KEY_UNKNOWN(prefix=prefix)
