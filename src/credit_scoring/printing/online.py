"""The online store: its keys, its journal, and what was loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from credit_scoring.printing.table import table

if TYPE_CHECKING:
    from credit_scoring.commands.online import Granted, Prepared
    from credit_scoring.online.journal import Verified
    from credit_scoring.online.keys import KeyFacts
    from credit_scoring.online.loading import Loaded


def prepared(found: Prepared) -> str:
    """Of which release the tables are."""
    return f"The tables are of revision {found.revision}."


def granted(found: Granted) -> str:
    """What the API's user may do."""
    return f"{found.user} may log in, and has the API's rights and no other."


def keys(found: Sequence[KeyFacts]) -> str:
    """What may be shown of every key."""
    head = ["prefix", "name", "role", "per minute", "expires", "revoked"]
    rows = [(k.prefix, k.name, k.role, k.per_minute, f"{k.expires_at:%Y-%m-%d}", k.revoked_at or "") for k in found]
    return table(head, rows) or "There are no keys yet."


def verified(found: Verified) -> str:
    """That the journal is proven, and how much it holds."""
    return (
        f"The journal is as it was recorded: {found.requests:,} requests under {found.seals:,} seals "
        f"({found.unsealed:,} not sealed yet, {found.erased:,} erased)."
    )


def expired(dropped: Mapping[str, int]) -> str:
    """The months that were dropped."""
    return table(["month", "requests"], list(dropped.items())) or "Nothing is that old."


def loaded(done: Loaded) -> str:
    """What a load brought."""
    if done.load is None:
        return "The online store holds all of it already."
    return f"Load {done.load}: {done.scores:,} scores, {done.files:,} files; {done.removed:,} clients left."
