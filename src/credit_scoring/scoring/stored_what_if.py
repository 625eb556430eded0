"""What would have to change for the score of a stored client (scoring.what_if has the method), on the store's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.context import Context
from credit_scoring.errors.usage import CLIENT_NOT_APPLIED
from credit_scoring.features.promises import PROMISES
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.scoring.what_if import AS_IT_IS, TOGETHER, improvements

_SCHEMA = "change STRING, step INT, score INT, decision STRING, changed ARRAY<STRING>"


@dataclass(frozen=True)
class WhatIf:
    """One improvement, repeated `step` times, and what follows; `changed`: the raw values that moved.

    The first of a list is the client as it is (step 0).
    """

    change: str
    step: int
    score: int
    decision: str
    changed: tuple[str, ...]


def what_if(context: Context, texts: ModelTexts, client_id: int, as_of: int) -> tuple[WhatIf, ...]:
    """Every promised improvement that changes something in the client's file, steps 1 to STEPS, and all together.

    `texts`: the model that scores; `as_of`: the seq of the delivery at which the client is taken as known. UsageError
    when no application of the client is accepted by then.
    """
    accepted = context.ledger.accepted()
    cases = pl.DataFrame({"client_id": [client_id], "as_of": [as_of]}, {"client_id": pl.Int64, "as_of": pl.Int64})
    one = Cohort(context.engine, cases, {}, tuple(delivered.seq for delivered in accepted))
    if not one.with_eligibility().cases["has_application"].all():
        raise CLIENT_NOT_APPLIED(client=client_id, seq=as_of)
    found = gather(one, context.settings.gather, partial(improved, texts), _SCHEMA).collect()
    order = [AS_IT_IS.en, *(promise.words.en for promise in PROMISES), TOGETHER.en]
    columns = ("change", "step", "score", "decision", "changed")
    told = (WhatIf(row[0], row[1], row[2], row[3], tuple(row[4])) for row in found.select(columns).iter_rows())
    return tuple(sorted(told, key=lambda each: (order.index(each.change), each.step)))


def improved(texts: ModelTexts, snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    """The one client of a slot: every improvement a row."""
    found = improvements(snapshot, usable(texts))
    yield pa.RecordBatch.from_pydict(
        {
            "change": pa.array([each.words.en for each in found]),
            "step": pa.array([each.step for each in found], pa.int32()),
            "score": pa.array([each.score for each in found], pa.int32()),
            "decision": pa.array([each.decision for each in found], pa.string()),
            "changed": pa.array([[str(change) for change in each.changes] for each in found], pa.list_(pa.string())),
        }
    )
