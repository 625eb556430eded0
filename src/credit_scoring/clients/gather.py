"""The gather: Spark brings all rows of a client into one task, as Arrow blocks, on one machine or on many.

It reads of each table the declared columns, of the deliveries where the cohort has rows (Delta skips the files of the
others), and of those only the cohort's rows. What comes together is a slot of some thousand clients; what was known of
them is resolved there, and `compute` turns it into rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.clients.cohort import Seqs
from credit_scoring.clients.known import INCOMPLETE, Known, known
from credit_scoring.intake.appending import QUARANTINE
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.blocks import BLOCKS, Frames, bring_together, each_slot, split_rows
from credit_scoring.storage.tables import Tables

SOURCES = tuple(table for table in TABLES if table is not OUTCOMES)
"""The tables of a client's file: all but the outcomes, which are never an input."""

BROADCAST = 4_000_000
"""Clients whose ids are sent to every executor (8 bytes each) rather than shuffling the tables for them."""

_UNREAD = (FILE, RECORD, MADE_MISSING)
"""Where a row came from: kept in the tables, not gathered."""

_COHORT, _QUARANTINE = "cohort", "quarantine"

Compute = Callable[[Known], Iterable[pa.RecordBatch]]


def gather(
    tables: Tables, cohort: DataFrame, clients: int, seqs: Seqs, settings: GatherSettings, compute: Compute, schema: str
) -> DataFrame:
    """The rows that `compute` makes of the cohort's clients, slot by slot. Lazy: nothing runs here.

    `clients`: how many cases the cohort has, about; it decides the number of slots, and nothing in the rows.
    `seqs`: from `cohort.seqs_of`. `compute` runs in the tasks: it must be picklable, and gives Arrow batches of
    `schema` (SQL), in whatever number.
    """
    slots = max(1, math.ceil(clients / settings.clients_per_slot))
    ids = cohort.select(F.col("client_id").alias(CLIENT))
    if clients <= BROADCAST:
        ids = F.broadcast(ids)
    rows = {
        source.name: _rows(tables, source, seqs).join(ids, CLIENT, "left_semi")
        for source in SOURCES
        if seqs.get(source.name)
    }
    frames = {_COHORT: cohort, _QUARANTINE: _quarantined(tables, seqs), **rows}
    blocks = [
        frame.mapInArrow(
            split_rows(label, CLIENT if label in rows else "client_id", slots, settings.rows_per_block), BLOCKS
        )
        for label, frame in frames.items()
    ]
    # A task a slot: Spark counts rows, not bytes, so a task must not have many large blocks.
    return bring_together(blocks, slots).mapInArrow(each_slot(partial(_slot, compute)), schema)


def _rows(tables: Tables, source: Table, seqs: Seqs) -> DataFrame:
    """A table's rows as `known` wants them, of the deliveries that matter."""
    kept = [column for column in source.stored_columns() if column not in _UNREAD]
    rows = tables.read(source.name).where(F.col(SEQ).isin(list(seqs[source.name])))
    return rows.select(*kept, F.col(MADE_MISSING).isNotNull().alias(INCOMPLETE))


def _quarantined(tables: Tables, seqs: Seqs) -> DataFrame:
    """The quarantine's clients; those outside the cohort are dropped in the slots, they are few."""
    visible = sorted({seq for of_table in seqs.values() for seq in of_table})
    rows = tables.read(QUARANTINE).where(F.col(SEQ).isin(visible) & F.col("client_id").isNotNull())
    return rows.select("client_id", "table", SEQ).distinct()


def _slot(compute: Compute, frames: Frames) -> Iterable[pa.RecordBatch]:
    """One slot in its task: blocks as they came together -> what was known -> the rows that are wanted of it."""
    if _COHORT not in frames:
        return []
    rows = {source.name: frames.get(source.name, _empty(source)) for source in SOURCES}
    return compute(known(rows, frames.get(_QUARANTINE, _NONE_QUARANTINED), frames[_COHORT], SOURCES))


_NONE_QUARANTINED = pl.DataFrame(schema={"client_id": pl.Int64, "table": pl.String, SEQ: pl.Int64})


def _empty(source: Table) -> pl.DataFrame:
    kept = {column: kind for column, kind in source.stored_schema().items() if column not in _UNREAD}
    return pl.DataFrame(schema={**kept, INCOMPLETE: pl.Boolean})
