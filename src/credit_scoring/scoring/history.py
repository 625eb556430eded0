"""score_history: every score ever given, a row for each client, delivery and model version; appended, never changed.

What makes it exactly once: a claim's rows are one commit under the claim's id and model version, and a delivery that
already has rows of the model version is not scored again. The first holds for a run that was killed after its commit,
the second for a delivery that comes back in another claim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from credit_scoring.engines.engine import Among, Engine, Rows, Scan
from credit_scoring.errors.faults import SCORED_TWICE, SCORES_MISSING
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.ledger.events import Claim, Delivered
from credit_scoring.scoring.rows import SCORE_HISTORY

TABLE = SCORE_HISTORY.name


@dataclass(frozen=True)
class Summary:
    """What score_history holds of a delivery by one model version; `median_score` is None when nobody was scored."""

    scored: int = 0
    approved: int = 0
    refused: int = 0
    referred: int = 0
    median_score: float | None = None


def create(engine: Engine) -> None:
    """Creates the table unless it exists."""
    engine.create(SCORE_HISTORY)


def missing(engine: Engine, deliveries: Sequence[Delivered], model_version: int) -> list[Delivered]:
    """The deliveries of which the model version has scored nobody yet."""
    found = engine.scan(of(deliveries, model_version, ("delivery",)))["delivery"].unique()
    scored = set(found.to_list())
    return [delivered for delivered in deliveries if delivered.name not in scored]


def append(engine: Engine, rows: Rows, claim: Claim, model_version: int) -> None:
    """Appends what a claim scored, all deliveries in one commit, once."""
    engine.append(TABLE, rows, app_id=f"{TABLE}/{claim.claim_id}/{model_version}")


def summaries(engine: Engine, deliveries: Sequence[Delivered], model_version: int) -> dict[str, Summary]:
    """Delivery -> what was committed of it, also of those where nobody was scored.

    Fault when a client stands there twice: the append did not land exactly once.
    """
    rows = engine.scan(of(deliveries, model_version, ("delivery", "client_id", "decision", "score")))
    decided = {name: pl.col("decision").eq(name).sum().alias(name) for name in ("approve", "refuse", "refer")}
    counted = rows.group_by("delivery").agg(
        pl.len().alias("scored"), pl.col("client_id").n_unique().alias("clients"), *decided.values(),
        pl.col("score").median().alias("median_score"),
    )  # fmt: skip
    found = {delivered.name: Summary() for delivered in deliveries}
    for row in counted.iter_rows(named=True):
        if row["clients"] != row["scored"]:
            raise SCORED_TWICE(
                table=TABLE, rows=row["scored"], delivery=row["delivery"], version=model_version, clients=row["clients"]
            )
        found[row["delivery"]] = Summary(
            row["scored"], row["approve"], row["refuse"], row["refer"], row["median_score"]
        )
    return found


def verify(found: Mapping[str, Summary], expected: Mapping[str, int]) -> None:
    """Fault unless as many clients of each delivery are committed as its cohort had."""
    for delivery, clients in expected.items():
        if found[delivery].scored != clients:
            raise SCORES_MISSING(table=TABLE, found=found[delivery].scored, delivery=delivery, expected=clients)


def clients_by_score(engine: Engine, deliveries: Sequence[Delivered], model_version: int) -> dict[int, dict[int, int]]:
    """Seq -> score -> how many clients have it."""
    rows = engine.scan(of(deliveries, model_version, ("seq", "score")))
    found: dict[int, dict[int, int]] = {}
    for seq, score, clients in rows.group_by("seq", "score").len().iter_rows():
        found.setdefault(seq, {})[score] = clients
    return found


def of(deliveries: Sequence[Delivered], model_version: int, columns: Collection[str]) -> Scan:
    """The committed rows of deliveries: by seq, for the files that are passed over, and by name, because a rescore has
    the seq of a delivery."""
    among: Among = {
        "seq": [delivered.seq for delivered in deliveries],
        "delivery": [delivered.name for delivered in deliveries],
        "model_version": [model_version],
    }
    return Scan(TABLE, tuple(columns), among)


def not_withdrawn(engine: Engine, rows: pl.DataFrame, withdrawals: Mapping[int, int]) -> pl.DataFrame:
    """Of rows with client_id and seq those behind which there is no withdrawn delivery.

    `withdrawals`: its seq -> the seq at which its clients were scored again: what they were given between the two
    rests on its rows.
    """
    if not withdrawals:
        return rows
    pairs = pl.DataFrame(sorted(withdrawals.items()), {"withdrawn": pl.Int64, "again": pl.Int64}, orient="row")
    among = {"seq": sorted(set(withdrawals.values()))}
    touched = engine.scan(Scan(CLIENT_DELIVERIES, ("client_id", "seq"), among)).unique()
    spans = touched.join(pairs, left_on="seq", right_on="again", coalesce=False).select(
        "client_id", "withdrawn", "again"
    )
    standing = rows.filter(~pl.col("seq").is_in(list(withdrawals))).with_row_index("place")
    gone = standing.select("place", "client_id", "seq").join(spans, on="client_id")
    gone = gone.filter((pl.col("seq") >= pl.col("withdrawn")) & (pl.col("seq") < pl.col("again")))
    return standing.join(gone.select("place"), on="place", how="anti", maintain_order="left").drop("place")
