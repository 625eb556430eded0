"""The online store of the API: prepared and loaded, its keys, and the journal of what was answered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from credit_scoring.commands.loading import load_online_store
from credit_scoring.errors.stores import API_USER_UNKNOWN, JOURNAL_BROKEN, ONLINE_URL_MISSING
from credit_scoring.online import database, journal, keys
from credit_scoring.online.loading import Loaded
from credit_scoring.online.place import owner_url
from credit_scoring.online.service_user import grant
from credit_scoring.secret_files import API_PASSWORD
from credit_scoring.settings import Settings


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    """A transaction on the online store, its tables being this release's; UsageError where there is none."""
    with owner_url(settings) as url, database.current(url) as connection:
        yield connection


@dataclass(frozen=True)
class Prepared:
    """A database; `created`: whether it was not there before; `revision`: of its tables."""

    created: bool
    revision: str


def prepare(settings: Settings, create: bool) -> Prepared:
    """Brings the tables to this release; where asked, creates the database first."""
    with owner_url(settings) as url:
        if not url:
            raise ONLINE_URL_MISSING()
        created = database.create(url) if create else False
        return Prepared(created, database.upgrade(url))


@dataclass(frozen=True)
class Granted:
    """The API's user, as it is in the database now."""

    user: str


def grant_api(settings: Settings) -> Granted:
    """Makes the user of online.api_url, or gives it the password of API_PGPASSWORD, and the API's rights.

    UsageError where the settings name no user beside the owner, or the environment no password.
    """
    online, password = settings.online, os.environ.get(API_PASSWORD, "")
    user = database.user(online.api_url) if online.api_url else ""
    if not user or user == database.user(online.url):
        raise API_USER_UNKNOWN(lacking="online.api_url names no user beside that of online.url")
    if not password:
        raise API_USER_UNKNOWN(lacking=f"{API_PASSWORD} is not set")
    with _connected(settings) as connection:
        grant(connection, user, password)
    return Granted(user)


def new_key(
    settings: Settings, name: str, role: keys.RoleName, per_minute: int | None, days: int | None
) -> keys.NewKey:
    """Makes a key."""
    online = settings.online
    with _connected(settings) as connection:
        return keys.create(
            connection, name, role, per_minute or online.per_minute, days or online.key_days, datetime.now(UTC)
        )


def all_keys(settings: Settings) -> tuple[keys.KeyFacts, ...]:
    """What may be shown of every key."""
    with _connected(settings) as connection:
        return keys.listed(connection)


def revoke_key(settings: Settings, prefix: str) -> None:
    """Ends a key."""
    with _connected(settings) as connection:
        keys.revoke(connection, prefix, datetime.now(UTC))


def rotate_key(settings: Settings, prefix: str, overlap_hours: int, days: int | None) -> keys.NewKey:
    """Makes a key in the place of one that holds for some hours more."""
    with _connected(settings) as connection:
        overlap, lasts = timedelta(hours=overlap_hours), days or settings.online.key_days
        return keys.rotate(connection, prefix, lasts, overlap, datetime.now(UTC))


def verify_journal(settings: Settings) -> journal.Verified:
    """Seals what is not sealed yet, and proves the whole journal; Fault when it is not as it was recorded."""
    with _connected(settings) as connection:
        journal.seal(connection)
    with _connected(settings) as connection:
        found = journal.verify(connection)
    if found.problems:
        raise JOURNAL_BROKEN(problems="; ".join(found.problems))
    return found


def export_journal(settings: Settings, client: int) -> dict[str, list[dict[str, Any]]]:
    """All that is held of a client."""
    with _connected(settings) as connection:
        return journal.export(connection, client)


def expire_journal(settings: Settings) -> dict[str, int]:
    """Drops what is older than the settings keep."""
    with _connected(settings) as connection:
        return journal.expire(connection, settings.online.journal_months, datetime.now(UTC))


def publish_online(settings: Settings) -> Loaded:
    """Brings what is published into the online store; UsageError where there is none."""
    with owner_url(settings) as url:
        if not url:
            raise ONLINE_URL_MISSING()
        return load_online_store(settings, url)
