"""What features mean, how they are distributed, and where a client stands among others."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from credit_scoring.features.registry import FEATURES, fingerprint
from credit_scoring.serving.callers import Clients
from credit_scoring.serving.problems import (
    CLIENT_UNKNOWN,
    FEATURE_UNKNOWN,
    FEATURES_OF_OTHERS,
    TOO_FEW,
    documented,
)
from credit_scoring.serving.recording import Asked, Asking, RecordedRoute
from credit_scoring.serving.routes.scores import stored
from credit_scoring.serving.vectors import number, of_this_release, position
from credit_scoring.serving.words import AskedLanguage

router = APIRouter(prefix="/v1", tags=["features"], route_class=RecordedRoute)

FEWEST = 10
FeatureName = Annotated[
    str, Path(pattern="^[a-z][a-z0-9_]*$", max_length=100, description="Name of a feature.", examples=["income"])
]
OfClient = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Where this client stands.")]


class FeatureLine(BaseModel):
    """What a feature is."""

    name: str = Field(examples=["annuity_to_income"])
    meaning: str
    unit: str
    risk: str = Field(description="What happens to the risk of default as the value rises, all else equal")
    reason: str = Field(description="Code of the reason that its points are part of")
    reason_says: str = Field(description="What that reason judges")
    table: str = Field(description="The source table that it comes from")


class FeaturesAnswer(BaseModel):
    """Every feature, in registry order."""

    fingerprint: str = Field(description="Identifies features, vocabularies and cleaning")
    features: list[FeatureLine]


@router.get("/features", summary="What every feature means", responses=documented())
async def features(of: Asking, actor: Clients, language: AskedLanguage) -> FeaturesAnswer:
    """Names, meanings, units and reasons, in English or French."""
    of.entry.answer = json.dumps({"features": len(FEATURES)})
    return FeaturesAnswer(
        fingerprint=fingerprint(),
        features=[
            FeatureLine(
                name=each.name,
                meaning=each.words.to(language),
                unit=each.unit.words.to(language),
                risk=each.risk.words.to(language),
                reason=each.reason.code,
                reason_says=each.reason.value_fr if language == "fr" else each.reason.value_en,
                table=each.table,
            )
            for each in FEATURES
        ],
    )


class Place(BaseModel):
    """Where a client stands in a distribution."""

    client_id: int
    value: float | None = Field(description="Its value; null: missing")
    bin: int | None = Field(description="Which bin holds it, from 0; null: missing")


class DistributionAnswer(BaseModel):
    """How a feature is distributed over clients whose outcome is known. No bin tells of fewer than ten of either."""

    name: str
    edges: list[float] = Field(description="Bounds of the bins, ascending: bin i goes from edges[i] to edges[i + 1]")
    repaid: list[float] = Field(description="Share of the clients without a default who are in each bin")
    defaulted: list[float] = Field(description="Share of the clients with a default who are in each bin")
    missing_repaid: float = Field(description="Share of those without a default who have no value; 0 below ten")
    missing_defaulted: float = Field(description="Share of those with a default who have no value; 0 below ten")
    clients: int = Field(description="Clients in all")
    client: Place | None = Field(description="Where the client stands that was asked for")


@router.get(
    "/features/{name}/distribution",
    summary="Density of a feature by outcome, and a client's place",
    responses=documented(FEATURE_UNKNOWN, CLIENT_UNKNOWN, TOO_FEW, FEATURES_OF_OTHERS),
)
async def distribution(name: FeatureName, of: Asking, actor: Clients, client: OfClient = None) -> DistributionAnswer:
    """Computed when the store was loaded, from clients as known when they first applied."""
    place = position(name)
    if place is None:
        raise FEATURE_UNKNOWN()
    at = None
    value = await _value(of, client, place) if client is not None else None
    row = await of.service.store.row(_DISTRIBUTION, name)
    if row is None or row["fingerprint"] != fingerprint():
        raise TOO_FEW()
    if client is not None:
        at = Place(client_id=client, value=value, bin=None if value is None else _bin(row["edges"], value))
    good, bad = _shares(row["repaid"], row["missing_repaid"]), _shares(row["defaulted"], row["missing_defaulted"])
    return DistributionAnswer(
        name=name,
        edges=row["edges"],
        repaid=good[:-1],
        defaulted=bad[:-1],
        missing_repaid=good[-1],
        missing_defaulted=bad[-1],
        clients=row["clients"],
        client=at,
    )


_DISTRIBUTION = """
    SELECT edges, repaid, defaulted, missing_repaid, missing_defaulted, clients, fingerprint
    FROM feature_distribution WHERE feature = $1
"""


def _shares(counts: list[int], missing: int) -> list[float]:
    """The counts, and last the missing ones, as parts of all."""
    everybody = sum(counts) + missing
    return [count / everybody for count in (*counts, missing)]


def _bin(edges: list[float], value: float) -> int:
    """The bin that holds a value; one beyond the bounds stands in the outermost."""
    inner = edges[1:-1]
    return sum(value >= bound for bound in inner)


async def _value(of: Asked, client: int, place: int) -> float | None:
    row = await stored(of, client, _ONE_VALUE, place + 1)
    of_this_release(row["features"])
    return number(row["value"])


_ONE_VALUE = """
    SELECT client_file.seq, vector[$2::integer] AS value, client_file.fingerprint AS features, model_version,
        client_score.fingerprint
    FROM client_file JOIN client_score USING (client_id) WHERE client_id = $1
"""


class Peers(BaseModel):
    """Clients of similar income; never fewer than ten."""

    income_from: float
    income_to: float
    clients: int
    mean_score: float
    approved: float = Field(description="Share of them that was approved")


class Compared(BaseModel):
    """A feature of a client beside the mean of its group."""

    name: str
    value: float | None = Field(description="Of the client; null: missing")
    mean: float | None = Field(description="Of the group, over those who have a value; null where those are under ten")


class ComparisonsAnswer(BaseModel):
    """Where a client stands among all who are published, and among those of similar income."""

    client_id: int
    score: int
    percentile: float = Field(description="Share of the published clients with a lower score, in percent")
    clients: int = Field(description="Published clients")
    peers: Peers | None = Field(description="Those of similar income; null: no income is stated")
    features: list[Compared]


@router.get(
    "/comparisons",
    summary="A client beside others",
    responses=documented(CLIENT_UNKNOWN, TOO_FEW, FEATURES_OF_OTHERS),
)
async def comparisons(
    of: Asking, actor: Clients, client: Annotated[int, Query(ge=0, le=2**63 - 1, description="Whom to compare.")]
) -> ComparisonsAnswer:
    """The percentile of the score, and means of clients with a similar income."""
    row = await stored(of, client, _COMPARED)
    of_this_release(row["features"])
    everybody = await of.service.store.row(_PERCENTILE, row["score"])
    if everybody is None or everybody["clients"] < FEWEST:
        raise TOO_FEW()
    group = None if row["income"] is None else await of.service.store.row(_GROUP, row["income"])
    means: dict[str, Any] = {} if group is None else json.loads(group["means"])
    peers = None
    if group is not None:
        peers = Peers(**{name: group[name] for name in Peers.model_fields})
    return ComparisonsAnswer(
        client_id=client,
        score=row["score"],
        percentile=100 * everybody["lower"] / everybody["clients"],
        clients=everybody["clients"],
        peers=peers,
        features=[Compared(name=name, value=_of(row["vector"], name), mean=mean) for name, mean in means.items()],
    )


_COMPARED = """
    SELECT client_score.seq, score, income, vector, client_file.fingerprint AS features, model_version,
        client_score.fingerprint
    FROM client_score JOIN client_file USING (client_id) WHERE client_id = $1
"""
_PERCENTILE = "SELECT count(*) FILTER (WHERE score < $1) AS lower, count(*) AS clients FROM client_score"
_GROUP = """
    SELECT income_from, income_to, clients, mean_score, approved, means FROM peer_group
    ORDER BY greatest(income_from - $1, $1 - income_to, 0), place LIMIT 1
"""


def _of(vector: list[float | None], name: str) -> float | None:
    place = position(name)
    return None if place is None else number(vector[place])
