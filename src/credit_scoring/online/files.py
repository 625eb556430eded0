"""A client's file as it was known at a delivery, and its vector: what batch and training compute, without Spark."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from credit_scoring.clients.known import CASE, INCOMPLETE, QUARANTINED, Known, known
from credit_scoring.features.registry import fingerprint
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.online.reader import PublishedStore
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, Table
from credit_scoring.schema.tables import SOURCES

INCOME = "AMT_INCOME_TOTAL"
PIECE = 5_000
"""Clients whose rows are in memory at a time."""


def snapshots(store: PublishedStore, cases: pl.DataFrame, accepted: Collection[int]) -> Iterator[Known]:
    """Clients as known, some thousand at a time. `cases`: client_id, as_of. Whose file is complete is not judged:
    quarantined rows are not read."""
    for piece in cases.iter_slices(PIECE):
        clients = piece["client_id"].to_list()
        newest = max(piece["as_of"].to_list())
        seqs = [seq for seq in accepted if seq <= newest]
        rows = {source.name: _rows(store, source, seqs, clients) for source in SOURCES}
        yield known(rows, QUARANTINED.to_frame(), piece, SOURCES)


def _rows(store: PublishedStore, source: Table, seqs: Sequence[int], clients: Sequence[int]) -> pl.DataFrame:
    kept = [name for name in source.stored_schema() if name not in (FILE, RECORD)]
    rows = store.rows(source.name, kept, seqs, clients)
    schema = {name: kind for name, kind in source.stored_schema().items() if name in kept}
    typed = rows.select(pl.col(name).cast(kind) for name, kind in schema.items())
    return typed.with_columns(pl.col(MADE_MISSING).is_not_null().alias(INCOMPLETE)).drop(MADE_MISSING)


def client_files(snapshot: Known) -> pl.DataFrame:
    """client_id, seq, income, rows (JSON text: table -> rows in the columns of the CSV files), vector, fingerprint."""
    cases = snapshot.cases.select(CASE, "client_id", pl.col("as_of").alias("seq"))
    vectors = matrix(feature_frame(snapshot.tables))
    income = snapshot.tables[APPLICATION.name].select(pl.col(CLIENT).alias(CASE), pl.col(INCOME).alias("income"))
    frame = cases.with_columns(
        pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1])).arr.to_list()
    ).join(income, on=CASE, how="left")
    for source in SOURCES:
        frame = frame.join(_as_json(snapshot.tables[source.name], source, cases), on=CASE, how="left")
    parts = [
        pl.format('"{}":[{}]', pl.lit(source.name), pl.col(f"rows.{source.name}").fill_null("")) for source in SOURCES
    ]
    return frame.sort("client_id").select(
        "client_id",
        "seq",
        "income",
        pl.concat_str(pl.lit("{"), pl.concat_str(parts, separator=","), pl.lit("}")).alias("rows"),
        "vector",
        pl.lit(fingerprint()).alias("fingerprint"),
    )


def _as_json(rows: pl.DataFrame, source: Table, cases: pl.DataFrame) -> pl.DataFrame:
    """case and `rows.<table>`: the client's rows as JSON objects, separated by commas, in an order of their own."""
    columns = [column.name for column in source.columns if not column.optional_column and column.name != CLIENT]
    named = rows.rename({CLIENT: CASE}).join(cases.select(CASE, pl.col("client_id").alias(CLIENT)), on=CASE)
    text = pl.struct(CLIENT, *columns).struct.json_encode().alias("text")
    return (
        named.sort(CASE, *columns)
        .select(CASE, text)
        .group_by(CASE, maintain_order=True)
        .agg(pl.col("text").str.join(",").alias(f"rows.{source.name}"))
    )
