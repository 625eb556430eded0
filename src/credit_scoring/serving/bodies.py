"""Bodies larger than a limit are refused while they arrive, and those that never end are given up."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credit_scoring.serving.journal import new_id
from credit_scoring.serving.problems import BODY_TOO_LARGE
from credit_scoring.serving.words import preferred

MOST_BYTES = 1_000_000
DRAINED_BYTES = 10 * MOST_BYTES
"""A body up to this is read to its end before it is refused: who still sends when the connection closes may never see
the answer."""
ARRIVES_SECONDS = 20
"""So long a body may take to arrive."""


class LimitedBodies:
    """ASGI middleware. A body is read whole before the application sees the request, so a slow one holds nothing up."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a connection's event stream."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        declared = int(length) if length.isdigit() else 0
        body = None
        if declared <= DRAINED_BYTES:
            try:
                async with asyncio.timeout(ARRIVES_SECONDS):
                    body = await _read(receive, max(declared, MOST_BYTES))
            except TimeoutError:
                return  # the connection is closed without an answer
        if body is None:
            language = preferred(None, headers.get(b"accept-language", b"").decode("latin-1"))
            answer = BODY_TOO_LARGE(most=MOST_BYTES).answer(str(new_id()), language)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The body; None when it is too large, as soon as it is longer than `most`."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
        if size > most or not message.get("more_body", False):
            return b"".join(parts) if size <= MOST_BYTES else None
