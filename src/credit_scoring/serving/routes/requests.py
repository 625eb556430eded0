"""The journal's entries, for auditors."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from credit_scoring.serving.callers import Auditors
from credit_scoring.serving.problems import REQUEST_UNKNOWN, documented
from credit_scoring.serving.recording import Asking, RecordedRoute

router = APIRouter(prefix="/v1", tags=["journal"], route_class=RecordedRoute)


class RequestAnswer(BaseModel):
    """What was asked and answered; whom it concerned, what was sent and what came back are null once erased."""

    id: uuid.UUID
    at: datetime
    actor: str = Field(description="Who asked: key:<prefix>, oidc:<subject> or nobody", examples=["key:5f0c9be1"])
    role: str
    method: str
    route: str = Field(examples=["/v1/clients/{client_id}/score"])
    client_id: int | None
    input: str | None = Field(description="What was asked besides, as JSON text")
    answer: str | None = Field(description="What was answered, or the stored score that was, as JSON text")
    status: int
    code: str = Field(description="Code of the problem; empty: none")
    model_version: int | None
    fingerprint: str
    code_version: str
    milliseconds: float
    digest: str = Field(description="sha256 of it all, which the chain of seals rests on")
    erased: bool
    sealed: bool = Field(description="Whether the chain covers it already")


@router.get("/requests/{request_id}", summary="An entry of the journal", responses=documented(REQUEST_UNKNOWN))
async def request(
    request_id: Annotated[uuid.UUID, Path(description="As in X-Request-ID.")], of: Asking, actor: Auditors
) -> RequestAnswer:
    """Reading the journal is recorded as well."""
    row = await of.service.store.row(_ENTRY, request_id)
    if row is None:
        raise REQUEST_UNKNOWN()
    of.entry.client_id = row["client_id"]
    of.entry.answer = f'{{"request":"{request_id}"}}'
    return RequestAnswer(**dict(row))


_ENTRY = """
    SELECT id, at, actor, role, method, route, client_id, input, answer, status, code, model_version, fingerprint,
        code_version, milliseconds, encode(digest, 'hex') AS digest, salt IS NULL AS erased,
        xid < coalesce((SELECT max(to_xid) FROM seal), 0) AS sealed
    FROM request WHERE id = $1
"""
