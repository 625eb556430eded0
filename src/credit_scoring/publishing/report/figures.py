"""The figures of a run's report: counts and means over clients, added up where their scores lie.

What comes to the driver is bounded by the numbers of scores, reasons, features and rules, never by that of the clients.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.explanation.points import MOST_PRINCIPAL
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.ledger.events import Delivered
from credit_scoring.publishing.show import counted_reasons
from credit_scoring.scoring import history

BAND_POINTS = 20
"""Width of a score band; band 0 begins at the cut-off."""
BANDS = range(-3, 3)
"""Numbers of the bands; the first and the last have no other end."""
_READ = ("score", "cut_off", "decision", "reasons", "contributions")
_WHAT = ("score", "reason", "feature")
_PARTIAL = pl.Schema(
    {
        "what": pl.String,
        "first": pl.Int64,
        "second": pl.Int64,
        "text": pl.String,
        "clients": pl.Int64,
        "points": pl.Float64,
    }
)
MOST_QUARANTINED = 40
"""Reasons of the quarantine that are listed, the most frequent ones."""


@dataclass(frozen=True)
class Band:
    """Clients by how far their scores are from the cut-off: how many have each decision, and each reason.

    `principal`: by reason, how many clients have it among their principal reasons (see explanation.points.ByReason).
    """

    number: int
    decisions: Mapping[str, int]
    principal: Mapping[str, int]

    @property
    def clients(self) -> int:
        """All clients of the band."""
        return sum(self.decisions.values())


@dataclass(frozen=True)
class Quarantined:
    """Rows of a table in quarantine for one reason."""

    table: str
    column: str
    sentence: str
    rows: int


@dataclass(frozen=True)
class Figures:
    """What a run did, in numbers.

    `scores`: clients by score, ascending. `bands`: all of them, lowest first; a band may be empty. `by_reason`, and
    `by_feature` (position in the registry): mean absolute points over the scored clients, heaviest first.
    """

    scores: Mapping[int, int]
    cut_offs: tuple[int, ...]
    bands: tuple[Band, ...]
    by_reason: Mapping[str, float]
    by_feature: Mapping[int, float]
    quarantine: tuple[Quarantined, ...]

    @property
    def clients(self) -> int:
        """How many were scored."""
        return sum(self.scores.values())


def figures(engine: Engine, scored: Sequence[tuple[Delivered, int]]) -> Figures:
    """The figures of the committed scores of deliveries by the model versions beside them, and of their quarantine."""
    by_version: dict[int, list[Delivered]] = {}
    for delivered, version in scored:
        by_version.setdefault(version, []).append(delivered)
    parts = pl.concat(
        engine.scan(replace(history.of(deliveries, version, _READ), prepare=_partial))
        for version, deliveries in by_version.items()
    )
    scores, cut_offs, decisions = _scores(parts.filter(pl.col("what") == "score"))
    principal, by_reason, by_feature = _means(parts)
    return Figures(
        scores=scores,
        cut_offs=cut_offs,
        bands=tuple(Band(number, decisions[number], principal[number]) for number in BANDS),
        by_reason=by_reason,
        by_feature=by_feature,
        quarantine=_quarantine(engine, [delivered for delivered, _ in scored]),
    )


def _partial(rows: pl.DataFrame) -> pl.DataFrame:
    """What some rows add to the figures: `what` it is of, a key of three, clients, and points (sums of absolute ones).

    score: score, cut-off, decision. reason: band, reason, whether it is a principal one. feature: its position.
    """
    number = ((pl.col("score") - pl.col("cut_off")) // BAND_POINTS).clip(BANDS[0], BANDS[-1]).cast(pl.Int64)
    said = rows.select(number.alias("first"), "reasons").with_columns(
        place=pl.int_ranges(pl.col("reasons").list.len(), dtype=pl.Int64)
    )
    said = said.explode("reasons", "place").drop_nulls("reasons").unnest("reasons")
    # The list is worst first; what is published under a finding has the reason's code before the dot.
    principal = (pl.col("place") < MOST_PRINCIPAL) & (pl.col("points") < 0)
    reasons = said.group_by("first", pl.col("code").str.split(".").list.first().alias("text")).agg(
        principal.sum().cast(pl.Int64).alias("clients"), pl.col("points").abs().sum()
    )
    scores = rows.group_by(
        pl.col("score").cast(pl.Int64).alias("first"),
        pl.col("cut_off").cast(pl.Int64).alias("second"),
        pl.col("decision").alias("text"),
    ).agg(pl.len().cast(pl.Int64).alias("clients"))
    features = _absolute(rows)
    parts = [
        part.with_columns(what=pl.lit(what)) for what, part in zip(_WHAT, (scores, reasons, features), strict=True)
    ]
    return pl.concat([pl.DataFrame(schema=_PARTIAL), *parts], how="diagonal").select(_PARTIAL.names())


def _absolute(rows: pl.DataFrame) -> pl.DataFrame:
    """Position of each feature, clients, and the sum of absolute points."""
    if rows.is_empty():
        return pl.DataFrame(schema={"first": pl.Int64, "clients": pl.Int64, "points": pl.Float64})
    points = rows["contributions"].explode().to_numpy().reshape(rows.height, -1)
    total = np.abs(points).sum(axis=0)
    return pl.DataFrame({"first": np.arange(len(total)), "clients": np.full(len(total), rows.height), "points": total})


def _scores(rows: pl.DataFrame) -> tuple[dict[int, int], tuple[int, ...], dict[int, Counter[str]]]:
    """Clients by score, the cut-offs, and decisions by band."""
    scores: Counter[int] = Counter()
    decisions: dict[int, Counter[str]] = {number: Counter() for number in BANDS}
    for score, cut_off, decision, clients in rows.select("first", "second", "text", "clients").iter_rows():
        scores[score] += clients
        number = (score - cut_off) // BAND_POINTS
        decisions[min(max(number, BANDS[0]), BANDS[-1])][decision] += clients
    cut_offs = tuple(sorted(rows["second"].unique()))
    return dict(sorted(scores.items())), cut_offs, decisions


def _means(parts: pl.DataFrame) -> tuple[dict[int, dict[str, int]], dict[str, float], dict[int, float]]:
    """Clients by band and principal reason; mean absolute points by reason, and by feature."""
    reasons = parts.filter(pl.col("what") == "reason")
    principal: dict[int, dict[str, int]] = {number: {} for number in BANDS}
    for number, reason, clients in (
        reasons.group_by("first", "text").agg(pl.col("clients").sum()).sort("first", "text").iter_rows()
    ):
        principal[number][reason] = clients
    clients = parts.filter(pl.col("what") == "score")["clients"].sum()
    points = reasons.group_by("text").agg(pl.col("points").sum() / clients)
    features = parts.filter(pl.col("what") == "feature").group_by("first").agg(pl.col("points").sum() / clients)
    features = features.filter(pl.col("points") > 0)
    return (
        principal,
        dict(points.sort("points", "text", descending=[True, False]).iter_rows()),
        dict(features.sort("points", "first", descending=[True, False]).iter_rows()),
    )


def _quarantine(engine: Engine, deliveries: Sequence[Delivered]) -> tuple[Quarantined, ...]:
    names = [delivered.name for delivered in deliveries]
    counted = engine.scan(Scan(QUARANTINE, ("delivery", "table", "reasons"), {"delivery": names}, counted_reasons))
    by = ["table", "column", "sentence"]
    rows = counted.group_by(by).agg(pl.col("rows").sum())
    most = rows.sort("rows", *by, descending=[True, False, False, False]).head(MOST_QUARANTINED)
    return tuple(Quarantined(*row) for row in most.select(*by, "rows").iter_rows())
