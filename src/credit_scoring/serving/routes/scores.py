"""The published score of a client: what was decided and why, exactly as the batch gave it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from credit_scoring.features.statements import sentence
from credit_scoring.features.words import Language
from credit_scoring.serving.callers import Clients
from credit_scoring.serving.journal import Entry
from credit_scoring.serving.problems import CLIENT_UNKNOWN, documented
from credit_scoring.serving.recording import Asked, Asking, ClientId, RecordedRoute
from credit_scoring.serving.words import AskedLanguage

router = APIRouter(prefix="/v1", tags=["clients"], route_class=RecordedRoute)


class ReasonAnswer(BaseModel):
    """What a family of features adds to the points, or takes, in a sentence."""

    code: str = Field(description="Code of the reason, or of the finding under it", examples=["AGENCY_SCORE_3.LOW"])
    points: float = Field(description="Points that it adds, or takes (below 0)", examples=[-12.25])
    absent: bool = Field(description="Whether it is about something that is not known", examples=[False])
    sentence: str = Field(description="What is said to the client")


class Judged(BaseModel):
    """What a score says of a client, be it published or computed for this request."""

    client_id: int = Field(description="The client (SK_ID_CURR)", examples=[100002])
    decision: str = Field(description="approve, refuse (below the cut-off) or refer (to a person)", examples=["refer"])
    score: int = Field(description="Points as a whole number; higher is safer", examples=[561])
    points: float = Field(description="Points, exact", examples=[560.714])
    probability: float = Field(description="Calibrated probability of default", examples=[0.064])
    cut_off: int = Field(description="Lowest score that is approved", examples=[553])
    file_complete: bool = Field(description="Whether all of the client's file could be used; else it is referred")
    start_points: float = Field(description="Where every client starts; with all reasons it gives the points")
    reasons: list[ReasonAnswer] = Field(description="All reasons, worst first")


class ScoreAnswer(Judged):
    """The latest published score of a client."""

    delivery: str = Field(description="The delivery, or the rescore, that this score belongs to")
    seq: int = Field(description="Its place in the order of deliveries")
    scored_at: datetime = Field(description="When the run scored")
    model_version: int = Field(description="Version of the model that scored")
    fingerprint: str = Field(description="Identifies its features, vocabularies and cleaning")
    code_version: str = Field(description="Release and digest of the code that scored")
    run_id: str = Field(description="The run that scored")


_SCORE = """
    SELECT client_id, decision, score, points, probability, cut_off, file_complete, start_points, reason_codes,
        reason_points, reason_absent, delivery, seq, scored_at, model_version, fingerprint, code_version, run_id
    FROM client_score WHERE client_id = $1
"""


@router.get("/clients/{client_id}/score", summary="The latest published score", responses=documented(CLIENT_UNKNOWN))
async def score(client_id: ClientId, of: Asking, actor: Clients, language: AskedLanguage) -> ScoreAnswer:
    """Decision, points, reasons as sentences, and their origin; the numbers are those of `scores`, to the bit."""
    row = await stored(of, client_id, _SCORE)
    of.service.metrics.decisions.labels(row["decision"], of.entry.route).inc()
    facts = dict(row)
    parts = zip(facts.pop("reason_codes"), facts.pop("reason_points"), facts.pop("reason_absent"), strict=True)
    return ScoreAnswer(**facts, reasons=[reason(*part, language) for part in parts])


async def stored(of: Asked, client_id: int, query: str, *more: object) -> Any:
    """The client's row of a query that gives seq, model_version and fingerprint, which the journal refers to it by;
    a refusal when there is none."""
    of.entry.client_id = client_id
    row = await of.service.store.row(query, client_id, *more)
    if row is None:
        raise CLIENT_UNKNOWN(client=client_id)
    refer(of.entry, row["seq"], row["model_version"], row["fingerprint"])
    return row


def refer(entry: Entry, seq: int, model_version: int, fingerprint: str) -> None:
    """Has the journal name the stored score that was answered from, in place of the answer itself."""
    entry.model_version, entry.fingerprint = model_version, fingerprint
    entry.answer = json.dumps({"stored": {"seq": seq, "model_version": model_version}})


def reason(code: str, points: float, absent: bool, language: Language) -> ReasonAnswer:
    """A reason with its sentence; the code itself where this release no longer declares it."""
    return ReasonAnswer(code=code, points=points, absent=absent, sentence=sentence(code, absent, language))
