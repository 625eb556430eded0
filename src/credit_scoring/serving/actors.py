"""Who asks: the roles, and how often each may."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do. An adviser reads clients and decides; a service reads them and scores; an auditor reads
    them and the journal; an admin all of it."""

    ADVISER = "adviser"
    SERVICE = "service"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """A caller who is known. `name`: as the journal has it. `per_minute`: how often it may ask."""

    name: str
    role: Role
    per_minute: int


@dataclass
class Limits:
    """A bucket of tokens a caller: a minute's requests at most at once, refilled evenly. In this process alone."""

    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, actor: Actor) -> bool:
        """Whether the caller may ask now."""
        now, most = time.monotonic(), float(actor.per_minute)
        left, since = self._buckets.get(actor.name, (most, now))
        left = min(most, left + (now - since) * most / 60)
        if left < 1:
            self._buckets[actor.name] = (left, now)
            return False
        self._buckets[actor.name] = (left - 1, now)
        return True
