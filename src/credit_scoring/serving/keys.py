"""Keys of the API, as the database has them now: read at most once a second, so that a revoked key ends at once."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from credit_scoring.online.secrets import digest_of, prefix_of
from credit_scoring.serving.actors import Actor, Role
from credit_scoring.serving.store import Store

FRESH_SECONDS = 1.0
_QUERY = "SELECT digest, role, per_minute, expires_at, revoked_at FROM api_key WHERE prefix = $1"


@dataclass
class Keys:
    """Who a key makes its bearer."""

    store: Store
    _read: dict[str, tuple[float, tuple[bytes, Actor, datetime] | None]] = field(default_factory=dict)

    async def actor(self, key: str) -> Actor | None:
        """The caller with this key; None where it is unknown, expired or revoked. Raises DatabaseAwayError."""
        prefix = prefix_of(key)
        if prefix is None:
            return None
        now = time.monotonic()
        held = self._read.get(prefix)
        if held is None or held[0] <= now:
            row = await self.store.row(_QUERY, prefix)
            found = None
            if row is not None and row["revoked_at"] is None:
                actor = Actor(f"key:{prefix}", Role(row["role"]), row["per_minute"])
                found = (bytes(row["digest"]), actor, row["expires_at"])
            if len(self._read) > 10_000:  # prefixes that somebody tries
                self._read.clear()
            held = self._read[prefix] = (now + FRESH_SECONDS, found)
        if held[1] is None:
            return None
        digest, actor, expires_at = held[1]
        good = hmac.compare_digest(digest, digest_of(key)) and datetime.now(UTC) < expires_at
        return actor if good else None
