"""Generated clients as Delta tables in the state in which intake leaves them, without the cost of taking them in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.intake.reading import QUARANTINED
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.schema.tables import SOURCES, TABLES
from credit_scoring.storage.arrow import record_batches


def store(folder: Path, rows: Mapping[str, pl.DataFrame], seq: int) -> dict[str, int]:
    """Appends rows by table as one delivery, a commit a table, and says which clients it touches; rows by table."""
    stored = {}
    for table in TABLES:
        if table.name in rows:
            frame, schema = rows[table.name], table.stored_schema()
            places = frame.with_columns(
                seq=pl.lit(seq, pl.Int64),
                file=pl.lit(f"{table.name}.csv"),
                record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
                made_missing=pl.lit(None, pl.List(pl.String)),
            )
            _append(folder / table.name, places.select(pl.col(c).cast(kind) for c, kind in schema.items()))
            stored[table.name] = frame.height
    touched = [
        frame.select(pl.col(CLIENT).alias("client_id"), table=pl.lit(name), seq=pl.lit(seq, pl.Int64)).unique()
        for name, frame in rows.items()
    ]
    _append(folder / CLIENT_DELIVERIES, pl.concat(touched))
    return stored


def nothing_quarantined(folder: Path) -> None:
    """An empty quarantine."""
    _append(folder / QUARANTINE, pl.DataFrame(schema={**QUARANTINED, SEQ: pl.Int64}))


def checkpoint(folder: Path) -> None:
    """Sums up the logs of all tables, as Spark does every ten commits."""
    for table in (*(source.name for source in SOURCES), CLIENT_DELIVERIES):
        DeltaTable(folder / table).create_checkpoint()


def _append(path: Path, frame: pl.DataFrame) -> None:
    schema = next(record_batches(frame.clear(1))).schema
    write_deltalake(path, pa.Table.from_batches(record_batches(frame), schema), mode="append")
