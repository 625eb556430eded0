"""/docs and /redoc in a browser load nothing from elsewhere: their scripts come with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fastapi_offline
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = ("/docs", "/redoc")
_ALONE = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'"
)


class PagesAlone:
    """ASGI middleware, which other paths pass by: one of Starlette's own kind took a quarter of each request's time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a connection's event stream."""
        if scope["type"] != "http" or scope["path"] not in PAGES:
            await self.app(scope, receive, send)
            return

        async def alone(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = _ALONE
            await send(message)

        await self.app(scope, receive, alone)


async def _redoc(request: Request) -> Response:
    return Response(_redoc_script(), media_type="text/javascript")


@cache
def _redoc_script() -> bytes:
    """Redoc's script without the picture that it would fetch from its maker, which the policy above would refuse."""
    script = Path(fastapi_offline.__file__).parent / "static" / "redoc.standalone.js"
    return script.read_bytes().replace(
        _PICTURE, b"data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E"
    )


_PICTURE = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
REDOC = Route("/static-offline-docs/redoc.standalone.js", _redoc, include_in_schema=False)
"""Stands before the files of the package."""
