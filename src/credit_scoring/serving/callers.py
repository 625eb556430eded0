"""Parameters of routes that say who may ask: `actor: Clients` lets everybody in who may read clients."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from credit_scoring.serving.actors import Actor, Role
from credit_scoring.serving.problems import KEY_MISSING, KEY_REFUSED, ROLE_MISSING, TOO_MANY
from credit_scoring.serving.recording import Asked, Asking

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key (`credit-scoring key create`), or a token of the issuer."
)
_Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def _allowed(*roles: Role) -> Callable[..., Coroutine[Any, Any, Actor]]:
    """A dependency that lets these roles in."""

    async def allowed(of: Asking, sent: _Sent) -> Actor:
        actor = await _known(of, sent)
        of.entry.actor, of.entry.role = actor.name, actor.role
        if not of.service.limits.take(actor):
            raise TOO_MANY(per_minute=actor.per_minute)
        if actor.role not in roles:
            raise ROLE_MISSING(role=actor.role.value, roles=", ".join(role.value for role in roles))
        return actor

    return allowed


async def _known(of: Asked, sent: HTTPAuthorizationCredentials | None) -> Actor:
    if sent is None or not sent.credentials:
        raise KEY_MISSING()
    is_token = sent.credentials.count(".") == 2
    actor = await (of.service.tokens if is_token else of.service.keys).actor(sent.credentials)
    if actor is None:
        raise KEY_REFUSED()
    return actor


Clients = Annotated[Actor, Depends(_allowed(Role.ADVISER, Role.SERVICE, Role.AUDITOR, Role.ADMIN))]
"""Who may read what is published of clients."""
Scoring = Annotated[Actor, Depends(_allowed(Role.ADVISER, Role.SERVICE, Role.ADMIN))]
"""Who may have somebody scored."""
Advisers = Annotated[Actor, Depends(_allowed(Role.ADVISER, Role.ADMIN))]
"""Who may decide about clients, and see who waits for a decision."""
Auditors = Annotated[Actor, Depends(_allowed(Role.AUDITOR, Role.ADMIN))]
"""Who may read the journal."""
