"""The batch: a cohort's clients gathered, scored and explained in one pass of the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot, case_matrix
from credit_scoring.engines.engine import Rows
from credit_scoring.features.vector import columns_read
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.scoring.rows import SCORE_HISTORY, RunMetadata, score_rows
from credit_scoring.settings import GatherSettings


def score_cohort(cohort: Cohort, settings: GatherSettings, texts: ModelTexts, run_metadata: RunMetadata) -> Rows:
    """The rows of score_history of a cohort, in no particular order; lazy. See `gather` for the arguments.

    The model travels to the tasks as texts; each worker builds its Scorer from them once.
    """
    return gather(cohort, settings, partial(_score, texts, run_metadata), SCORE_HISTORY.ddl(), columns_read())


def _score(texts: ModelTexts, run_metadata: RunMetadata, snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    yield score_rows(snapshot.cases, case_matrix(snapshot), usable(texts), run_metadata)
