"""Duplicate keys in one delivery and table: exact duplicates are kept once, conflicting rows are all quarantined."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.schema.table import FILE, RECORD, Table


@dataclass(frozen=True)
class Deduplicated:
    """`kept`: one row a key; `repeated`: copies of kept rows; `conflicting`: all rows of a key with two contents."""

    kept: pl.DataFrame
    repeated: pl.DataFrame
    conflicting: pl.DataFrame


def deduplicate(rows: pl.DataFrame, table: Table) -> Deduplicated:
    """Sorts rows (the table's columns, FILE, RECORD) of one delivery out by key; without a key, by all columns.

    Of exact copies the first by file and record is kept.
    """
    columns = [column.name for column in table.columns if column.name in rows.columns]
    key = list(table.key) or columns
    is_repeated = rows.select(pl.struct(key).is_duplicated().alias("repeated"))["repeated"]
    if not is_repeated.any():
        return Deduplicated(rows, rows.clear(), rows.clear())
    suspects = rows.filter(is_repeated).sort(FILE, RECORD)
    contents = pl.struct(columns).n_unique().over(key)
    is_conflict = suspects.select(contents.alias("contents"))["contents"] > 1
    same = suspects.filter(~is_conflict)
    is_first = same.select(pl.struct(key).is_first_distinct().alias("first"))["first"]
    return Deduplicated(
        kept=pl.concat([rows.filter(~is_repeated), same.filter(is_first)]),
        repeated=same.filter(~is_first),
        conflicting=suspects.filter(is_conflict),
    )
