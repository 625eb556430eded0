"""Whether the service lives, and whether it can answer: for whoever runs it. Not recorded, and asked without a key."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from credit_scoring.serving.champion import NONE_LOADED
from credit_scoring.serving.service import Service
from credit_scoring.serving.store import DatabaseAwayError

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """The process answers."""

    alive: bool = Field(examples=[True])


class Readiness(BaseModel):
    """What can be answered now. `problems` holds a sentence for each thing that is not well."""

    ready: bool = Field(description="Whether stored scores can be answered and recorded")
    scores_on_the_fly: bool = Field(description="Whether a model is loaded")
    model_version: int | None = Field(description="Version of the champion that scores")
    loaded_seq: int | None = Field(description="Highest delivery that is loaded")
    problems: list[str] = Field(examples=[["the database does not answer"]])


@router.get("/health", summary="Whether the process lives")
async def health() -> Health:
    """Answers as long as the process can."""
    return Health(alive=True)


@router.get(
    "/ready", summary="Whether it can answer", responses={503: {"model": Readiness, "description": "Not ready"}}
)
async def ready(request: Request) -> JSONResponse:
    """503 while the database is away; a model that was not taken is told, and leaves stored scores answered."""
    service: Service = request.app.state.service
    problems, seq, there = [], None, True
    try:
        row = await service.store.row("SELECT max(seq) AS seq FROM online_load")
        seq = row["seq"] if row is not None else None
    except DatabaseAwayError:
        problems, there = ["the database does not answer"], False
    if service.champion.problem:
        problems.append(service.champion.problem)
    if service.estimates.problem not in ("", NONE_LOADED):
        problems.append(f"estimates: {service.estimates.problem}")
    current = service.champion.current
    answer = Readiness(
        ready=there,
        scores_on_the_fly=current is not None,
        model_version=current.version if current else None,
        loaded_seq=seq,
        problems=problems,
    )
    return JSONResponse(answer.model_dump(), 200 if there else 503)
