"""The gather: Spark brings all rows of a client into one task, as Arrow blocks, on one machine or on many.

It reads of each table the columns that are asked for, of the deliveries where the cohort has rows (Delta skips the
files of the others), and of those only the cohort's rows. What comes together is a slot of some thousand clients; what
was known of them is resolved there, and `compute` turns it into rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.clients.cohort import Seqs
from credit_scoring.clients.known import INCOMPLETE, QUARANTINED, Known, known
from credit_scoring.intake.appending import CLIENT_DELIVERIES, QUARANTINE, credit_in_cells, waits_for_client
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.arrow import Frames
from credit_scoring.storage.blocks import BLOCKS, bring_together, each_slot, split_rows
from credit_scoring.storage.frames import union
from credit_scoring.storage.tables import Tables

BROADCAST = 4_000_000
"""Clients whose ids are sent to every executor (8 bytes each), so that no other client's rows are shuffled. More than
that are no small part of what is read: the slots drop the others, and no table is shuffled row by row to find them."""

_UNREAD = (FILE, RECORD, MADE_MISSING)
"""Where a row came from: kept in the tables, not gathered."""

_COHORT, _QUARANTINE = "cohort", "quarantine"

Compute = Callable[[Known], Iterable[pa.RecordBatch]]

Columns = Mapping[str, Collection[str]]
"""Table -> the columns that `compute` reads. What it does not read costs a conversion a cell and memory a task."""


def gather(
    tables: Tables,
    cohort: DataFrame,
    clients: int,
    seqs: Seqs,
    settings: GatherSettings,
    compute: Compute,
    schema: str,
    columns: Columns | None = None,
) -> DataFrame:
    """The rows that `compute` makes of the cohort's clients, slot by slot. Lazy: nothing runs here.

    `clients`: how many cases the cohort has, about; it decides the number of slots, and nothing in the rows.
    `seqs`: from `cohort.seqs_of`. `compute` runs in the tasks: it must be picklable, and gives Arrow batches of
    `schema` (SQL), in whatever number. `columns`: without it every declared column is gathered; a table that it does
    not name is not read.
    """
    kept = {source.name: _kept(source, columns) for source in SOURCES if columns is None or source.name in columns}
    slots = max(1, math.ceil(clients / settings.clients_per_slot))
    rows = {name: _rows(tables, name, read, seqs[name]) for name, read in kept.items() if seqs.get(name)}
    ids = cohort.select(F.col("client_id").alias(CLIENT))
    if clients <= BROADCAST:
        ids = F.broadcast(ids)
        rows = {name: found.join(ids, CLIENT, "left_semi") for name, found in rows.items()}
    frames = {_COHORT: cohort, _QUARANTINE: _quarantined(tables, seqs, ids), **rows}
    blocks = [
        frame.mapInArrow(
            split_rows(label, CLIENT if label in rows else "client_id", slots, settings.rows_per_block), BLOCKS
        )
        for label, frame in frames.items()
    ]
    # A task a slot: Spark counts rows, not bytes, so a task must not have many large blocks.
    return bring_together(blocks, slots).mapInArrow(each_slot(partial(_slot, compute, kept)), schema)


def _kept(source: Table, columns: Columns | None) -> list[str]:
    """The stored columns of a table that are gathered, in the table's order."""
    stored = [column for column in source.stored_columns() if column not in _UNREAD]
    if columns is None:
        return stored
    wanted = {CLIENT, SEQ, source.owner, *columns[source.name]}
    return [column for column in stored if column in wanted]


def _rows(tables: Tables, name: str, kept: Sequence[str], seqs: Sequence[int]) -> DataFrame:
    """A table's rows as `known` wants them, of the deliveries that matter."""
    rows = tables.read(name).where(F.col(SEQ).isin(list(seqs)))
    return rows.select(*kept, F.col(MADE_MISSING).isNotNull().alias(INCOMPLETE))


def _quarantined(tables: Tables, seqs: Seqs, ids: DataFrame) -> DataFrame:
    """What the quarantine holds of the cohort's clients, as `known` wants it.

    Rows that have no client, nor a credit which waits for one, may be those of any client that their delivery touches.
    """
    visible = F.col(SEQ).isin(sorted({seq for of_table in seqs.values() for seq in of_table}))
    facts = (credit_in_cells().alias("credit"), waits_for_client().alias("waits"))
    bad = tables.read(QUARANTINE).where(visible).select("client_id", "table", SEQ, *facts)
    of_clients = bad.where(F.col("client_id").isNotNull()).withColumn("anybodys", F.lit(False))
    nobodys = bad.where(F.col("client_id").isNull() & ~F.col("waits")).drop("client_id")
    touched = tables.read(CLIENT_DELIVERIES).where(visible).select("client_id", SEQ).distinct()
    anybodys = touched.join(F.broadcast(nobodys.distinct()), SEQ).withColumn("anybodys", F.lit(True))
    every = union([of_clients, anybodys]).distinct().select(*QUARANTINED.names())
    return every.join(ids.withColumnRenamed(CLIENT, "client_id"), "client_id", "left_semi")


def _slot(compute: Compute, kept: Mapping[str, Sequence[str]], frames: Frames) -> Iterable[pa.RecordBatch]:
    """One slot in its task: blocks as they came together -> what was known -> the rows that are wanted of it."""
    if _COHORT not in frames:
        return []
    rows = {
        source.name: frames.get(source.name, _empty(source, kept.get(source.name, (CLIENT, SEQ, source.owner))))
        for source in SOURCES
    }
    return compute(known(rows, frames.get(_QUARANTINE, QUARANTINED.to_frame()), frames[_COHORT], SOURCES))


def _empty(source: Table, kept: Collection[str]) -> pl.DataFrame:
    schema = {column: kind for column, kind in source.stored_schema().items() if column in kept}
    return pl.DataFrame(schema={**schema, INCOMPLETE: pl.Boolean})
