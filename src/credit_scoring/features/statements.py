"""What is said of a client under a reason: its finding where one is true, else what was judged, or that it is absent.

A statement is chosen by feature values alone, which scoring has at hand, and is proven by evidence in the raw rows
(see findings.finding): `credit-scoring reasons --check` does so on every client of the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.findings.finding import Absence, Finding, RowPredicate, Side
from credit_scoring.features.reasons import Reason
from credit_scoring.features.registry import GROUPS, names
from credit_scoring.features.steps import serialised
from credit_scoring.features.words import Language

Positions = NDArray[np.int64]

ABSENCES: Mapping[Reason, Absence] = {reason: each for group in GROUPS for reason, each in group.absences.items()}
"""What the absence sentence of every reason stands on."""

FINDINGS: Mapping[Reason, tuple[Finding, ...]] = {
    reason: each for group in GROUPS for reason, each in group.findings.items()
}
"""What can be said that is specific, by reason: the first finding that applies is said."""


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
    evidence: RowPredicate


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
    vectors: NDArray[np.float32], features: Sequence[str], reasons: Sequence[Reason], points: NDArray[np.float64]
) -> Positions:
    """Which statement is made of each client under each reason: positions [n, k] in STATEMENTS.

    `vectors` [n, F]: the features of these names, missing = NaN. `points` [n, k]: what each of `reasons` adds or takes.
    """
    applies = _columns(vectors, features).lazy().select(_choices()).collect(engine="in-memory").to_numpy()
    made = np.empty(points.shape, np.int64)
    for k, reason in enumerate(reasons):
        tried = _tried()[reason]
        of_reason = applies[:, tried]
        for place, statement in enumerate(STATEMENTS[tried]):
            if statement.side is not Side.EITHER:
                of_reason[:, place] &= statement.side.admits(points[:, k])
        made[:, k] = tried.start + of_reason.argmax(axis=1)  # the first, and the last one always applies
    return made


@cache
def _tried() -> Mapping[Reason, slice]:
    """Where the statements of each reason stand."""
    places: dict[Reason, list[int]] = {}
    for place, statement in enumerate(STATEMENTS):
        places.setdefault(statement.reason, []).append(place)
    return {reason: slice(found[0], found[-1] + 1) for reason, found in places.items()}


@cache
def _choices() -> tuple[pl.Expr, ...]:
    """Whether each statement is chosen, by its position; of few clients, making them costs more than their use."""
    return tuple(statement.chosen.fill_null(False).alias(str(i)) for i, statement in enumerate(STATEMENTS))


@cache
def _read() -> tuple[str, ...]:
    """The features that some choice reads; an expression's roots do not tell, where it names many columns at once."""
    texts = "".join(serialised(choice) for choice in _choices())
    return tuple(name for name in names() if f'"{name}"' in texts)


def _columns(vectors: NDArray[np.float32], features: Sequence[str]) -> pl.DataFrame:
    """The columns that choices read, missing = null: parts of one series, because each made by itself takes time."""
    position = {name: i for i, name in enumerate(features)}
    read = [name for name in _read() if name in position]
    values = np.ascontiguousarray(vectors[:, [position[name] for name in read]].T)
    every = pl.Series(values.reshape(-1), nan_to_null=True)
    n = len(vectors)
    return pl.DataFrame([every.slice(i * n, n).alias(name) for i, name in enumerate(read)])


@cache
def by_code() -> Mapping[tuple[str, bool], Statement]:
    """Every statement by what is published of it: code and absent."""
    return {(statement.code, statement.absent): statement for statement in STATEMENTS}


def sentence(code: str, absent: bool, language: Language) -> str:
    """What was said under a published code; the code itself when this release no longer declares it."""
    statement = by_code().get((code, absent))
    return code if statement is None else statement.fr if language == "fr" else statement.en
