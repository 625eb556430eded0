"""Tokens of an OpenID Connect issuer, beside our own keys: whom they name, and in which role."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import jwt

from credit_scoring.serving.actors import Actor, Role
from credit_scoring.settings import OidcSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA")
"""Signatures with a public key only: a token signed with a shared secret, or with none, is refused."""


@dataclass
class Tokens:
    """Who a token makes its bearer, by the issuer's published keys."""

    settings: OidcSettings
    per_minute: int
    _keys: jwt.PyJWKClient | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.settings.issuer and self.settings.keys:
            self._keys = jwt.PyJWKClient(self.settings.keys, cache_keys=True, lifespan=300, timeout=2)

    async def actor(self, token: str) -> Actor | None:
        """The caller with this token; None where it does not hold, or names no role of ours."""
        if self._keys is None:
            return None
        try:
            key = await asyncio.to_thread(self._keys.get_signing_key_from_jwt, token)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=list(ALGORITHMS),
                audience=self.settings.audience,
                issuer=self.settings.issuer,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError:
            return None
        named = claims.get(self.settings.role_claim, [])
        ours = {self.settings.roles[each] for each in ([named] if isinstance(named, str) else named)
                if isinstance(each, str) and each in self.settings.roles}  # fmt: skip
        for role in (Role.ADMIN, Role.AUDITOR, Role.ADVISER, Role.SERVICE):  # the one that may most
            if role.value in ours:
                return Actor(f"oidc:{claims['sub']}", role, self.per_minute)
        return None
