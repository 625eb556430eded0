"""What would have to change for another score: a client's promised raw values improved, step by step.

Nothing is estimated: after each step every feature is rebuilt from the changed rows and the client is scored again by
the model that gave the score. Only promised values move (features.promises), and only to their better side, so that no
step lowers a score. What they say is how the model would judge another file, not what the client should do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, reduce

import polars as pl
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.known import Known
from credit_scoring.engines.engine import Engine
from credit_scoring.errors.usage import CLIENT_NOT_APPLIED
from credit_scoring.features.promises import PROMISES, Promise
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT
from credit_scoring.settings import GatherSettings

STEPS = 8
"""How often each improvement is repeated; one more income step is a tenth more, one more score step .05, and so on."""

AS_IT_IS, TOGETHER = "as it is", "all of these together"
_SCHEMA = "change STRING, step INT, score INT, decision STRING, changed ARRAY<STRING>"

Rows = Mapping[str, pl.DataFrame]


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


def what_if(
    engine: Engine, ledger: Ledger, texts: ModelTexts, settings: GatherSettings, client_id: int, as_of: int
) -> tuple[WhatIf, ...]:
    """Every promised improvement that changes something in the client's file, steps 1 to STEPS, and all together.

    `texts`: the model that scores; `as_of`: the seq of the delivery at which the client is taken as known. UsageError
    when no application of the client is accepted by then.
    """
    accepted = ledger.accepted()
    cases = pl.DataFrame({"client_id": [client_id], "as_of": [as_of]}, {"client_id": pl.Int64, "as_of": pl.Int64})
    one = Cohort(engine, cases, {}, tuple(delivered.seq for delivered in accepted))
    if not one.standing().cases["has_application"].all():
        raise CLIENT_NOT_APPLIED(client=client_id, seq=as_of)
    found = gather(one, settings, partial(improved, texts), _SCHEMA).collect()
    order = [AS_IT_IS, *(promise.words for promise in PROMISES), TOGETHER]
    columns = ("change", "step", "score", "decision", "changed")
    told = (WhatIf(row[0], row[1], row[2], row[3], tuple(row[4])) for row in found.select(columns).iter_rows())
    return tuple(sorted(told, key=lambda each: (order.index(each.change), each.step)))


def improved(texts: ModelTexts, known: Known) -> Iterator[pa.RecordBatch]:
    """The one client of a slot: every improvement a case of its own, features built of all cases at once."""
    columns: Mapping[str, list[str]] = {name: rows.columns for name, rows in known.tables.items()}
    files = [(AS_IT_IS, 0, known.tables, list[str]())]
    for name, improve in _improvements().items():
        rows = known.tables
        for step in range(1, STEPS + 1):
            rows = improve(rows)
            differences = [said for table in columns for said in _differences(table, known.tables[table], rows[table])]
            if differences:
                files.append((name, step, rows, differences))
    cases = {
        table: pl.concat([rows[table].with_columns(pl.lit(i).alias(CLIENT)) for i, (_, _, rows, _) in enumerate(files)])
        for table in columns
    }
    judge = scorer(texts)
    score = judge.score(matrix(feature_frame(cases))).score
    complete = known.cases["file_complete"].to_numpy().repeat(len(files))
    yield pa.RecordBatch.from_pydict(
        {
            "change": pa.array([name for name, *_ in files]),
            "step": pa.array([step for _, step, *_ in files], pa.int32()),
            "score": pa.array(score, pa.int32()),
            "decision": pa.array(judge.decide(score, complete).tolist(), pa.string()),
            "changed": pa.array([differences for *_, differences in files], pa.list_(pa.string())),
        }
    )


def _improvements() -> Mapping[str, Callable[[Rows], Rows]]:
    """The improvements by their words."""
    each = {promise.words: promise.kept_by for promise in PROMISES}
    return {**each, TOGETHER: lambda rows: reduce(_kept, PROMISES, rows)}


def _kept(rows: Rows, promise: Promise) -> Rows:
    return promise.kept_by(rows)


def _differences(table: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[str]:
    """What changed in a table, a sentence a column; rows stand in the same order."""
    for column in before.columns:
        moved = before[column].ne_missing(after[column])
        if not moved.any():
            continue
        if table == APPLICATION.name:
            yield f"{column} from {_plain(before[column][0])} to {_plain(after[column][0])}"
        else:
            yield f"{table}.{column} in {moved.sum()} of {before.height} rows"


def _plain(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
