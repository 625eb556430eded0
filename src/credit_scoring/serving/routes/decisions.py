"""What people decide: who waits for them, and what they decided, each decision once unless it is replaced."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from credit_scoring.features.words import Language, Words
from credit_scoring.schema.tables import SOURCES
from credit_scoring.serving.callers import Advisers, Clients
from credit_scoring.serving.journal import new_id
from credit_scoring.serving.problems import (
    CLIENT_UNKNOWN,
    DECIDED_ALREADY,
    REASON_MISSING,
    SCORE_CHANGED,
    documented,
)
from credit_scoring.serving.recording import Asking, ClientId, RecordedRoute
from credit_scoring.serving.routes.clients import ClientLine
from credit_scoring.serving.routes.scores import stored
from credit_scoring.serving.whole_numbers import WHOLE
from credit_scoring.serving.words import AskedLanguage, said

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=RecordedRoute)


class Unusable(BaseModel):
    """A part of a client's file that could not be used, for which the client is referred."""

    table: str = Field(description="The table", examples=["bureau"])
    what: Literal["cells", "rows"] = Field(description="Cells that became missing, or rows that were set apart")
    sentence: str = Field(description="The same in words")


class WaitingLine(ClientLine):
    """A client who waits for a person, and why."""

    unusable: list[Unusable] = Field(description="What of the file could not be used; empty: not known of older files")


class QueueAnswer(BaseModel):
    """Clients who were referred to a person and about whom nobody has decided, the oldest first."""

    waiting: int = Field(description="How many wait")
    clients: list[WaitingLine]
    next: str | None = Field(description="What to send as `after` for the next page; null: this is the last")


@router.get("/queue", summary="Who waits for a person", responses=documented())
async def queue(
    of: Asking,
    actor: Advisers,
    language: AskedLanguage,
    after: Annotated[str, Query(pattern=r"^\d{1,17}-\d{1,19}$|^$", description="The page after this place.")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000, description="At most so many.")] = 50,
) -> QueueAnswer:
    """By the moment of the score, then by number."""
    moment, client = (int(part) for part in after.split("-")) if after else (0, -1)
    waiting = await of.service.store.row(UNDECIDED)
    since = datetime.fromtimestamp(min(moment, _LATEST) / 1e6, UTC)
    rows = await of.service.store.rows(_QUEUE, since, min(client, 2**63 - 1), limit + 1)
    page = [
        WaitingLine(**{**row, "unusable": [_unusable(flaw, language) for flaw in row["unusable"]]})
        for row in rows[:limit]
    ]
    of.entry.asked = json.dumps({"limit": limit})
    of.entry.answer = json.dumps({"clients": len(page)})
    more = None
    if len(rows) > limit:
        microseconds = round(page[-1].scored_at.timestamp() * 1e6)
        more = f"{microseconds}-{page[-1].client_id}"
    return QueueAnswer(waiting=waiting["clients"] if waiting else 0, clients=page, next=more)


_LATEST = 4_102_444_800_000_000  # in the year 2100
_WAITING = """
    FROM client_score AS given WHERE decision = 'refer' AND NOT EXISTS (
        SELECT FROM human_decision AS decided WHERE decided.client_id = given.client_id
        AND decided.seq = given.seq AND decided.model_version = given.model_version
    )
"""
UNDECIDED = f"SELECT count(*) AS clients {_WAITING}"
"""How many wait."""
_QUEUE = f"""
    SELECT client_id, decision, score, scored_at, delivery, coalesce((
        SELECT flaws FROM client_file AS file WHERE file.client_id = given.client_id AND file.seq = given.seq
    ), '{{}}') AS unusable {_WAITING}
    AND (scored_at, client_id) > ($1, $2) ORDER BY scored_at, client_id LIMIT $3
"""


_TITLES = {table.name: Words(table.title, table.title_fr) for table in SOURCES}
_UNUSABLE = {
    "cells": Words("Values could not be used in: {table}.", "Valeurs inutilisables dans : {table}."),
    "rows": Words("Rows had to be set apart in: {table}.", "Lignes mises à l'écart dans : {table}."),
}


def _unusable(flaw: str, language: Language) -> Unusable:
    table, _, what = flaw.partition(".")
    sentence = said(_UNUSABLE[what], language, table=said(_TITLES[table], language))
    return Unusable(table=table, what="rows" if what == "rows" else "cells", sentence=sentence)


Large = Annotated[int, Field(ge=0, le=2**63 - 1), WHOLE]


class DecisionBody(BaseModel):
    """What an adviser decided about a client's published score."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "client_id": 100002,
                    "seq": 2,
                    "model_version": 1,
                    "decision": "approve",
                    "reason": "Salary slips seen",
                }
            ]
        },
    )

    client_id: Large = Field(description="Whose score was looked at")
    seq: Large = Field(description="That score: its seq")
    model_version: Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE] = Field(description="That score: its model version")
    decision: Literal["approve", "refuse"]
    reason: str | None = Field(
        None, min_length=3, max_length=2_000, pattern=r"^[^\u0000]*$",
        description="Why; needed against the score, or in place of another decision",
    )  # fmt: skip
    supersedes: uuid.UUID | None = Field(None, description="The decision in whose place this one stands")


class DecisionAnswer(BaseModel):
    """A decision as it is recorded."""

    id: uuid.UUID
    at: datetime
    client_id: int
    computed: str = Field(description="What was computed: approve, refuse or refer")
    decision: str
    override: bool = Field(description="Whether it goes against the score")


@router.post(
    "/decisions",
    status_code=201,
    summary="What a person decided",
    responses=documented(CLIENT_UNKNOWN, DECIDED_ALREADY, SCORE_CHANGED, REASON_MISSING),
)
async def decide(body: DecisionBody, of: Asking, actor: Advisers) -> DecisionAnswer:
    """Of two who decide at once the second is told what the first decided. So is who looked at an earlier score."""
    row = await stored(of, body.client_id, _SCORE)
    of.entry.answer = None
    if (row["seq"], row["model_version"]) != (body.seq, body.model_version):
        raise SCORE_CHANGED()
    by_score = "approve" if row["score"] >= row["cut_off"] else "refuse"
    override = body.decision != by_score
    if (override or body.supersedes is not None) and not (body.reason or "").strip():
        raise REASON_MISSING()
    identity = new_id()
    values = (
        identity, body.client_id, body.seq, body.model_version, row["score"], row["decision"], body.decision, override,
        body.reason, actor.name, of.entry.id, body.supersedes,
    )  # fmt: skip
    inserted = await of.service.store.row(_INSERT, *values)
    if inserted is None:
        last = await of.service.store.row(DECIDED_LAST, body.client_id, body.seq, body.model_version)
        told = dict(last) if last else {"actor": "?", "decision": "?", "at": "?", "id": "?"}
        raise DECIDED_ALREADY(**told)
    against = str(override).lower()
    of.service.metrics.human_decisions.labels(row["decision"], body.decision, against).inc()
    return DecisionAnswer(
        id=inserted["id"],
        at=inserted["at"],
        client_id=body.client_id,
        computed=row["decision"],
        decision=body.decision,
        override=override,
    )


_SCORE = "SELECT seq, model_version, fingerprint, score, cut_off, decision FROM client_score WHERE client_id = $1"
_INSERT = """
    INSERT INTO human_decision (
        id, client_id, seq, model_version, score, computed, decision, override, reason, actor, request_id, supersedes
    )
    SELECT $1::uuid, $2::bigint, $3::bigint, $4::integer, $5::integer, $6::text, $7::text, $8::boolean, $9::text,
        $10::text, $11::uuid, $12::uuid
    WHERE $12::uuid IS NULL OR EXISTS (
        SELECT FROM human_decision WHERE id = $12::uuid AND client_id = $2 AND seq = $3 AND model_version = $4
    )
    ON CONFLICT DO NOTHING RETURNING id, at
"""
DECIDED_LAST = """
    SELECT actor, decision, at, id FROM human_decision AS each
    WHERE client_id = $1 AND seq = $2 AND model_version = $3
        AND NOT EXISTS (SELECT FROM human_decision AS later WHERE later.supersedes = each.id)
    ORDER BY at DESC LIMIT 1
"""
"""The decision that stands about a score ($1: client, $2: seq, $3: model version): the one that none replaced."""


class DecidedAnswer(BaseModel):
    """A decision that a person made about a client."""

    id: uuid.UUID
    at: datetime
    actor: str = Field(description="Who decided: key:<prefix> or oidc:<subject>", examples=["key:5f0c9be1"])
    seq: int = Field(description="The score that was looked at: its seq")
    model_version: int = Field(description="The score that was looked at: its model version")
    computed: str = Field(description="What was computed: approve, refuse or refer")
    decision: str
    override: bool = Field(description="Whether it goes against the score")
    reason: str | None = Field(description="Why; null: none was given, or it was erased")
    supersedes: uuid.UUID | None = Field(description="The decision in whose place it stands")


class DecisionsAnswer(BaseModel):
    """What people decided about a client, the latest first."""

    client_id: int
    decisions: list[DecidedAnswer]


@router.get(
    "/clients/{client_id}/decisions", summary="What people decided about a client", responses=documented(CLIENT_UNKNOWN)
)
async def decisions_of(client_id: ClientId, of: Asking, actor: Clients) -> DecisionsAnswer:
    """Of every score that the client had, also those that another decision replaced."""
    await stored(of, client_id, _SCORE)
    rows = await of.service.store.rows(_DECIDED, client_id)
    of.entry.answer = json.dumps({"decisions": [str(row["id"]) for row in rows]})
    return DecisionsAnswer(client_id=client_id, decisions=[DecidedAnswer(**dict(row)) for row in rows])


_DECIDED = """
    SELECT id, at, actor, seq, model_version, computed, decision, override, reason, supersedes FROM human_decision
    WHERE client_id = $1 ORDER BY at DESC, id DESC
"""
