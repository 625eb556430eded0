"""The gather: the engine brings all rows of a client into one slot; what was known of it is resolved there.

It reads of each table the columns that are asked for, of the deliveries where the cohort has rows (files of the others
are passed over), and of those, unless the cohort is large, only its clients' rows. What comes together is a slot of
some thousand clients; `compute` turns it into rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

import polars as pl
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.cohort_quarantine import Spoilt, spoilt
from credit_scoring.clients.snapshot import INCOMPLETE, QUARANTINED, Snapshot, case_matrix, snapshot
from credit_scoring.clients.waiting_balances import named_here
from credit_scoring.engines.engine import Rows, Scan, Source
from credit_scoring.features.vector import columns_read
from credit_scoring.intake.owners import CREDIT
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.arrow import Frames, lists

_UNREAD = (FILE, RECORD, MADE_MISSING)
"""Where a row came from: kept in the tables, not gathered."""

_COHORT, _QUARANTINE = "cohort", "quarantine"

Compute = Callable[[Snapshot], Iterable[pa.RecordBatch]]

Columns = Mapping[str, Collection[str]]
"""Table -> the columns that `compute` reads. What it does not read costs a conversion a cell and memory a task."""


def gather(
    cohort: Cohort, settings: GatherSettings, compute: Compute, schema: str, columns: Columns | None = None
) -> Rows:
    """The rows that `compute` makes of the cohort's clients, slot by slot. Lazy: the wide rows are not read here.

    `compute` runs in the tasks: it must be picklable, and gives Arrow batches of `schema` (SQL), in whatever number.
    The cases have what the cohort's have, and `delivery`. `columns`: without it every declared column is gathered; a
    table that it does not name is not read.
    """
    kept = {source.name: _kept(source, columns) for source in SOURCES if columns is None or source.name in columns}
    slots = max(1, math.ceil(cohort.size / settings.clients_per_slot))
    seqs, ids = cohort.seqs(), cohort.ids()
    bad = spoilt(cohort, seqs)
    of_client = {} if ids is None else {CLIENT: ids}
    sources = [
        Source(_COHORT, "client_id", cohort.cases),
        Source(_QUARANTINE, "client_id", bad.quarantine),
        *(
            Source(name, CLIENT, Scan(name, (*read, MADE_MISSING), {SEQ: seqs[name], **of_client}, _as_gathered))
            for name, read in kept.items()
            if seqs.get(name)
        ),
    ]
    if BUREAU_BALANCE.name in kept:
        sources += _waiting(cohort, bad, kept[BUREAU_BALANCE.name])
    return cohort.engine.exchange(sources, slots, partial(_slot, compute, kept, dict(cohort.names)), schema)


def vectors(cohort: Cohort, settings: GatherSettings) -> Rows:
    """The feature vectors of a cohort, as the engine makes them: what training fits on.

    client_id BIGINT, as_of BIGINT, target INT where the cohort has one, features ARRAY<FLOAT> (registry order). A
    missing value is NaN. In no particular order: who needs one sorts by client_id. See `gather` for the arguments.
    """
    target = ", target INT" if "target" in cohort.cases.columns else ""
    schema = f"client_id BIGINT, as_of BIGINT{target}, features ARRAY<FLOAT>"
    return gather(cohort, settings, _vectors, schema, columns_read())


def _vectors(snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    kept = [name for name in ("client_id", "as_of", "target") if name in snapshot.cases.columns]
    columns: dict[str, pa.Array] = {name: snapshot.cases[name].to_arrow() for name in kept}
    yield pa.RecordBatch.from_pydict({**columns, "features": lists(case_matrix(snapshot))})


def _waiting(cohort: Cohort, bad: Spoilt, kept: Sequence[str]) -> Iterator[Source]:
    """The balances that came without a client and belong to clients of the cohort."""
    mine = bad.waiting.owned.join(
        cohort.cases.select(pl.col("client_id").alias(CLIENT)).unique(), on=CLIENT, how="semi"
    )
    if mine.height:
        among = {CLIENT: [None], SEQ: mine[SEQ].unique().to_list(), CREDIT: mine[CREDIT].unique().to_list()}
        name = named_here(type(bad.waiting)(mine))
        rows = Scan(BUREAU_BALANCE.name, (*kept, MADE_MISSING), among, partial(_then, name))
        yield Source(BUREAU_BALANCE.name, CLIENT, rows)


def _then(name: Callable[[pl.DataFrame], pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    return name(_as_gathered(rows))


def _as_gathered(rows: pl.DataFrame) -> pl.DataFrame:
    """A table's rows as `snapshot` wants them."""
    return rows.with_columns(pl.col(MADE_MISSING).is_not_null().alias(INCOMPLETE)).drop(MADE_MISSING)


def _kept(source: Table, columns: Columns | None) -> list[str]:
    """The stored columns of a table that are gathered, in the table's order."""
    stored = [column for column in source.stored_columns() if column not in _UNREAD]
    if columns is None:
        return stored
    wanted = {CLIENT, SEQ, source.owner, *columns[source.name]}
    return [column for column in stored if column in wanted]


def _slot(
    compute: Compute, kept: Mapping[str, Sequence[str]], names: Mapping[int, str], frames: Frames
) -> Iterable[pa.RecordBatch]:
    """One slot in its task: blocks as they came together -> what was known -> the rows that are wanted of it."""
    if _COHORT not in frames:
        return []
    rows = {
        source.name: frames.get(source.name, _empty(source, kept.get(source.name, (CLIENT, SEQ, source.owner))))
        for source in SOURCES
    }
    cases = frames[_COHORT].with_columns(
        pl.col("as_of").replace_strict(names, default=None, return_dtype=pl.String).alias("delivery")
    )
    return compute(snapshot(rows, frames.get(_QUARANTINE, QUARANTINED.to_frame()), cases, SOURCES))


def _empty(source: Table, kept: Collection[str]) -> pl.DataFrame:
    schema = {column: kind for column, kind in source.stored_schema().items() if column in kept}
    return pl.DataFrame(schema={**schema, INCOMPLETE: pl.Boolean})
