"""Who is published, and what a client's file says: raw rows, the vector by name, contributions, earlier scores."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from credit_scoring.features.registry import FEATURES
from credit_scoring.serving.callers import Clients
from credit_scoring.serving.problems import CLIENT_UNKNOWN, FEATURES_OF_OTHERS, documented
from credit_scoring.serving.recording import Asking, ClientId, RecordedRoute
from credit_scoring.serving.routes.scores import stored
from credit_scoring.serving.vectors import number, of_this_release
from credit_scoring.serving.words import AskedLanguage

router = APIRouter(prefix="/v1", tags=["clients"], route_class=RecordedRoute)

MOST = 1_000


class ClientLine(BaseModel):
    """A client in a list."""

    client_id: int = Field(examples=[100002])
    decision: str = Field(examples=["refer"])
    score: int = Field(examples=[561])
    scored_at: datetime
    delivery: str = Field(examples=["new-clients"])


class ClientsAnswer(BaseModel):
    """A page of clients, by number."""

    clients: list[ClientLine]
    next: int | None = Field(description="What to send as `after` for the next page; null: this is the last")


@router.get("/clients", summary="Published clients, a page at a time", responses=documented())
async def clients(
    of: Asking,
    actor: Clients,
    after: Annotated[int, Query(ge=-1, le=2**63 - 1, description="Only clients of a higher number.")] = -1,
    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many.")] = 100,
) -> ClientsAnswer:
    """Pages go by the client's number, so none is missed or told twice while others come and go."""
    rows = await of.service.store.rows(_PAGE, after, limit + 1)
    page = [ClientLine(**dict(row)) for row in rows[:limit]]
    # Numbers of clients stay out of records that are not about one client: no erasure would find them.
    of.entry.asked = json.dumps({"limit": limit})
    of.entry.answer = json.dumps({"clients": len(page)})
    return ClientsAnswer(clients=page, next=page[-1].client_id if len(rows) > limit else None)


_PAGE = """
    SELECT client_id, decision, score, scored_at, delivery FROM client_score
    WHERE client_id > $1 ORDER BY client_id LIMIT $2
"""


class FileAnswer(BaseModel):
    """A client's raw rows as known at its latest score."""

    client_id: int
    seq: int = Field(description="The delivery as of which the rows are known")
    rows: dict[str, list[dict[str, Any]]] = Field(description="Table -> its rows, columns as the CSV files name them")


@router.get("/clients/{client_id}/file", summary="The raw rows", responses=documented(CLIENT_UNKNOWN))
async def file(client_id: ClientId, of: Asking, actor: Clients) -> FileAnswer:
    """All rows that the latest score rests on, by table."""
    row = await stored(of, client_id, _FILE)
    return FileAnswer(client_id=client_id, seq=row["seq"], rows=json.loads(row["rows"]))


_FILE = """
    SELECT client_file.seq, rows, model_version, client_score.fingerprint
    FROM client_file JOIN client_score USING (client_id) WHERE client_id = $1
"""


class FeatureValue(BaseModel):
    """A feature of a client."""

    name: str = Field(examples=["annuity_to_income"])
    value: float | None = Field(description="Its value, single precision; null: missing", examples=[0.121])
    meaning: str = Field(description="What it is")
    unit: str = Field(description="What it is counted in")


class VectorAnswer(BaseModel):
    """A client's vector by name."""

    client_id: int
    fingerprint: str = Field(description="Identifies the features")
    features: list[FeatureValue] = Field(description="Every feature, in registry order")


@router.get(
    "/clients/{client_id}/features", summary="Every feature", responses=documented(CLIENT_UNKNOWN, FEATURES_OF_OTHERS)
)
async def features_of(client_id: ClientId, of: Asking, actor: Clients, language: AskedLanguage) -> VectorAnswer:
    """What the model sees of the client."""
    row = await stored(of, client_id, _VECTOR)
    of_this_release(row["features"])
    return VectorAnswer(
        client_id=client_id,
        fingerprint=row["features"],
        features=[
            FeatureValue(
                name=each.name, value=number(value), meaning=each.words.to(language), unit=each.unit.words.to(language)
            )
            for each, value in zip(FEATURES, row["vector"], strict=True)
        ],
    )


_VECTOR = """
    SELECT client_file.seq, vector, client_file.fingerprint AS features, model_version, client_score.fingerprint
    FROM client_file JOIN client_score USING (client_id) WHERE client_id = $1
"""


class Contribution(BaseModel):
    """What a feature adds to a client's points, or takes."""

    name: str = Field(examples=["agency_score_3"])
    points: float = Field(description="Points that it adds, or takes (below 0)", examples=[-7.5])
    value: float | None = Field(description="Its value, single precision; null: missing")
    meaning: str
    unit: str
    reason: str = Field(description="Code of the reason that its points are part of")


class ContributionsAnswer(BaseModel):
    """A client's points, feature by feature: start_points + all contributions + rest_points = points."""

    client_id: int
    start_points: float
    contributions: list[Contribution] = Field(description="The heaviest first")
    rest_points: float = Field(description="All features that are not listed, together")
    points: float
    model_version: int


@router.get(
    "/clients/{client_id}/contributions",
    summary="Exact contributions of features",
    responses=documented(CLIENT_UNKNOWN, FEATURES_OF_OTHERS),
)
async def contributions(
    client_id: ClientId,
    of: Asking,
    actor: Clients,
    language: AskedLanguage,
    top: Annotated[int, Query(ge=1, le=1000, description="The heaviest so many.")] = 10,
) -> ContributionsAnswer:
    """Exact TreeSHAP in points; nothing is sampled."""
    row = await stored(of, client_id, _CONTRIBUTIONS)
    of_this_release(row["fingerprint"], row["features"])
    points = row["contributions"]
    heaviest = sorted(range(len(points)), key=lambda place: -abs(points[place]))[:top]
    shown = set(heaviest)
    return ContributionsAnswer(
        client_id=client_id,
        start_points=row["start_points"],
        contributions=[
            Contribution(
                name=FEATURES[place].name,
                points=points[place],
                value=number(row["vector"][place]),
                meaning=FEATURES[place].words.to(language),
                unit=FEATURES[place].unit.words.to(language),
                reason=FEATURES[place].reason.code,
            )
            for place in heaviest
        ],
        rest_points=sum(value for place, value in enumerate(points) if place not in shown),
        points=row["points"],
        model_version=row["model_version"],
    )


_CONTRIBUTIONS = """
    SELECT client_score.seq, start_points, contributions, points, model_version, client_score.fingerprint, vector,
        client_file.fingerprint AS features
    FROM client_score JOIN client_file USING (client_id) WHERE client_id = $1
"""


class EarlierScore(BaseModel):
    """A score that was published of the client."""

    seq: int = Field(description="The delivery as of which the client was known")
    delivery: str
    scored_at: datetime
    model_version: int
    decision: str
    score: int
    points: float
    probability: float
    cut_off: int
    file_complete: bool


class HistoryAnswer(BaseModel):
    """All scores of a client that were published, the latest first."""

    client_id: int
    scores: list[EarlierScore]


@router.get("/clients/{client_id}/history", summary="Earlier scores", responses=documented(CLIENT_UNKNOWN))
async def history(client_id: ClientId, of: Asking, actor: Clients) -> HistoryAnswer:
    """The score as of each delivery that brought rows of the client, and of each rescore."""
    of.entry.client_id = client_id
    rows = await of.service.store.rows(_HISTORY, client_id)
    if not rows:
        raise CLIENT_UNKNOWN(client=client_id)
    of.entry.answer = json.dumps({"stored": [{"seq": r["seq"], "model_version": r["model_version"]} for r in rows]})
    return HistoryAnswer(client_id=client_id, scores=[EarlierScore(**dict(row)) for row in rows])


_HISTORY = """
    SELECT seq, delivery, scored_at, model_version, decision, score, points, probability, cut_off, file_complete
    FROM score_history WHERE client_id = $1 ORDER BY seq DESC, model_version DESC, scored_at DESC
"""
