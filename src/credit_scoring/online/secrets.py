"""What a key is: `cs_<prefix>_<256 random bits>`. The prefix may be shown; of the whole only its sha256 is stored."""

from __future__ import annotations

import hashlib
import re
import secrets

SHAPE = re.compile(r"cs_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """A key that nobody has."""
    return f"cs_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def prefix_of(key: str) -> str | None:
    """The part of a key that may be shown; None for what is no key."""
    found = SHAPE.fullmatch(key)
    return found[1] if found else None


def digest_of(key: str) -> bytes:
    """sha256 of the whole key. 256 random bits need no slower hash: nobody can try them."""
    return hashlib.sha256(key.encode()).digest()
