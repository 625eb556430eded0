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


class Unusable(BaseModel):
    """A part of a client's file that could not be used."""

    sentence: str


class WaitingLine(ClientLine):
    """A client who waits for a person, and why."""

    unusable: list[Unusable]


class QueueAnswer(BaseModel):
    """Who waits for a person, the oldest first."""

    waiting: int
    clients: list[WaitingLine]
    next: str | None


class DecisionAnswer(BaseModel):
    """A decision as it is recorded."""

    decision: str
    override: bool


class Outcome(BaseModel):
    """What the model says of a file."""

    decision: str
    score: int
    points: float
    probability: float
    start_points: float
    reasons: list[ReasonAnswer]


class MovedFeature(BaseModel):
    """A feature whose value or points moved."""

    feature: str
    meaning: str
    before: float | None
    after: float | None
    points_before: float
    points_after: float


class ChangeTold(BaseModel):
    """A raw value that an improvement moves."""

    table: str
    column: str
    before: float | str | None
    after: float | str | None
    rows: int
    of_rows: int


class ImprovementTold(BaseModel):
    """The fewest steps of an improvement by which the client would be approved."""

    improvement: str
    steps: int
    score: int
    changes: list[ChangeTold]


class WhatIfAnswer(BaseModel):
    """How the model would judge another file."""

    before: Outcome
    after: Outcome
    moved: list[MovedFeature]
    improvements: list[ImprovementTold]
    cut_off: int
    file_complete: bool


class OutsideAnswer(BaseModel):
    """An input beyond what nearly all clients of the training had."""

    input: str
    low: float
    high: float


class EstimateAnswer(BaseModel):
    """A range of points for a person without a file."""

    says: str
    low: int
    high: int
    reasons: list[ReasonAnswer]
    outside: list[OutsideAnswer]
    unstated: list[str]
    model_version: int
