"""What would have to change for another score: a client's promised raw values improved, step by step.

Nothing is estimated: after each step every feature is rebuilt from the changed rows and the client is scored again by
the model that gave the score. Only promised values move (features.promises), and only to their better side, so that no
step lowers a score. What they say is how the model would judge another file, not what the client should do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce

import polars as pl

from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features.promises import PROMISES, Promise
from credit_scoring.features.vector import client_vectors
from credit_scoring.features.words import Words
from credit_scoring.model.scorer import APPROVE, Scorer
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT

STEPS = 8
"""How often each improvement is repeated; one more income step is a tenth more, one more score step .05, and so on."""

AS_IT_IS = Words("as it is", "tel quel")
TOGETHER = Words("all of these together", "tout cela ensemble")

Rows = Mapping[str, pl.DataFrame]

_PROMISED: Mapping[str, frozenset[str]] = {
    table: frozenset(column for promise in PROMISES if promise.table == table for column in promise.improved)
    for table in {promise.table for promise in PROMISES}
}


@dataclass(frozen=True)
class Change:
    """A column that moved. In the application `before` and `after` are its values, elsewhere None, and `rows` of `of`
    rows moved."""

    table: str
    column: str
    before: float | str | None
    after: float | str | None
    rows: int
    of: int

    def __str__(self) -> str:
        if self.table == APPLICATION.name:
            return f"{self.column} from {_plain(self.before)} to {_plain(self.after)}"
        return f"{self.table}.{self.column} in {self.rows} of {self.of} rows"


@dataclass(frozen=True)
class Improvement:
    """One improvement, repeated `step` times, and what follows. The first of a list is the client as it is (step 0)."""

    words: Words
    step: int
    score: int
    decision: str
    changes: tuple[Change, ...]


def improvements(snapshot: Snapshot, scorer: Scorer) -> tuple[Improvement, ...]:
    """Of one client: every promised improvement that changes something, steps 1 to STEPS, and all together.

    Each is a case of its own, so that features are built of all of them at once.
    """
    files: list[tuple[Words, int, Rows, tuple[Change, ...]]] = [(AS_IT_IS, 0, snapshot.tables, ())]
    for words, improve in _improvements():
        rows = snapshot.tables
        for step in range(1, STEPS + 1):
            rows = improve(rows)
            if moved := tuple(differences(snapshot.tables, rows)):
                files.append((words, step, rows, moved))
    score = scorer.score(cases([rows for _, _, rows, _ in files])).score
    complete = snapshot.cases["file_complete"].to_numpy().repeat(len(files))
    decisions = scorer.decide(score, complete).tolist()
    return tuple(
        Improvement(words, step, int(points), decision, moved)
        for (words, step, _, moved), points, decision in zip(files, score, decisions, strict=True)
    )


def least(found: Sequence[Improvement]) -> tuple[Improvement, ...]:
    """Of each improvement the fewest steps by which the client would be approved; none where it is already."""
    if not found or found[0].decision == APPROVE:
        return ()
    enough: dict[Words, Improvement] = {}
    for each in found:
        if each.decision == APPROVE:
            enough.setdefault(each.words, each)
    return tuple(enough.values())


def cases(files: Sequence[Rows]) -> Matrix:
    """The vectors of one client's changed files, one a file."""
    tables = {
        table: pl.concat([rows[table].with_columns(pl.lit(i, pl.Int64).alias(CLIENT)) for i, rows in enumerate(files)])
        for table in files[0]
    }
    return client_vectors(tables)[1]


def differences(before: Rows, after: Rows) -> Iterator[Change]:
    """The promised columns that differ between two files of a client, whose rows stand in the same order."""
    for table, rows in before.items():
        if after[table] is rows:
            continue
        for column in (name for name in rows.columns if name in _PROMISED[table]):
            moved = rows[column].ne_missing(after[table][column])
            if not moved.any():
                continue
            one = table == APPLICATION.name
            yield Change(
                table=table,
                column=column,
                before=rows[column][0] if one else None,
                after=after[table][column][0] if one else None,
                rows=int(moved.sum()),
                of=rows.height,
            )


def _improvements() -> Iterator[tuple[Words, Callable[[Rows], Rows]]]:
    for promise in PROMISES:
        yield promise.words, promise.kept_by
    yield TOGETHER, partial(reduce, _kept, PROMISES)


def _kept(rows: Rows, promise: Promise) -> Rows:
    return promise.kept_by(rows)


def _plain(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
