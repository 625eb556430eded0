"""How a route is written: a function from typed parameters to a typed answer, recorded before the answer leaves.

    router = APIRouter(route_class=RecordedRoute)

    @router.get("/clients/{client_id}/score", responses=documented(CLIENT_UNKNOWN))
    async def score(client_id: ClientId, of: Asking, actor: Advisers, language: AskedLanguage) -> ScoreAnswer:
        of.entry.client_id = client_id
        row = await of.service.store.row("SELECT ... WHERE client_id = $1", client_id)
        if row is None:
            raise CLIENT_UNKNOWN(client=client_id)
        ...

The route does what it does; RecordedRoute does the rest: unknown query parameters and bodies that do not fit are
refused with every error, refusals become problems, the entry gets input, answer, status and duration, and it is
committed before the answer leaves. Where it cannot be, the answer is 503.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

from fastapi import Depends, Path
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_scoring.features.words import Language
from credit_scoring.serving.journal import Entry
from credit_scoring.serving.problems import DATABASE_AWAY, FAILED, REQUEST_WRONG, Refusal, WrongPart
from credit_scoring.serving.service import Service
from credit_scoring.serving.store import DatabaseAwayError
from credit_scoring.serving.words import of_request, wrong

log = logging.getLogger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Asked:
    """What a route is given of its surroundings: the service, and the entry that it completes."""

    service: Service
    entry: Entry


async def _asked(request: Request) -> Asked:  # async: others are called in threads
    return Asked(request.app.state.service, request.state.entry)


Asking = Annotated[Asked, Depends(_asked)]
ClientId = Annotated[int, Path(ge=0, le=2**63 - 1, description="The client (SK_ID_CURR).", examples=[100002])]


class RecordedRoute(APIRoute):
    """A route whose requests are in the journal before they are answered."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, _without_unknown(endpoint), **more)

    def get_route_handler(self) -> Handler:
        """The handler around the route's own."""
        own = super().get_route_handler()
        known = frozenset(_query_parameters(self.dependant))
        path, methods = self.path_format, ",".join(sorted(self.methods or ()))

        async def handle(request: Request) -> Response:
            service: Service = request.app.state.service
            entry = request.state.entry = Entry(methods, path)
            try:
                _UNKNOWN.set([name for name in request.query_params if name not in known])
                response = await own(request)
            except Exception as error:
                refusal = _refusal(error, of_request(request))
                entry.code, entry.errors = refusal.problem.code, tuple(refusal.errors)
                response = refusal.answer(str(entry.id), of_request(request))
            entry.status = response.status_code
            response.headers["X-Request-ID"] = str(entry.id)
            service.metrics.answered(entry)
            if entry.code == DATABASE_AWAY.code:
                return response
            try:
                entry.asked = await _input(request, entry.asked)
                if entry.answer is None:
                    entry.answer = bytes(response.body).decode()
                await service.journal.write(entry)
            except DatabaseAwayError:
                service.metrics.unrecorded()
                return DATABASE_AWAY().answer(str(entry.id), of_request(request))
            return response

        return handle


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    """The names of all query parameters of a route, those of its dependencies too."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for other in dependant.dependencies:
        yield from _query_parameters(other)


_UNKNOWN: ContextVar[list[str]] = ContextVar("unknown")
"""The query parameters of the request that no part of its route reads."""


def _without_unknown(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint, which is not reached with a parameter that nobody reads. FastAPI judges the known ones before."""

    @wraps(endpoint)
    async def refusing(*values: Any, **parameters: Any) -> Any:
        if unknown := _unknown():
            raise RequestValidationError(unknown)
        return await endpoint(*values, **parameters)

    return refusing


def _unknown() -> list[dict[str, Any]]:
    return [
        {"type": "extra_forbidden", "loc": ("query", name), "msg": "Unknown parameter", "input": None}
        for name in _UNKNOWN.get()
    ]


def _refusal(error: Exception, language: Language) -> Refusal:
    """What the caller is told of an error."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DatabaseAwayError):
        return DATABASE_AWAY()
    if isinstance(error, RequestValidationError):
        known = error.errors()
        errors = wrong_parts([*known, *(each for each in _unknown() if each not in known)], language)
        return REQUEST_WRONG(errors, count=len(errors))
    if isinstance(error, HTTPException) and error.status_code == 400:  # FastAPI's word for a body that is no JSON
        unread = {"type": "json_invalid", "loc": ("body",), "msg": "The body is not readable JSON", "input": None}
        return REQUEST_WRONG(wrong_parts([unread], language), count=1)
    # Texts of errors quote values: only kind and place are told.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "?"
    log.error("A request failed in a way that nobody foresaw (%s in %s)", type(error).__name__, place)
    return FAILED()


def wrong_parts(errors: Iterable[Any], language: Language) -> list[WrongPart]:
    """The errors of pydantic as pointers; the values that were sent are not repeated."""
    return [
        WrongPart(code=each["type"], pointer="/" + "/".join(map(_escaped, each["loc"])), detail=wrong(each, language))
        for each in errors
    ]


def _escaped(part: object) -> str:
    """A part of a JSON pointer (RFC 6901), without what no text of PostgreSQL holds: NUL and half of a character."""
    text = str(part).encode(errors="replace").decode().replace("\0", "\ufffd")
    return text.replace("~", "~0").replace("/", "~1")


async def _input(request: Request, said: str) -> str:
    """What was asked: what the route says, else the query and the body as they came."""
    if said != "{}":
        return said
    asked: dict[str, Any] = dict(request.query_params)
    if request.method == "POST":
        body = await request.body()
        try:
            asked["body"] = json.loads(body) if body else None
        except (ValueError, RecursionError):
            asked["body"] = None
            asked["unreadable_bytes"] = len(body)
    return json.dumps(asked, separators=(",", ":"))  # ASCII: half of a character is no UTF-8
