"""Clients' files scored: the numbers of the batch, to the bit, when the same file is delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from credit_scoring.clients.snapshot import case_matrix
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.model.scorer import Scorer
from credit_scoring.scoring.on_the_fly.client_file import ClientFile
from credit_scoring.scoring.on_the_fly.judging import JudgedFile, JudgedFiles, judge
from credit_scoring.scoring.rows import NO_RUN, score_rows

_OF_DELIVERIES = ("delivery", "seq", "scored_at", "run_id", "model_version", "code_version", "contributions")


@dataclass(frozen=True, eq=False)
class ScoredFile:
    """`judged`: what was found in the file. `score`: the columns of score_history but for those of a delivery and the
    contributions, None where nobody can be scored."""

    judged: JudgedFile
    score: Mapping[str, Any] | None


def score_files(files: Sequence[ClientFile], scorer: Scorer) -> list[ScoredFile]:
    """Scores files of the right shape; what a file gives does not depend on its company."""
    if not files:
        return []
    found = judge(files)
    rows = iter(_scored(found, scorer))
    return [ScoredFile(each, None if each.client_id is None else next(rows)) for each in found.files]


def vectors(found: JudgedFiles) -> Matrix:
    """The vectors of the clients that can be scored, float32 [n, F]."""
    return case_matrix(found.known)


def _scored(found: JudgedFiles, scorer: Scorer) -> list[dict[str, Any]]:
    if found.known.cases.is_empty():
        return []
    cases = found.known.cases.with_columns(pl.lit("").alias("delivery"))
    batch = score_rows(cases, vectors(found), scorer, NO_RUN)
    return list(batch.drop_columns(list(_OF_DELIVERIES)).to_pylist())
