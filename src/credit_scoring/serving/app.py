"""The application: its routes, what it starts and ends, and what is said where no route answers."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_scoring.serving.bodies import LimitedBodies
from credit_scoring.serving.journal import new_id
from credit_scoring.serving.observing import observe
from credit_scoring.serving.pages_alone import REDOC, PagesAlone
from credit_scoring.serving.problems import FAILED, METHOD_WRONG, PATH_UNKNOWN, Refusal
from credit_scoring.serving.routes import (
    clients,
    decisions,
    estimates,
    features,
    health,
    letter,
    on_the_fly,
    requests,
    scores,
    what_if,
)
from credit_scoring.serving.schema import described
from credit_scoring.serving.service import Service
from credit_scoring.serving.words import of_request

ROUTERS = (
    clients.router,
    scores.router,
    on_the_fly.router,
    what_if.router,
    estimates.router,
    features.router,
    decisions.router,
    letter.router,
    requests.router,
    health.router,
)


def application(service: Service) -> FastAPI:
    """The API on a service."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        await service.store.open()
        endless = (
            service.journal.work(),
            service.journal.keep(),
            service.champion.follow(),
            service.estimates.follow(),
            service.batches.work(),
            observe(service),
        )
        work = [asyncio.create_task(each) for each in endless]
        # What is there now stays to the end: without it a full collection, a third of a second, makes requests wait.
        gc.collect()
        gc.freeze()
        yield
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await service.store.close()

    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url="/redoc",
        title="Credit scoring",
        version="1",
        summary="Published scores with exact reasons, one client at a time; every answer is recorded.",
        openapi_url="/openapi.json",
        lifespan=living,
        redirect_slashes=False,
    )
    app.state.service = service
    app.router.routes.insert(0, REDOC)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(LimitedBodies)
    app.add_middleware(PagesAlone)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Exception, _failed)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


async def _unrouted(request: Request, error: Exception) -> Response:
    """What Starlette refuses before a route is reached."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "GET")
        refusal = Refusal(METHOD_WRONG, {"allowed": allowed}, headers={"Allow": allowed})
    else:
        refusal = PATH_UNKNOWN()
    return refusal.answer(str(new_id()), of_request(request))


async def _failed(request: Request, error: Exception) -> Response:
    return FAILED().answer(str(new_id()), of_request(request))
