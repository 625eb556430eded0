"""The figures of a run's report: counts and means over clients, added up by Spark.

What comes to the driver is bounded by the numbers of scores, reasons, features and rules, never by that of the clients.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.explanation.by_reason import MOST_PRINCIPAL
from credit_scoring.intake.appending import QUARANTINE
from credit_scoring.intake.events import Delivered
from credit_scoring.publishing import history
from credit_scoring.storage.tables import Tables

BAND_POINTS = 20
"""Width of a score band; band 0 begins at the cut-off."""
BANDS = range(-3, 3)
"""Numbers of the bands; the first and the last have no other end."""
MOST_QUARANTINED = 40
"""Reasons of the quarantine that are listed, the most frequent ones."""


@dataclass(frozen=True)
class Band:
    """Clients by how far their scores are from the cut-off: how many have each decision, and each reason.

    `principal`: by reason, how many clients have it among their principal reasons (see explanation.by_reason).
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


def figures(tables: Tables, scored: Sequence[tuple[Delivered, int]]) -> Figures:
    """The figures of the committed scores of deliveries by the model versions beside them, and of their quarantine.

    Four actions.
    """
    rows = history.of_versions(tables, scored)
    counted = rows.groupBy("score", "cut_off", "decision").agg(F.count("*").alias("clients")).collect()
    scores: Counter[int] = Counter()
    decisions: dict[int, Counter[str]] = {number: Counter() for number in BANDS}
    for row in counted:
        scores[row["score"]] += row["clients"]
        number = (row["score"] - row["cut_off"]) // BAND_POINTS
        decisions[min(max(number, BANDS[0]), BANDS[-1])][row["decision"]] += row["clients"]
    principal: dict[int, dict[str, int]] = {number: {} for number in BANDS}
    points: Counter[str] = Counter()
    for row in _by_reason(rows).collect():
        principal[row["band"]][row["reason"]] = row["principal"]
        points[row["reason"]] += row["points"]
    return Figures(
        scores=dict(sorted(scores.items())),
        cut_offs=tuple(sorted({row["cut_off"] for row in counted})),
        bands=tuple(Band(number, decisions[number], principal[number]) for number in BANDS),
        by_reason={reason: points[reason] / scores.total() for reason in sorted(points, key=lambda r: (-points[r], r))},
        by_feature={row["position"]: row["points"] for row in _by_feature(rows).collect()},
        quarantine=_quarantine(tables, [delivered for delivered, _ in scored]),
    )


def _by_reason(rows: DataFrame) -> DataFrame:
    """band, reason, points (sum of absolute ones), principal (clients); one row a band and reason."""
    number = F.floor((F.col("score") - F.col("cut_off")) / F.lit(BAND_POINTS))
    band = F.greatest(F.lit(BANDS[0]), F.least(F.lit(BANDS[-1]), number)).cast("int")
    # The list is worst first; what is published under a finding has the reason's code before the dot.
    each = rows.select(band.alias("band"), F.posexplode("reasons").alias("place", "said"))
    reason = F.substring_index("said.code", ".", 1)
    principal = (F.col("place") < MOST_PRINCIPAL) & (F.col("said.points") < 0)
    return each.groupBy("band", reason.alias("reason")).agg(
        F.sum(F.abs("said.points")).alias("points"), F.count_if(principal).alias("principal")
    )


def _by_feature(rows: DataFrame) -> DataFrame:
    """position, points (mean absolute ones), heaviest first; features that the model does not use are left out."""
    each = rows.select(F.posexplode("contributions").alias("position", "points"))
    means = each.groupBy("position").agg(F.avg(F.abs("points")).alias("points"))
    return means.where("points > 0").orderBy(F.desc("points"), "position")


def _quarantine(tables: Tables, deliveries: Sequence[Delivered]) -> tuple[Quarantined, ...]:
    rows = tables.read(QUARANTINE).where(F.col("delivery").isin([delivered.name for delivered in deliveries]))
    counted = (
        rows.select("table", F.explode("reasons").alias("reason"))
        .groupBy("table", "reason.column", "reason.sentence")
        .agg(F.count("*").alias("rows"))
        .orderBy(F.desc("rows"), "table", "column", "sentence")
        .limit(MOST_QUARANTINED)
    )
    return tuple(Quarantined(row["table"], row["column"], row["sentence"], row["rows"]) for row in counted.collect())
