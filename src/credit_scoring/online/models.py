"""The tables of the online store, as SQLAlchemy declares them; migrations, diagram and reference are compared with it.

What is published (client_score and its companions) is derived: the loader may replace it all. The journal (request,
request_error, seal, human_decision, erasure, restoration) is evidence: nothing updates or deletes it, by the database's
own rights.
Numbers that must not lose a bit are double precision, real or json, never numeric or jsonb.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}
MOMENT = DateTime(timezone=True)


class Base(DeclarativeBase):
    """Every table of the online store."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to declare it)
        int: BigInteger,
        float: Double,
        str: Text,
        bytes: LargeBinary,
        datetime: MOMENT,
        uuid.UUID: Uuid,
        dict[str, Any]: JSON,
        list[str]: ARRAY(Text),
        list[float]: ARRAY(Double),
        list[int]: ARRAY(BigInteger),
        list[bool]: ARRAY(Boolean),
    }


def _says(meaning: str, **more: Any) -> Any:
    """A column with its meaning as its comment in the database."""
    return mapped_column(comment=meaning, **more)


class OnlineLoad(Base):
    """One transaction of the loader: what it brought from which state of the store."""

    __tablename__ = "online_load"
    __table_args__ = ({"comment": "One transaction of the loader"},)

    id: Mapped[int] = _says("Number of the load", primary_key=True, server_default=Identity(always=True))
    at: Mapped[datetime] = _says("When it was committed", server_default=text("now()"))
    run_id: Mapped[str] = _says("The run that loaded")
    seq: Mapped[int] = _says("Highest seq of a published delivery")
    source: Mapped[str] = _says("Identifies the state of the store that was loaded: versions of its tables")
    scores: Mapped[int] = _says("Clients whose score is new or was replaced")
    removed: Mapped[int] = _says("Clients who left: withdrawn, or forgotten")
    files: Mapped[int] = _says("Clients whose file is new or was replaced")


class ClientScore(Base):
    """The latest published score of a client, as in the Delta table `scores`, with its exact contributions."""

    __tablename__ = "client_score"
    __table_args__ = (
        Index(None, "decision", "scored_at", "client_id"),
        Index(None, "score"),
        {"comment": "The latest published score of each client"},
    )

    client_id: Mapped[int] = _says("The client (SK_ID_CURR; one application)", primary_key=True, autoincrement=False)
    delivery: Mapped[str] = _says("The delivery, or the rescore, that this score belongs to")
    seq: Mapped[int] = _says("Place of the delivery in the order of deliveries")
    scored_at: Mapped[datetime] = _says("When the run scored")
    probability: Mapped[float] = _says("Calibrated probability of default")
    points: Mapped[float] = _says("Points, exact; higher is safer")
    score: Mapped[int] = _says("Points, rounded to a whole number", type_=Integer)
    cut_off: Mapped[int] = _says("Lowest score that is approved", type_=Integer)
    decision: Mapped[str] = _says("approve, refuse or refer")
    file_complete: Mapped[bool] = _says("False: a row is quarantined, or had a cell made missing")
    start_points: Mapped[float] = _says("Where every client starts; start + contributions = points")
    reason_codes: Mapped[list[str]] = _says("Codes of all reasons, worst first")
    reason_points: Mapped[list[float]] = _says("The points that each reason adds or takes")
    reason_absent: Mapped[list[bool]] = _says("Whether each reason is about an absence")
    driver_features: Mapped[list[str]] = _says("The ten features of most absolute points, heaviest first")
    driver_values: Mapped[list[float]] = _says("Their values; null: missing", type_=ARRAY(REAL))
    driver_points: Mapped[list[float]] = _says("Their points")
    contributions: Mapped[list[float]] = _says("Points of every feature, in the model's order")
    model_version: Mapped[int] = _says("Version of the registered model", type_=Integer)
    fingerprint: Mapped[str] = _says("Identifies the features, vocabularies and cleaning")
    code_version: Mapped[str] = _says("Release and digest of the source files that ran")
    run_id: Mapped[str] = _says("The run that scored")


class ScoreHistory(Base):
    """A score that was published of a client, then or now."""

    __tablename__ = "score_history"
    __table_args__ = ({"comment": "Every score of a client that was published"},)

    client_id: Mapped[int] = _says("The client", primary_key=True, autoincrement=False)
    seq: Mapped[int] = _says("Place of the delivery in the order of deliveries", primary_key=True, autoincrement=False)
    model_version: Mapped[int] = _says("Version of the model", primary_key=True, autoincrement=False, type_=Integer)
    delivery: Mapped[str] = _says("The delivery, or the rescore", primary_key=True)
    scored_at: Mapped[datetime] = _says("When the run scored")
    probability: Mapped[float] = _says("Calibrated probability of default")
    points: Mapped[float] = _says("Points, exact")
    score: Mapped[int] = _says("Points, rounded to a whole number", type_=Integer)
    cut_off: Mapped[int] = _says("Lowest score that is approved", type_=Integer)
    decision: Mapped[str] = _says("approve, refuse or refer")
    file_complete: Mapped[bool] = _says("False: a row is quarantined, or had a cell made missing")


class ClientFile(Base):
    """A client's raw rows as known at its latest score, and the vector that was made of them."""

    __tablename__ = "client_file"
    __table_args__ = ({"comment": "A client's file as known at its latest score"},)

    client_id: Mapped[int] = _says("The client", primary_key=True, autoincrement=False)
    seq: Mapped[int] = _says("The delivery as of which the file is known")
    income: Mapped[float | None] = _says("Income as stated, for comparisons; null: not stated")
    rows: Mapped[dict[str, Any]] = _says("Table -> its rows, columns as declared; json, so that every digit stays")
    vector: Mapped[list[float]] = _says("Every feature, in registry order; NaN: missing", type_=ARRAY(REAL))
    fingerprint: Mapped[str] = _says("Identifies the features of the vector")
    flaws: Mapped[list[str] | None] = _says(
        "What could not be used: table.cells (made missing) or table.rows (quarantined); null: not known"
    )


class FeatureDistribution(Base):
    """How many clients have which values of a feature, by outcome."""

    __tablename__ = "feature_distribution"
    __table_args__ = (
        CheckConstraint("clients >= 10", name="not_few"),
        {"comment": "Histogram of a feature over clients whose outcome is known, or of the score over all"},
    )

    feature: Mapped[str] = _says("Name of the feature, or `score`", primary_key=True)
    edges: Mapped[list[float]] = _says("Bounds of the bins, ascending; a bin holds its lower bound")
    repaid: Mapped[list[int]] = _says("Clients without a default in each bin")
    defaulted: Mapped[list[int]] = _says("Clients with a default in each bin")
    missing_repaid: Mapped[int] = _says("Clients without a default who have no value")
    missing_defaulted: Mapped[int] = _says("Clients with a default who have no value")
    clients: Mapped[int] = _says("Clients altogether")
    fingerprint: Mapped[str] = _says("Identifies the features")


class PeerGroup(Base):
    """What clients of similar income have in common; no group has fewer than ten."""

    __tablename__ = "peer_group"
    __table_args__ = (
        CheckConstraint("clients >= 10", name="not_few"),
        {"comment": "Means of published clients of similar income"},
    )

    place: Mapped[int] = _says("Place of the group, by income", primary_key=True, autoincrement=False)
    income_from: Mapped[float] = _says("Lowest income of the group")
    income_to: Mapped[float] = _says("Highest income of the group")
    clients: Mapped[int] = _says("Clients of the group")
    mean_score: Mapped[float] = _says("Their mean score")
    approved: Mapped[float] = _says("Share of them that was approved")
    means: Mapped[dict[str, Any]] = _says("Feature -> mean of those that have a value")


class Model(Base):
    """A registered model as texts, so that the service needs no model registry."""

    __tablename__ = "model"
    __table_args__ = ({"comment": "Registered models; the champion is the one that was made so last"},)

    name: Mapped[str] = _says("Name of the registered model", primary_key=True)
    version: Mapped[int] = _says("Its version", primary_key=True, autoincrement=False, type_=Integer)
    sha256: Mapped[str] = _says("Digest of its texts")
    fingerprint: Mapped[str] = _says("Identifies the features, vocabularies and cleaning")
    cut_off: Mapped[int] = _says("Lowest score that is approved", type_=Integer)
    texts: Mapped[dict[str, Any]] = _says("Its artifacts by name (see model.texts.ModelTexts)")
    champion_since: Mapped[datetime | None] = _says("When it was made the champion; null: never")


class ApiKey(Base):
    """A key: whoever has its secret acts in its role. The secret itself is nowhere."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("role IN ('adviser', 'service', 'auditor', 'admin')", name="role"),
        {"comment": "Keys of the API; of the secret only its digest"},
    )

    prefix: Mapped[str] = _says("The part of the key that may be shown", primary_key=True)
    digest: Mapped[bytes] = _says("sha256 of the secret", unique=True)
    name: Mapped[str] = _says("Who or what it was made for")
    role: Mapped[str] = _says("adviser, service, auditor or admin")
    per_minute: Mapped[int] = _says("Requests that are answered a minute", type_=Integer)
    created_at: Mapped[datetime] = _says("When it was made", server_default=text("now()"))
    expires_at: Mapped[datetime] = _says("From when it is refused")
    revoked_at: Mapped[datetime | None] = _says("When it was revoked; null: it was not")
    replaces: Mapped[str | None] = _says("The key that it takes over from; both hold until that one expires")


class Request(Base):
    """A request and its answer: committed before the answer leaves. Partitioned by month."""

    __tablename__ = "request"
    __table_args__ = (
        Index(None, "client_id", "at"),
        Index(None, "xid"),
        {"comment": "The journal: who asked what, and what was answered", "postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[uuid.UUID] = _says("Its number, as in X-Request-ID", primary_key=True)
    at: Mapped[datetime] = _says("When it came", primary_key=True)
    xid: Mapped[int] = _says(
        "Place of the transaction that wrote it: seals go by it", server_default=text("journal_place()")
    )
    actor: Mapped[str] = _says("Who asked: key:<prefix>, oidc:<subject> or nobody")
    role: Mapped[str] = _says("Role in which it was asked; empty: none")
    method: Mapped[str] = _says("GET or POST")
    route: Mapped[str] = _says("The path, with {client_id} and the like in place of values")
    client_id: Mapped[int | None] = _says("Whom it concerns; null: nobody, or erased")
    input: Mapped[str | None] = _says("What was asked besides, as JSON text; null: erased")
    answer: Mapped[str | None] = _says("What was answered, or the stored score that was, as JSON text; null: erased")
    status: Mapped[int] = _says("HTTP status of the answer", type_=Integer)
    code: Mapped[str] = _says("Code of the problem; empty: none")
    model_version: Mapped[int | None] = _says("Version of the model behind the answer", type_=Integer)
    fingerprint: Mapped[str] = _says("Its features; empty: no model")
    code_version: Mapped[str] = _says("Release and digest of the source files that answered")
    milliseconds: Mapped[float] = _says("From the request's arrival to this record")
    salt: Mapped[bytes | None] = _says("Random bytes in the digest; null: erased")
    digest: Mapped[bytes] = _says("sha256 of the salt and all the above (see online.digest)")


class RequestError(Base):
    """One thing that was wrong with a request."""

    __tablename__ = "request_error"
    __table_args__ = ({"comment": "What was wrong with refused requests", "postgresql_partition_by": "RANGE (at)"},)

    request_id: Mapped[uuid.UUID] = _says("The request", primary_key=True)
    at: Mapped[datetime] = _says("When it came", primary_key=True)
    place: Mapped[int] = _says("Which of its errors, from 1", primary_key=True, autoincrement=False, type_=Integer)
    code: Mapped[str] = _says("Kind of error")
    pointer: Mapped[str] = _says("Where in the request: a JSON pointer")


class Seal(Base):
    """A link of the chain over the journal's digests: a request that is changed or removed breaks it."""

    __tablename__ = "seal"
    __table_args__ = ({"comment": "Chain of hashes over the digests of requests, by month"},)

    number: Mapped[int] = _says("Place in the chain, from 1", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = _says("When it was made")
    month: Mapped[date] = _says("The month of its requests", type_=Date)
    from_xid: Mapped[int] = _says("Lowest transaction that it covers")
    to_xid: Mapped[int] = _says("First transaction that it does not cover")
    requests: Mapped[int] = _says("How many requests")
    root: Mapped[bytes] = _says("sha256 of their digests, ordered by id")
    previous: Mapped[bytes] = _says("Hash of the link before; 32 zero bytes for the first")
    hash: Mapped[bytes] = _says("sha256 of previous, number, month, bounds, count and root", unique=True)


class HumanDecision(Base):
    """What a person decided about a client."""

    __tablename__ = "human_decision"
    __table_args__ = (
        CheckConstraint("decision IN ('approve', 'refuse')", name="decision"),
        UniqueConstraint("supersedes"),
        Index(
            "uq_human_decision_first", "client_id", "seq", "model_version",
            unique=True, postgresql_where=text("supersedes IS NULL"),
        ),
        {"comment": "Decisions of advisers; one is taken back only by another that names it"},
    )  # fmt: skip

    id: Mapped[uuid.UUID] = _says("Its number", primary_key=True)
    at: Mapped[datetime] = _says("When it was taken", server_default=text("now()"))
    client_id: Mapped[int | None] = _says("Whom it is about; null: erased")
    seq: Mapped[int] = _says("The score that it is about: seq")
    model_version: Mapped[int] = _says("The score that it is about: model version", type_=Integer)
    score: Mapped[int] = _says("The score that it is about", type_=Integer)
    computed: Mapped[str] = _says("What was computed: approve, refuse or refer")
    decision: Mapped[str] = _says("approve or refuse")
    override: Mapped[bool] = _says("Whether it goes against the score")
    reason: Mapped[str | None] = _says("Why; null where none was needed, or erased")
    actor: Mapped[str] = _says("Who decided")
    request_id: Mapped[uuid.UUID] = _says("The request by which it was taken")
    supersedes: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("human_decision.id"), comment="The decision in whose place it stands"
    )


class Erasure(Base):
    """That a client was erased from the journal, and how many records were emptied. It does not say who."""

    __tablename__ = "erasure"
    __table_args__ = ({"comment": "Erasures of clients from the journal"},)

    id: Mapped[int] = _says("Its number", primary_key=True, server_default=Identity(always=True))
    at: Mapped[datetime] = _says("When", server_default=text("now()"))
    requests: Mapped[int] = _says("Requests whose client, input, answer and salt were emptied")


class Retention(Base):
    """That the journal of a month was dropped."""

    __tablename__ = "retention"
    __table_args__ = ({"comment": "Months whose journal was dropped"},)

    month: Mapped[date] = _says("The first day of the month", primary_key=True, type_=Date)
    at: Mapped[datetime] = _says("When", server_default=text("now()"))
    requests: Mapped[int] = _says("Requests that were dropped")
    erased: Mapped[int] = _says("Of these, requests that had been emptied")


class Restoration(Base):
    """That the journal was restored and goes on in another server, whose transactions are counted anew."""

    __tablename__ = "restoration"
    __table_args__ = ({"comment": "That the journal goes on in another server"},)

    id: Mapped[int] = _says("Its number", primary_key=True, server_default=Identity(always=True))
    at: Mapped[datetime] = _says("When", server_default=text("now()"))
    ahead: Mapped[int] = _says("What is added to the server's count of transactions since")


PUBLISHED = (ClientScore, ScoreHistory, ClientFile, FeatureDistribution, PeerGroup, Model)
"""What the loader may replace."""
JOURNAL = (Request, RequestError, Seal, HumanDecision, Erasure, Retention, Restoration)
"""What nothing changes."""
