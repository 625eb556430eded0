"""How features are distributed over clients whose outcome is known, in bins of which none tells of fewer than ten.

Computed when the store is loaded, from a sample that is the same for the same clients: no request reads raw rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from credit_scoring.clients import cohort
from credit_scoring.clients.gather import vectors
from credit_scoring.features.registry import fingerprint, names
from credit_scoring.online.published import Published
from credit_scoring.online.reader import PublishedStore

FEWEST = 10
"""No number is given about fewer clients."""
BINS = 20
SAMPLE = 5_000
"""Clients with an outcome who are looked at: enough for bins of a hundred."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts by outcome. `edges` [k + 1]: a bin holds its lower bound; the last one its upper bound, too.

    A count of missing values that is above zero and below FEWEST is told as zero.
    """

    edges: Floats
    repaid: npt.NDArray[np.int64]
    defaulted: npt.NDArray[np.int64]
    missing_repaid: int
    missing_defaulted: int


def histogram(values: Floats, defaulted: npt.NDArray[np.bool_]) -> Histogram | None:
    """The histogram of `values` [n], missing = NaN; None where it would tell of fewer than FEWEST with one outcome.

    Bins of about as many clients each, joined with their neighbours until each holds FEWEST of either outcome.
    """
    missing = np.isnan(values)
    held, bad = values[~missing], defaulted[~missing]
    if min(np.count_nonzero(bad), np.count_nonzero(~bad)) < FEWEST:
        return None
    edges = np.unique(np.quantile(held, np.linspace(0, 1, BINS + 1), method="inverted_cdf"))
    if len(edges) == 1:
        edges = np.array([edges[0], edges[0]])
        counts = [np.array([np.count_nonzero(~bad)]), np.array([np.count_nonzero(bad)])]
    else:
        counts = [np.histogram(held[mask], edges)[0] for mask in (~bad, bad)]
    edges, repaid, worse = _joined(edges, counts[0], counts[1])
    return Histogram(
        edges,
        repaid,
        worse,
        _told(np.count_nonzero(missing & ~defaulted)),
        _told(np.count_nonzero(missing & defaulted)),
    )


def _joined(
    edges: Floats, repaid: npt.NDArray[np.int64], defaulted: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Bins joined from the left until each holds enough; what is left at the end goes to the last."""
    bounds, good, bad = [float(edges[0])], [0], [0]
    for upper, more_good, more_bad in zip(edges[1:].tolist(), repaid.tolist(), defaulted.tolist(), strict=True):
        if min(good[-1], bad[-1]) >= FEWEST:
            good.append(0)
            bad.append(0)
            bounds.append(upper)
        else:
            bounds[len(good) :] = [upper]
        good[-1] += more_good
        bad[-1] += more_bad
    if len(good) > 1 and min(good[-1], bad[-1]) < FEWEST:
        good[-2:], bad[-2:] = [sum(good[-2:])], [sum(bad[-2:])]
        del bounds[-2]
    return np.array(bounds), np.array(good, np.int64), np.array(bad, np.int64)


def _told(count: int) -> int:
    return int(count) if count >= FEWEST else 0


def distributions(store: PublishedStore, facts: Published) -> pl.DataFrame:
    """The rows of feature_distribution: every feature over a sample of the clients whose outcome is visible, each as
    known when its application was first accepted."""
    sample, defaulted = _sampled(store, facts)
    rows: list[dict[str, object]] = []
    for place, name in enumerate(names()):
        found = histogram(sample[:, place].astype(np.float64), defaulted) if len(sample) else None
        if found is not None:
            rows.append(
                {
                    "feature": name,
                    "edges": found.edges.tolist(),
                    "repaid": found.repaid.tolist(),
                    "defaulted": found.defaulted.tolist(),
                    "missing_repaid": found.missing_repaid,
                    "missing_defaulted": found.missing_defaulted,
                    "clients": len(sample),
                    "fingerprint": fingerprint(),
                }
            )
    return pl.DataFrame(rows, schema=_SCHEMA)


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "feature": pl.String,
    "edges": pl.List(pl.Float64),
    "repaid": pl.List(pl.Int64),
    "defaulted": pl.List(pl.Int64),
    "missing_repaid": pl.Int64,
    "missing_defaulted": pl.Int64,
    "clients": pl.Int64,
    "fingerprint": pl.String,
}


def _sampled(store: PublishedStore, facts: Published) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Vectors [n, F] of at most SAMPLE clients, and whether each defaulted [n]."""
    learners = cohort.to_train(store.engine, facts.accepted)
    order = pl.col("client_id") * 2_654_435_761 % 2**32
    sampled = replace(learners, cases=learners.cases.sort(order, "client_id").head(SAMPLE))
    if not sampled.size:
        return np.zeros((0, len(names())), np.float32), np.zeros(0, np.bool_)
    cases = sampled.cases.select("client_id", "as_of", "target")
    found = vectors(replace(sampled, cases=cases), store.gather).collect()
    values = found["features"].explode().to_numpy().astype(np.float32, copy=False)
    return values.reshape(found.height, -1), found["target"].to_numpy() == 1


COMPARED: Sequence[str] = (
    "income", "credit", "annuity", "goods_price", "annuity_to_income", "credit_to_income", "age", "employment",
    "children", "owns_car", "owns_home", "agency_score_mean",
)  # fmt: skip
"""The features whose means are told of clients with a similar income."""
