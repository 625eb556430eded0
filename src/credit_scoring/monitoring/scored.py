"""Whom a monitoring looks at: the scored clients of a delivery or a month, their outcomes, and those left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from credit_scoring.clients.cohort import first_seq, outcomes
from credit_scoring.engines.engine import Among, Engine, Scan
from credit_scoring.errors.usage import NOT_ACCEPTED, NOTHING_SCORED
from credit_scoring.ledger.events import Delivered, LedgerEvent
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.training.source import GROUPED_BY

_READ = ("client_id", "seq", "model_version", "score", "cut_off", "probability", "decision")


@dataclass(frozen=True, eq=False)
class Subject:
    """A delivery, or the deliveries of a month (`name`: as 2026-11), that were accepted."""

    name: str
    deliveries: tuple[Delivered, ...]


@dataclass(frozen=True, eq=False)
class Scored:
    """The clients whom a model version scored, each by its latest score: columns as read, `target` (null: not known
    yet) and `month` of application. `by_others`: scores of the subject by other versions, which are left out."""

    rows: pl.DataFrame
    version: int
    by_others: int


def months(events: Sequence[LedgerEvent]) -> Mapping[int, str]:
    """Seq of a delivery -> the month in which it was accepted, in UTC."""
    return {event.seq: f"{event.at:%Y-%m}" for event in events if event.event == "accepted"}


def subject(
    engine: Engine, events: Sequence[LedgerEvent], accepted: Sequence[Delivered], delivery: str, month: str
) -> Subject:
    """The delivery, or those of a month, or of the latest month in which somebody was scored.

    UsageError when no such delivery is accepted.
    """
    if delivery:
        found = tuple(each for each in accepted if each.name == delivery)
        if not found:
            raise NOT_ACCEPTED(delivery=delivery)
        return Subject(delivery, found)
    of = months(events)
    if not month:
        seqs = set(_scores(engine, accepted, ("seq",))["seq"])
        month = max((of[seq] for seq in seqs if seq in of), default="")
    return Subject(month, tuple(each for each in accepted if of.get(each.seq) == month))


def scored(engine: Engine, events: Sequence[LedgerEvent], accepted: Sequence[Delivered], about: Subject) -> Scored:
    """Everybody whom the subject's newest model version scored, in any delivery; UsageError when nobody of the
    subject was."""
    mine = _scores(engine, about.deliveries, ("model_version",)) if about.deliveries else None
    if mine is None or mine.is_empty():
        raise NOTHING_SCORED(subject=about.name or "any delivery")
    version = int(mine["model_version"].max())  # type: ignore[arg-type]
    rows = _scores(engine, accepted, _READ, version)
    latest = rows.sort("seq").unique("client_id", keep="last", maintain_order=True)
    applied = first_seq(engine, APPLICATION, [each.seq for each in accepted], "applied")
    latest = latest.join(applied, on="client_id", how="left").join(
        outcomes(engine, accepted).select("client_id", "target"), on="client_id", how="left"
    )
    month = pl.col("applied").replace_strict(dict(months(events)), default=None, return_dtype=pl.String)
    return Scored(
        latest.with_columns(month.alias("month")).sort("client_id"),
        version,
        mine.filter(pl.col("model_version") != version).height,
    )


def of_subject(engine: Engine, about: Subject, found: Scored) -> pl.DataFrame:
    """The subject's scores by that version, each client's latest among them, with target and month."""
    rows = _scores(engine, about.deliveries, _READ, found.version)
    latest = rows.sort("seq").unique("client_id", keep="last", maintain_order=True)
    return latest.join(found.rows.select("client_id", "target", "month"), on="client_id", how="left").sort("client_id")


def applications(engine: Engine, cases: pl.DataFrame, accepted: Sequence[Delivered]) -> pl.DataFrame:
    """SK_ID_CURR and what tells groups, a row a case (client_id, seq), in their order, as known then."""
    seqs = [each.seq for each in accepted]
    told = engine.scan(Scan(APPLICATION.name, (CLIENT, SEQ, *GROUPED_BY), {SEQ: seqs}))
    asked = cases.select(pl.col("client_id").alias(CLIENT), pl.col("seq").alias("as_of"))
    seen = asked.join(told, on=CLIENT).filter(pl.col(SEQ) <= pl.col("as_of")).sort(SEQ)
    latest = seen.unique(CLIENT, keep="last", maintain_order=True).drop(SEQ, "as_of")
    return asked.select(CLIENT).join(latest, on=CLIENT, how="left", maintain_order="left")


def _scores(
    engine: Engine, deliveries: Sequence[Delivered], columns: tuple[str, ...], version: int | None = None
) -> pl.DataFrame:
    """Rows of score_history of these deliveries; a rescore, which has the seq of one, is none of them."""
    if not engine.exists(SCORE_HISTORY.name):
        raise NOTHING_SCORED(subject="any delivery")
    among: Among = {
        "seq": [each.seq for each in deliveries],
        "delivery": [each.name for each in deliveries],
        **({} if version is None else {"model_version": [version]}),
    }
    return engine.scan(Scan(SCORE_HISTORY.name, columns, among))
