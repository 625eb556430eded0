"""What a monitoring leaves in tables: the counts that it compared, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from credit_scoring.engines.engine import Engine
from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.drift import binned, deciles
from credit_scoring.monitoring.figures import Figure
from credit_scoring.monitoring.profile import Profile
from credit_scoring.monitoring.tables import MONITOR_DRIFT, MONITOR_PROFILE, STORED, VIEWS
from credit_scoring.schema.arrow_types import polars_schema


def write(
    engine: Engine,
    which: tuple[str, str, int, datetime],
    bins: Bins | None,
    profile: Profile | None,
    scores: Mapping[int, int],
    figures: Sequence[Figure],
) -> None:
    """Appends a run's rows to both tables, once. `which`: run id, subject, model version, when."""
    for table in STORED:
        engine.create(table)
    run_id, subject, version, at = which
    stamp = {"run_id": run_id, "subject": subject, "model_version": version, "computed_at": at}
    counted = [] if bins is None or profile is None else [*_features(bins, profile), *_score(bins, scores)]
    told = [figure.row() for figure in figures]
    for table, rows in ((MONITOR_PROFILE, counted), (MONITOR_DRIFT, told)):
        if rows:
            frame = pl.DataFrame([{**stamp, **row} for row in rows], schema=polars_schema(table.types()))
            engine.append(table.name, frame, f"{table.name}/{run_id}/{subject}")
    engine.create_views(VIEWS, STORED)


def _features(bins: Bins, profile: Profile) -> list[dict[str, object]]:
    rows = []
    for feature, now in zip(bins.features, profile.features, strict=True):
        limits = [None, *feature.edges, None]
        last = len(feature.clients) - 1
        for place, (then, points) in enumerate(zip(feature.clients, feature.points, strict=True)):
            of_bin = (None, None, None) if place == last else (place, limits[place], limits[place + 1])
            rows.append(_row(feature.name, of_bin, then, int(now[place]), points))
    return rows


def _score(bins: Bins, scores: Mapping[int, int]) -> list[dict[str, object]]:
    then = {score: clients for score, clients, _ in bins.scores}
    ends = deciles(then)
    limits = [None, *map(float, ends), None]
    pairs = zip(binned(then, ends).tolist(), binned(scores, ends).tolist(), strict=True)
    return [_row("score", (i, limits[i], limits[i + 1]), before, now, None) for i, (before, now) in enumerate(pairs)]


def _row(
    feature: str, of_bin: tuple[int | None, float | None, float | None], then: int, now: int, points: float | None
) -> dict[str, object]:
    place, above, up_to = of_bin
    return {
        "feature": feature, "bin": place, "above": above, "up_to": up_to, "clients_then": then, "clients_now": now,
        "points": points,
    }  # fmt: skip
