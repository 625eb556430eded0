"""What people decided against the score, and who was right by the outcomes that have come since."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from credit_scoring.online.models import HumanDecision

HUMAN = pl.Schema({"client_id": pl.Int64, "computed": pl.String, "decision": pl.String, "override": pl.Boolean})


@dataclass(frozen=True)
class Overrides:
    """Decisions of people about the clients of a profile.

    `decisions`, of which `overrides` go against the score: `approved` clients whom it refused, and `refused` ones whom
    it approved. Of the approved ones whose outcome has come, `paid` (the adviser was right) and `defaulted` (the model
    was); `expected`: how many defaults the model expected of them. A client who was refused has no outcome, so nobody
    can tell who was right there.
    """

    decisions: int = 0
    overrides: int = 0
    approved: int = 0
    refused: int = 0
    paid: int = 0
    defaulted: int = 0
    expected: float = 0.0


def human_decisions(connection: Connection) -> pl.DataFrame:
    """The decisions that stand, as HUMAN: none in whose place another stands, and of no erased client."""
    later = aliased(HumanDecision)
    columns = (HumanDecision.client_id, HumanDecision.computed, HumanDecision.decision, HumanDecision.override)
    asked = (
        select(*columns)
        .where(HumanDecision.client_id.is_not(None))
        .where(~select(later.id).where(later.supersedes == HumanDecision.id).exists())
    )
    return pl.DataFrame([tuple(row) for row in connection.execute(asked)], HUMAN, orient="row")


def overrides(human: pl.DataFrame, scored: pl.DataFrame) -> Overrides:
    """`human`: as HUMAN; `scored`: client_id, probability, target (null: not known yet)."""
    mine = human.join(scored, on="client_id")
    against = mine.filter("override")
    approved = against.filter(pl.col("decision") == "approve")
    known = approved.filter(pl.col("target").is_not_null())
    return Overrides(
        decisions=mine.height,
        overrides=against.height,
        approved=approved.height,
        refused=against.height - approved.height,
        paid=known.filter(pl.col("target") == 0).height,
        defaulted=known.filter(pl.col("target") == 1).height,
        expected=float(known["probability"].sum()),
    )
