"""Every sentence that can be published is true of the client of whom it is said, on drawn and on generated rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from credit_scoring.features import registry
from credit_scoring.features.findings.finding import holding, no_rows, some
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import ABSENCES, FINDINGS, STATEMENTS, by_code, stated
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.lender import known

Rows = dict[str, pl.DataFrame]


def said_of(tables: Rows, points: float) -> tuple[np.ndarray, np.ndarray]:
    """Statements [n, k] when every reason weighs `points`, and whether each statement is true [n, statements]."""
    frame = feature_frame(tables)
    reasons = list(Reason)
    made = stated(matrix(frame), registry.names(), reasons, np.full((frame.height, len(reasons)), points))
    return made, holding([s.evidence for s in STATEMENTS], tables, frame[CLIENT])


@pytest.mark.parametrize("points", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("source", ["drawn", "generated"])
def test_every_sentence_is_true(source: str, points: float, drawn_tables: Callable[[int, int], Rows]) -> None:
    tables = drawn_tables(1500, 3) if source == "drawn" else known(range(3000), 5)
    made, true = said_of(tables, points)
    assert (made >= 0).all()
    rows = np.arange(len(made))
    untrue = {
        (STATEMENTS[i].code, STATEMENTS[i].absent): int(np.sum(made[rows, k] == i) - true[made[:, k] == i, i].sum())
        for k in range(made.shape[1])
        for i in np.unique(made[:, k])
    }
    assert {said: times for said, times in untrue.items() if times} == {}


def test_every_statement_is_made_of_someone(drawn_tables: Callable[[int, int], Rows]) -> None:
    tables = (drawn_tables(4000, 3), known(range(3000), 5))
    made = {i for rows in tables for points in (-1.0, 1.0) for i in np.unique(said_of(rows, points)[0])}
    unsaid = {(STATEMENTS[i].code, STATEMENTS[i].absent) for i in range(len(STATEMENTS)) if i not in made}
    # Required in every application, so they are never missing where intake was passed.
    assert all(absent for _, absent in unsaid), unsaid


def test_statements_are_told_apart_and_read_like_sentences() -> None:
    assert len(by_code()) == len(STATEMENTS)
    assert len({s.en for s in STATEMENTS}) == len({s.fr for s in STATEMENTS}) == len(STATEMENTS)
    assert all(s.en[0].isupper() and len(s.en) <= 120 and len(s.fr) <= 120 for s in STATEMENTS)
    assert set(ABSENCES) == set(Reason) >= set(FINDINGS)
    features = {root for s in STATEMENTS for root in s.chosen.meta.root_names()}
    assert features <= set(registry.names())


def test_evidence_is_a_row_a_group_or_none_of_them() -> None:
    clients = pl.Series([1, 2, 3])
    rows = pl.DataFrame({CLIENT: [1, 1, 2], "loan": [7, 7, 8], "paid": [3.0, 4.0, None]})
    whole = some("t", pl.col("paid").sum() == 7, each=("loan",))
    paid = some("t", pl.col("paid") > 3)
    found = holding([paid, ~paid, whole, no_rows("t"), some("other", pl.lit(True))], {"t": rows}, clients)
    assert found.tolist() == [
        [True, False, True, False, False],
        [False, True, False, False, False],
        [False, True, False, True, False],
    ]
