"""A client's file with some cells changed: both scores, what moved, and what would have to change for an approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from credit_scoring.clients.snapshot import CASE, Snapshot, case_matrix
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features.words import Words
from credit_scoring.model.scorer import APPROVE, Scorer
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table as declared
from credit_scoring.scoring.on_the_fly.client_file import Cell, ClientFile, columns_of, no_column
from credit_scoring.scoring.on_the_fly.judging import Problem, judge
from credit_scoring.scoring.rows import NO_RUN, score_rows
from credit_scoring.scoring.what_if import Improvement, improvements, least


@dataclass(frozen=True)
class CellChange:
    """Another value of one cell; `row` is a place in the table, from 0."""

    table: str
    row: int
    column: str
    value: Cell


@dataclass(frozen=True, eq=False)
class WhatIf:
    """Case 0 is the file as it is, case 1 the changed one.

    `vectors` [2, F]. `scores`: of both, as in score_history. `least`: of each promised improvement of the file as it is
    the fewest steps by which it would be approved.
    """

    vectors: Matrix
    scores: tuple[Mapping[str, Any], ...]
    least: tuple[Improvement, ...]


class Unusable(Exception):
    """Files that cannot be compared; `problems` are those of the changed file that the stored one has not, or else of
    the stored one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def misplaced(file: ClientFile, changes: Sequence[CellChange]) -> list[tuple[int, str, Words]]:
    """Changes that say no cell of the file: their place, which part of them is wrong, and a sentence."""
    found: list[tuple[int, str, Words]] = []
    for place, change in enumerate(changes):
        table = declared(change.table)
        rows = file.get(change.table, ())
        ids = {CLIENT, table.owner, *(key for key in table.key if key.startswith("SK_ID"))}
        if change.row >= len(rows):
            said = Words(
                f"The file has {len(rows)} rows in {change.table}",
                f"Le dossier a {len(rows)} lignes dans {change.table}",
            )
            found.append((place, "row", said))
        if change.column not in columns_of(table):
            found.append((place, "column", no_column(change.table)))
        elif change.column in ids:
            found.append((place, "column", _IDENTITY))
    return found


_IDENTITY = Words("What tells whose a row is cannot be changed", "Ce qui dit à qui est une ligne ne peut être changé")


def changed_file(file: ClientFile, changes: Sequence[CellChange]) -> dict[str, list[dict[str, Cell]]]:
    """The file after the changes, which must be its own (misplaced)."""
    after = {name: [dict(row) for row in rows] for name, rows in file.items()}
    for change in changes:
        after[change.table][change.row][change.column] = change.value
    return after


def what_if(file: ClientFile, changes: Sequence[CellChange], file_complete: bool, scorer: Scorer) -> WhatIf:
    """Scores the file as it is and changed. `file_complete`: whether it was, when it was delivered. Raises Unusable."""
    found = judge([file, changed_file(file, changes)])
    before, after = found.files
    if before.client_id is None:
        raise Unusable(before.problems)
    new = [problem for problem in after.problems if problem not in before.problems]
    if after.client_id is None or new:
        raise Unusable(new or after.problems)
    vectors = case_matrix(found.known)
    cases = pl.DataFrame(
        {
            "client_id": [before.client_id] * 2,
            "as_of": [1, 1],
            "delivery": ["", ""],
            "file_complete": [file_complete] * 2,
        }
    )
    scores = tuple(score_rows(cases, vectors, scorer, NO_RUN).to_pylist())
    enough: tuple[Improvement, ...] = ()
    if file_complete and scores[0]["decision"] != APPROVE:
        enough = least(improvements(_first(found.known, file_complete), scorer))
    return WhatIf(vectors, scores, enough)


def _first(known: Snapshot, file_complete: bool) -> Snapshot:
    """The first case alone."""
    tables: Mapping[str, pl.DataFrame] = {name: rows.filter(pl.col(CLIENT) == 0) for name, rows in known.tables.items()}
    cases = known.cases.filter(pl.col(CASE) == 0).with_columns(pl.lit(file_complete).alias("file_complete"))
    return Snapshot(tables, cases)
