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
from credit_scoring.features.kernel import ROWS
from credit_scoring.features.program import NO_GROUPS, Columns, Program, Writer
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
    applies = _applies(vectors, features)
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


def _applies(vectors: NDArray[np.float32], features: Sequence[str]) -> NDArray[np.bool_]:
    """Which statements are chosen of each client [n, statements]."""
    position, choices = {name: i for i, name in enumerate(features)}, _choices()
    values = np.ascontiguousarray(vectors[:, [position[name] for name in choices.inputs]].T, np.float64)
    found = choices.run(Columns(choices.inputs, values, ~np.isnan(values)), NO_GROUPS)
    return found.values.T.astype(np.bool_)


@cache
def _choices() -> Program:
    """Whether each statement is chosen, by its position."""
    chosen = {str(i): statement.chosen.fill_null(False) for i, statement in enumerate(STATEMENTS)}
    # An expression's roots do not tell, where it names many columns at once.
    texts = "".join(map(serialised, chosen.values()))
    program = Writer([name for name in names() if f'"{name}"' in texts]).program(ROWS, chosen)
    if any(constant != np.float32(constant) for constant in program.rows.constants if not np.isnan(constant)):
        raise ValueError("a choice compares with a number that no feature can be: features are single precision")
    return program


@cache
def by_code() -> Mapping[tuple[str, bool], Statement]:
    """Every statement by what is published of it: code and absent."""
    return {(statement.code, statement.absent): statement for statement in STATEMENTS}


def sentence(code: str, absent: bool, language: Language) -> str:
    """What was said under a published code; the code itself when this release no longer declares it."""
    statement = by_code().get((code, absent))
    return code if statement is None else statement.fr if language == "fr" else statement.en
