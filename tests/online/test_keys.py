"""Keys: shown once, stored as a digest, ended, and replaced with an overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

import served
from credit_scoring.errors import UsageError
from credit_scoring.online import keys
from credit_scoring.online.secrets import SHAPE, digest_of, prefix_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_key_has_256_random_bits_of_which_none_is_stored(shared: served.Database) -> None:
    with shared.transaction() as connection:
        made = keys.create(connection, "desk", "adviser", 60, 30, NOW)
        stored = connection.execute(text("SELECT digest, api_key::text FROM api_key")).one()
    assert SHAPE.fullmatch(made.key)
    secret = made.key.rsplit("_", 1)[-1] if made.key.count("_") == 2 else made.key[12:]
    assert secret not in stored[1]
    assert bytes(stored[0]) == digest_of(made.key)
    assert made.expires_at == NOW + timedelta(days=30)


def test_a_key_is_replaced_with_an_overlap(shared: served.Database) -> None:
    with shared.transaction() as connection:
        old = keys.create(connection, "batch", "service", 60, 30, NOW)
        prefix = prefix_of(old.key) or ""
        new = keys.rotate(connection, prefix, 90, timedelta(hours=24), NOW)
        listed = {each.prefix: each for each in keys.listed(connection)}
    assert listed[prefix].expires_at == NOW + timedelta(hours=24)
    replaced = listed[prefix_of(new.key) or ""]
    assert (replaced.replaces, replaced.role, replaced.per_minute) == (prefix, "service", 60)


def test_a_key_that_does_not_hold_is_not_ended_again(shared: served.Database) -> None:
    with shared.transaction() as connection:
        prefix = prefix_of(keys.create(connection, "gone", "auditor", 60, 30, NOW).key) or ""
        keys.revoke(connection, prefix, NOW)
        for late in (NOW, NOW + timedelta(days=31)):
            with pytest.raises(UsageError, match="key-unknown"):
                keys.revoke(connection, prefix, late)
