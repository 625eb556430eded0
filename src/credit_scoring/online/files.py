"""A client's file as it was known at a delivery, and its vector: what the gather of batch and training brings."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import CASE, FLAW, Snapshot, case_matrix
from credit_scoring.engines.engine import Rows
from credit_scoring.features.registry import fingerprint
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, Table
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.arrow import record_batches

INCOME = "AMT_INCOME_TOTAL"
_FILE = (
    "client_id BIGINT, seq BIGINT, income DOUBLE, rows STRING, vector ARRAY<FLOAT>, fingerprint STRING, "
    "flaws ARRAY<STRING>"
)


def client_files(cohort: Cohort, settings: GatherSettings) -> Rows:
    """client_id, seq, income, rows (JSON text: table -> rows in the columns of the CSV files), vector, fingerprint,
    flaws."""
    return gather(cohort, settings, _files, _FILE)


def _files(snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    """The files of one slot."""
    cases = snapshot.cases.select(CASE, "client_id", pl.col("as_of").alias("seq"))
    vectors = case_matrix(snapshot)
    income = snapshot.tables[APPLICATION.name].select(pl.col(CLIENT).alias(CASE), pl.col(INCOME).alias("income"))
    frame = cases.with_columns(
        pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1])).arr.to_list()
    ).join(income, on=CASE, how="left")
    flaws = snapshot.flaws.unique().group_by(CASE).agg(pl.col(FLAW).sort().alias("flaws"))
    frame = frame.join(flaws, on=CASE, how="left")
    for source in SOURCES:
        frame = frame.join(_as_json(snapshot.tables[source.name], source, cases), on=CASE, how="left")
    parts = [
        pl.format('"{}":[{}]', pl.lit(source.name), pl.col(f"rows.{source.name}").fill_null("")) for source in SOURCES
    ]
    files = frame.select(
        "client_id",
        "seq",
        "income",
        pl.concat_str(pl.lit("{"), pl.concat_str(parts, separator=","), pl.lit("}")).alias("rows"),
        "vector",
        pl.lit(fingerprint()).alias("fingerprint"),
        pl.col("flaws").fill_null([]),
    )
    yield from record_batches(files)


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
