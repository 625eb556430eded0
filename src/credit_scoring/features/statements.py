"""What is said of a client under a reason: its finding where one is true, else what was judged, or that it is absent.

A statement is chosen by feature values alone, which scoring has at hand, and is proven by evidence in the raw rows
(see evidence): `credit-scoring reasons --check` does so on every client of the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.evidence import Evidence
from credit_scoring.features.findings.catalogue import ABSENCES, FINDINGS
from credit_scoring.features.findings.finding import Side
from credit_scoring.features.reasons import Reason

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Statement:
    """One sentence that can be published.

    `code` and `absent` are published and tell statements apart: the reason's code, followed, for a finding, by a dot
    and the finding's. `side`: published only where the reason adds (FOR) or takes (AGAINST) points. `chosen`: over
    features. `evidence`: over raw rows; the sentence is true of a client for whom it holds.
    """

    reason: Reason
    code: str
    absent: bool
    en: str
    fr: str
    side: Side
    chosen: pl.Expr
    evidence: Evidence


def _of(reason: Reason) -> Iterable[Statement]:
    """A reason's statements in the order in which they are tried; the last one always applies."""
    absence = ABSENCES[reason]
    for finding in FINDINGS.get(reason, ()):
        code = f"{reason.code}.{finding.code}"
        yield Statement(reason, code, False, finding.en, finding.fr, finding.side, finding.chosen, finding.evidence)
    yield Statement(
        reason, reason.code, True, reason.absent_en, reason.absent_fr, Side.EITHER, absence.chosen, absence.evidence
    )
    yield Statement(
        reason, reason.code, False, reason.value_en, reason.value_fr, Side.EITHER, pl.lit(True), ~absence.evidence
    )


STATEMENTS: tuple[Statement, ...] = tuple(statement for reason in Reason for statement in _of(reason))
"""The closed list of all that can be said, reason after reason."""


def stated(
    vectors: NDArray[np.float32], names: Sequence[str], reasons: Sequence[Reason], points: NDArray[np.float64]
) -> Positions:
    """Which statement is made of each client under each reason: positions [n, k] in STATEMENTS.

    `vectors` [n, F] with the features `names`, missing = NaN. `points` [n, k]: what each of `reasons` adds or takes.
    """
    features = pl.from_numpy(vectors, schema=list(names), orient="row").lazy()
    applies = (
        features.with_columns(pl.all().fill_nan(None))
        .with_columns(s.chosen.fill_null(False).alias(f"applies.{i}") for i, s in enumerate(STATEMENTS))
        .select(pl.col("^applies\\..*$"))
        .collect()
    )
    column = {reason: k for k, reason in enumerate(reasons)}
    made = np.full(points.shape, -1, np.int64)
    for i, statement in enumerate(STATEMENTS):
        if statement.reason in column:
            k = column[statement.reason]
            open_ = (made[:, k] < 0) & statement.side.admits(points[:, k])
            made[open_ & applies[f"applies.{i}"].to_numpy(), k] = i
    return made


@cache
def by_code() -> Mapping[tuple[str, bool], Statement]:
    """Every statement by what is published of it: code and absent."""
    return {(statement.code, statement.absent): statement for statement in STATEMENTS}
