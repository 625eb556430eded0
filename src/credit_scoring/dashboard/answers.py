"""What the desk reads of the API's answers. A test compares every field with docs/reference/openapi.json."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel


class ClientLine(BaseModel):
    """A client in a list."""

    client_id: int
    decision: str
    score: int
    scored_at: datetime
    delivery: str


class ClientsAnswer(BaseModel):
    """A page of clients, by number."""

    clients: list[ClientLine]
    next: int | None


class ReasonAnswer(BaseModel):
    """What a family of features adds to the points, or takes, in a sentence."""

    code: str
    points: float
    sentence: str


class ScoreAnswer(BaseModel):
    """The latest published score of a client."""

    client_id: int
    decision: str
    score: int
    points: float
    probability: float
    cut_off: int
    file_complete: bool
    start_points: float
    reasons: list[ReasonAnswer]
    delivery: str
    seq: int
    scored_at: datetime
    model_version: int
    fingerprint: str
    code_version: str
    run_id: str


class Contribution(BaseModel):
    """What a feature adds to a client's points, or takes."""

    name: str
    points: float
    value: float | None
    meaning: str
    unit: str


class ContributionsAnswer(BaseModel):
    """The features that weigh most, and all others together."""

    contributions: list[Contribution]
    rest_points: float


class FeatureLine(BaseModel):
    """What a feature is."""

    name: str
    meaning: str
    unit: str


class FeaturesAnswer(BaseModel):
    """Every feature, in registry order."""

    features: list[FeatureLine]


class Place(BaseModel):
    """Where a client stands in a distribution."""

    value: float | None
    bin: int | None


class DistributionAnswer(BaseModel):
    """How a feature is distributed over clients whose outcome is known."""

    name: str
    edges: list[float]
    repaid: list[float]
    defaulted: list[float]
    missing_repaid: float
    missing_defaulted: float
    clients: int
    client: Place | None


class Peers(BaseModel):
    """Clients of similar income."""

    income_from: float
    income_to: float
    clients: int
    mean_score: float
    approved: float


class Compared(BaseModel):
    """A feature of a client beside the mean of its group."""

    name: str
    value: float | None
    mean: float | None


class ComparisonsAnswer(BaseModel):
    """Where a client stands among all, and among those of similar income."""

    score: int
    percentile: float
    clients: int
    peers: Peers | None
    features: list[Compared]


class EarlierScore(BaseModel):
    """A score that was published of the client."""

    seq: int
    delivery: str
    scored_at: datetime
    model_version: int
    decision: str
    score: int
    probability: float
    cut_off: int


class HistoryAnswer(BaseModel):
    """All scores of a client that were published, the latest first."""

    scores: list[EarlierScore]


class FileAnswer(BaseModel):
    """A client's raw rows as known at its latest score."""

    seq: int
    rows: dict[str, list[dict[str, Any]]]


class DecidedAnswer(BaseModel):
    """A decision that a person made about a client."""

    id: uuid.UUID
    at: datetime
    actor: str
    seq: int
    model_version: int
    computed: str
    decision: str
    override: bool
    reason: str | None
    supersedes: uuid.UUID | None


class DecisionsAnswer(BaseModel):
    """What people decided about a client, the latest first."""

    decisions: list[DecidedAnswer]
