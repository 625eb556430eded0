"""The journal proves itself: whatever is changed or removed in it shows, and what was erased or dropped does not."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

import served
from credit_scoring.errors import Fault, UsageError
from credit_scoring.online import journal

NOW = datetime.now(UTC)


@pytest.fixture
def recorded(database: served.Database) -> served.Database:
    """Five requests under two seals, one that no seal covers; two are about client 7."""
    for clients in ((7, 8), (7, 9, None)):
        for client in clients:
            served.record(database, client_id=client, asked=json.dumps({"of": client}))
        sealed(database)
    served.record(database, client_id=10)
    return database


def sealed(database: served.Database) -> None:
    with database.transaction() as connection:
        journal.seal(connection)


def verified(database: served.Database) -> journal.Verified:
    with database.transaction() as connection:
        return journal.verify(connection)


def tamper(connection: Connection, statement: str) -> None:
    """What somebody with all rights can do."""
    for table in ("request", "seal"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    for name in connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits")).scalars().all():
        if re.fullmatch(r"request_\d{4}_\d{2}", name):
            connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER ALL"))
    connection.execute(text(statement))


def test_what_was_recorded_is_proven(recorded: served.Database) -> None:
    assert verified(recorded) == journal.Verified(requests=6, seals=2, erased=0, unsealed=1, problems=())


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE request SET answer = '{}' WHERE client_id = 8", "is not what was recorded"),
        ("UPDATE request SET client_id = 8 WHERE client_id = 10", "is not what was recorded"),
        ("UPDATE request SET digest = sha256('x') WHERE client_id = 8", "is not what was recorded"),
        ("DELETE FROM request WHERE client_id = 8", "covers 2 requests"),
        ("UPDATE request SET salt = NULL, input = NULL, answer = NULL, client_id = NULL WHERE client_id = 8",
         "erasures"),
        ("DELETE FROM seal WHERE number = 1", "does not follow"),
        ("UPDATE seal SET requests = 1 WHERE number = 2", "does not follow"),
        ("INSERT INTO request SELECT gen_random_uuid(), at, xid, actor, role, method, route, client_id, input, answer, "
         "status, code, model_version, fingerprint, code_version, milliseconds, salt, digest FROM request "
         "WHERE client_id = 9", "covers 3 requests"),
    ],
)  # fmt: skip
def test_whatever_is_changed_shows(recorded: served.Database, statement: str, told: str) -> None:
    with recorded.transaction() as connection:
        tamper(connection, statement)
    assert told in "; ".join(verified(recorded).problems)


def test_an_erased_client_is_gone_and_the_chain_holds(recorded: served.Database) -> None:
    with recorded.transaction() as connection:
        assert journal.erase(connection, 7) == 2
    found = verified(recorded)
    assert (found.requests, found.erased, found.problems) == (6, 2, ())
    with recorded.transaction() as connection:
        left = connection.execute(text("SELECT client_id, input, answer, salt FROM request WHERE salt IS NULL")).all()
        assert set(left) == {(None, None, None, None)}
        assert journal.export(connection, 7)["requests"] == []
        assert len(journal.export(connection, 9)["requests"]) == 1


def test_a_month_that_is_over_is_dropped_and_the_chain_holds(database: served.Database) -> None:
    long_ago = NOW - timedelta(days=400)
    with database.transaction() as connection:
        connection.execute(text("SELECT open_journal_month(:day)"), {"day": long_ago.date()})
    for client in (7, 8):
        served.record(database, client_id=client, at=long_ago)
    sealed(database)
    with database.transaction() as connection:
        journal.erase(connection, 7)
    served.record(database, client_id=9)
    sealed(database)
    with database.transaction() as connection:
        assert journal.expire(connection, 60, NOW) == {}
        assert journal.expire(connection, 12, NOW) == {f"{long_ago:%Y-%m}": 2}
    assert verified(database) == journal.Verified(requests=1, seals=2, erased=0, unsealed=0, problems=())


def test_nothing_younger_than_six_months_is_dropped(recorded: served.Database) -> None:
    with recorded.transaction() as connection, pytest.raises(UsageError, match="journal-kept"):
        journal.expire(connection, 5, NOW)
    with recorded.transaction() as connection, pytest.raises(Exception, match="at least six months"):
        connection.execute(text("SELECT drop_journal_month(:day)"), {"day": NOW.date()})


def test_seals_wait_for_transactions_that_still_run(recorded: served.Database) -> None:
    with recorded.transaction() as slow:
        served.insert(slow, client_id=11)
        sealed(recorded)  # would pass over it by number alone
    sealed(recorded)
    assert verified(recorded).problems == ()
    assert verified(recorded).unsealed == 0


def test_a_broken_journal_is_a_fault(recorded: served.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from credit_scoring.commands import online
    from credit_scoring.settings import Settings

    with recorded.transaction() as connection:
        tamper(connection, "DELETE FROM request WHERE client_id = 8")
    with pytest.raises(Fault, match="journal-broken"):
        online.verify_journal(Settings(online=recorded.settings))
