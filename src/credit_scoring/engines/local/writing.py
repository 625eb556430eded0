"""Writing Delta tables by delta-rs: each change is one commit, and each append lands once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError
from deltalake.table import TableMerger

from credit_scoring.engines.local.object_store import ObjectStore
from credit_scoring.schema.arrow_types import arrow_type
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.storage.arrow import record_batches

_SMALL_FILE = 50_000_000
"""Bytes of a file, of the 100 MB that delta-rs makes them, under which it is small."""
_IN_MEMORY = 2
"""Bytes of memory that z-order takes for one of a file; 1.3 were measured, of rows that are mostly numbers."""


def create(store: ObjectStore, table: StoredTable) -> None:
    """Creates a table with comments from its declaration; nothing happens when another run has just done it.

    It is not clustered, whatever is declared: delta-rs writes no table that is. `compact` puts its rows in that order.
    """
    # Deletion vectors off: readers outside Spark look clients up in these tables.
    properties = {"delta.enableDeletionVectors": "false"}
    if table.stats_columns:
        properties["delta.dataSkippingStatsColumns"] = ",".join(table.stats_columns)
    DeltaTable.create(
        store.table(table.name),
        Schema([_field(column) for column in table.columns]),
        mode="ignore",
        description=table.meaning,
        configuration=properties,
        storage_options=store.options,
    )


def complete(held: DeltaTable, table: StoredTable) -> None:
    """Adds the columns that a table of an earlier release lacks; they are null in its rows."""
    names = {field.name for field in held.schema().fields}
    if lacking := [_field(column) for column in table.columns if column.name not in names]:
        held.alter.add_columns(lacking)


def _field(column: StoredColumn) -> Field:
    kind = Schema.from_arrow(pa.schema([pa.field(column.name, arrow_type(column.sql))])).fields[0].type
    return Field(column.name, kind, nullable=True, metadata={"comment": column.meaning})


def is_clustered(table: DeltaTable) -> bool:
    """Whether the table was made with CLUSTER BY: delta-rs refuses to write it."""
    return "clustering" in (table.protocol().writer_features or ())


def append(table: DeltaTable, batches: Iterable[pa.RecordBatch], app_id: str, version: int) -> None:
    """Appends rows unless a commit of the application with this version or a higher one is there."""
    done = table.transaction_version(app_id)
    if done is not None and done >= version:
        return
    once = CommitProperties(app_transactions=[Transaction(app_id, version)])
    try:
        write_deltalake(table, _as_stored(table, batches), mode="append", commit_properties=once)
    except CommitFailedError as error:
        # A commit of this application came in between: that of another run under the same claim.
        if "Concurrent transaction failed" not in str(error):
            raise


def overwrite(table: DeltaTable, batches: Iterable[pa.RecordBatch]) -> None:
    """Rows take the place of all that the table held."""
    write_deltalake(table, _as_stored(table, batches), mode="overwrite")


def _as_stored(table: DeltaTable, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    """The batches with the table's columns in its order and with its very types: nested ones must agree by name."""
    schema = pa.schema(table.schema().to_arrow())

    def cast() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch.select(schema.names).cast(schema)

    return pa.RecordBatchReader.from_batches(schema, cast())


def merge(table: DeltaTable, rows: pl.DataFrame, on: str, newer: Sequence[str]) -> None:
    """Brings rows in; a held row gives way to one that is higher by the columns `newer`, in their order."""
    if rows.is_empty():
        return
    higher, same = [], ""
    for column in newer:
        higher.append(f"({same}new.{column} > held.{column})")
        same += f"new.{column} = held.{column} AND "
    (
        _merging(table, rows, [on])
        .when_matched_update_all(predicate=" OR ".join(higher))
        .when_not_matched_insert_all()
        .execute()
    )


def replace_rows(table: DeltaTable, rows: pl.DataFrame, gone: pl.DataFrame, on: str) -> None:
    """Rows take the place of those with the same `on`; those with an `on` among `gone` leave. One commit."""
    marked = pl.concat(
        [rows.with_columns(leaves=pl.lit(False)), gone.select(on).with_columns(leaves=pl.lit(True))], how="diagonal"
    )
    if marked.is_empty():
        return
    columns = {name: f"new.{name}" for name in rows.columns}
    (
        _merging(table, marked, [on])
        .when_matched_delete(predicate="new.leaves")
        .when_matched_update(columns)
        .when_not_matched_insert(columns, predicate="NOT new.leaves")
        .execute()
    )


def remove(table: DeltaTable, rows: pl.DataFrame, blank: Sequence[str]) -> int:
    """Removes the rows that agree with one of `rows`, or empties columns of theirs; how many.

    By a merge: a delete would write its condition, and the values in it, into the table's history.
    """
    if rows.is_empty():
        return 0
    merging = _merging(table, rows.unique(), rows.columns)
    done = (
        merging.when_matched_update(dict.fromkeys(blank, "NULL")).execute()
        if blank
        else merging.when_matched_delete().execute()
    )
    return int(done["num_target_rows_updated" if blank else "num_target_rows_deleted"])


def update(table: DeltaTable, rows: pl.DataFrame, on: Sequence[str]) -> int:
    """Gives the rows that agree with one of `rows` in the columns `on` its other columns; how many."""
    if rows.is_empty():
        return 0
    columns = {name: f"new.{name}" for name in rows.columns if name not in on}
    return int(_merging(table, rows, on).when_matched_update(columns).execute()["num_target_rows_updated"])


def _merging(table: DeltaTable, rows: pl.DataFrame, on: Sequence[str]) -> TableMerger:
    """A merge of rows whose columns are those of the table, and others beside."""
    stored = {field.name: field.type for field in pa.schema(table.schema().to_arrow())}
    source = pa.Table.from_batches(list(record_batches(rows)))
    schema = pa.schema([(field.name, stored.get(field.name, field.type)) for field in source.schema])
    return table.merge(
        source.cast(schema),
        predicate=" AND ".join(f"held.{name} = new.{name}" for name in on),
        source_alias="new",
        target_alias="held",
    )


def vacuum(table: DeltaTable, keep_hours: int) -> None:
    """Deletes files that no version of the last hours has."""
    # Full: also what a killed append left, which no commit tells of.
    table.vacuum(keep_hours, dry_run=False, enforce_retention_duration=False, full=True)


def delete(table: DeltaTable, where: str, blank: Mapping[str, str] | None) -> int:
    """Deletes the rows for which a SQL condition holds, or gives columns of theirs other values; how many."""
    if blank is None:
        return int(table.delete(where)["num_deleted_rows"])
    return int(table.update(dict(blank), predicate=where)["num_updated_rows"])


def compact(table: DeltaTable, order: Sequence[str], keep_hours: int, memory: int) -> tuple[int, int]:
    """Few files in the place of many small ones, and none that nobody needs. The files before and after.

    In z-order where there is an order: by that delta-rs holds all rows at once, so a table that could take more than
    `memory` bytes is compacted as its rows lie, which is delivery by delivery.
    """
    sizes = pa.table(table.get_add_actions(flatten=True)).column("size_bytes").to_pylist()
    if sum(size < _SMALL_FILE for size in sizes) > 1:
        if order and _IN_MEMORY * sum(sizes) <= memory:
            table.optimize.z_order(list(order))
        else:
            table.optimize.compact()
    vacuum(table, keep_hours)
    return len(sizes), len(table.file_uris())
