"""The digest of a request: what seals rest on. The API computes it, `journal verify` computes it again.

sha256 over the salt and a JSON list of the columns in the order of COLUMNS, as json.dumps writes it (UTF-8, no space
between parts). A moment is told in microseconds since 1970, a number as the shortest text that gives its bits.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

COLUMNS = (
    "id", "at", "actor", "role", "method", "route", "client_id", "input", "answer", "status", "code", "model_version",
    "fingerprint", "code_version", "milliseconds",
)  # fmt: skip
"""What a digest covers."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def digest(salt: bytes, row: Mapping[str, Any]) -> bytes:
    """The digest [32] of a request with these columns; `at` has microseconds at most, `id` is a UUID."""
    told = json.dumps([_told(row[name]) for name in COLUMNS], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + told.encode()).digest()


def link(previous: bytes, number: int, month: str, from_xid: int, to_xid: int, requests: int, root: bytes) -> bytes:
    """The hash of a seal (see seal_journal in the migrations); `month` as YYYY-MM-DD."""
    numbers = (number.to_bytes(8, "big"), month.encode(), *(n.to_bytes(8, "big") for n in (from_xid, to_xid, requests)))
    return hashlib.sha256(previous + b"".join(numbers) + root).digest()


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    return value.hex if isinstance(value, uuid.UUID) else value
