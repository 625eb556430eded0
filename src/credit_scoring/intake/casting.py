"""Text cells -> typed rows by the declared rules: good rows, and bad rows with all their reasons.

A bad value in a required column, or a violated rule, makes a row unusable. A bad value in any other column becomes
missing: the row is kept, the column's name goes to `made_missing`, and the client's file counts as incomplete.

The columns of a kind are judged together, as one long series: of a file with few rows, and one client's has few, an
expression a column would take far longer than its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import MADE_MISSING, RECORD, Table

REASONS = "reasons"
REASON = pl.Struct({"rule": pl.String, "column": pl.String, "sentence": pl.String})

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cast:
    """`good`: typed columns, RECORD, MADE_MISSING (list of names, null = none).
    `bad`: RECORD and REASONS (list of rule, column, sentence)."""

    good: pl.DataFrame
    bad: pl.DataFrame


def cast(cells: pl.DataFrame, table: Table) -> Cast:
    """Types the text cells (RECORD and the table's columns) of one file."""
    if cells.height == 0:
        return Cast(_typed_empty(table), _none_bad())
    judge = _judge(table)
    judged = dict(pair for kind in judge.kinds for pair in kind.judge(cells))
    typed = pl.DataFrame([*(judged[column.name].values for column in table.columns), cells.get_column(RECORD)])
    broken = [violated.to_numpy() for violated in typed.select(judge.rules)] if judge.rules else []
    unusable = np.array([judged[name].unusable for name in (*judge.required, *judge.optional)])
    required = len(judge.required)
    is_bad = np.logical_or.reduce([unusable[:required].any(axis=0), *broken])
    missing = {
        name: flags
        for name, flags, any_is in zip(
            judge.optional, unusable[required:], unusable[required:].any(axis=1).tolist(), strict=True
        )
        if any_is
    }
    if not is_bad.any():
        return Cast(_with_missing(typed, missing), _none_bad())
    is_good = pl.Series(~is_bad)
    found = [flag[is_bad] for column in table.columns for flag in _reasons_of(column, judged[column.name])]
    reasons = _listed(judge.reasons, np.array([*found, *(flag[is_bad] for flag in broken)]), empty=True)
    return Cast(
        good=_with_missing(typed, missing).filter(is_good),
        bad=pl.DataFrame([cells[RECORD].filter(~is_good), pl.Series(REASONS, reasons, pl.List(REASON))]),
    )


@dataclass(frozen=True, eq=False)
class _Judged:
    """A column's typed values, null where they cannot be any; where a cell was given, and where it is unusable: it
    holds something illegitimate, or nothing where a value is required."""

    values: pl.Series
    given: Flags
    unusable: Flags


def _judged(
    columns: Sequence[Column], values: pl.Series, given: Flags, legitimate: Flags
) -> Iterator[tuple[str, _Judged]]:
    """Each column of one long series, by name. `given`, `legitimate` [k, n]."""
    n = given.shape[1]
    required = np.array([column.required for column in columns])[:, None]
    unusable = np.where(required, ~(given & legitimate), given & ~legitimate)
    for i, column in enumerate(columns):
        yield column.name, _Judged(values.slice(i * n, n).alias(column.name), given[i], unusable[i])


def _long(cells: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.Series, Flags]:
    """The cells of columns, one below the other, and where there is one [k, n]."""
    texts = pl.concat([cells.get_column(column.name).alias("") for column in columns])
    return texts, _known(texts).reshape(len(columns), cells.height)


def _known(values: pl.Series) -> Flags:
    """Where a value is not null."""
    if not values.null_count():
        return np.ones(len(values), np.bool_)
    known: Flags = values.to_arrow().is_valid().to_numpy(zero_copy_only=False)
    return known


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The columns of a kind of number. `low`, `high` [k, 1]: their legitimate ranges. `sentinels` [k, m]: the numbers
    that stand for something else, NaN behind the last."""

    columns: Sequence[Column]
    kind: Kind
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sentinels: NDArray[np.float64]

    def judge(self, cells: pl.DataFrame) -> Iterator[tuple[str, _Judged]]:
        """Each column as judged, by name."""
        texts, given = _long(cells, self.columns)
        numbers = texts.cast(pl.Float64, strict=False).to_numpy()
        possible = np.isfinite(numbers)
        if self.kind is Kind.WHOLE:
            # Files write whole numbers as 2 and as 2.0.
            possible &= (numbers == np.floor(numbers)) & (numbers >= -(2.0**31)) & (numbers < 2.0**31)
        numbers = np.where(possible, numbers, np.nan)
        values = pl.Series(numbers, nan_to_null=True)
        if self.kind is Kind.WHOLE:
            values = values.cast(pl.Int32)
        of_columns = numbers.reshape(given.shape)
        legitimate = (of_columns >= self.low) & (of_columns <= self.high)
        for sentinels in self.sentinels.T:
            legitimate |= of_columns == sentinels[:, None]
        yield from _judged(self.columns, values, given, legitimate)


@dataclass(frozen=True, eq=False)
class _Identifiers:
    """Columns that tell rows apart. `low`, `high` [k, 1]: their legitimate ranges."""

    columns: Sequence[Column]
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    def judge(self, cells: pl.DataFrame) -> Iterator[tuple[str, _Judged]]:
        """Each column as judged, by name."""
        texts, given = _long(cells, self.columns)
        values = texts.cast(pl.Int64, strict=False)
        known = _known(values).reshape(given.shape)
        numbers = values.to_arrow().fill_null(0).to_numpy().reshape(given.shape)
        yield from _judged(self.columns, values, given, known & (numbers >= self.low) & (numbers <= self.high))


@dataclass(frozen=True, eq=False)
class _Categories:
    """Columns of texts. `levels`: all that some column may hold; `legitimate` [k, levels + 1]: which of them each may,
    and last whether it may hold another text."""

    columns: Sequence[Column]
    levels: pl.Enum
    legitimate: Flags

    def judge(self, cells: pl.DataFrame) -> Iterator[tuple[str, _Judged]]:
        """Each column as judged, by name."""
        texts, given = _long(cells, self.columns)
        codes = texts.cast(self.levels, strict=False).to_physical().to_arrow()
        places = codes.fill_null(self.legitimate.shape[1] - 1).to_numpy().reshape(given.shape)
        yield from _judged(self.columns, texts, given, np.take_along_axis(self.legitimate, places, axis=1) & given)


@dataclass(frozen=True, eq=False)
class _Judge:
    """What the cells of a table are judged by. `reasons`: all that can be said of an unusable row, in declared order:
    of each column as `_reasons_of`, then of each rule."""

    kinds: Sequence[_Numbers | _Identifiers | _Categories]
    rules: Sequence[pl.Expr]
    required: Sequence[str]
    optional: Sequence[str]
    reasons: pa.StructArray


@lru_cache(maxsize=32)
def _judge(table: Table) -> _Judge:
    kinds: list[_Numbers | _Identifiers | _Categories] = []
    for kind in (Kind.NUMBER, Kind.WHOLE):
        if columns := [column for column in table.columns if column.kind is kind]:
            most = max(len(column.sentinels) for column in columns)
            sentinels = np.full((len(columns), most), np.nan)
            for i, column in enumerate(columns):
                sentinels[i, : len(column.sentinels)] = [float(sentinel) for sentinel in column.sentinels]
            low, high = _bounds(columns, -np.inf, np.inf)
            kinds.append(_Numbers(columns, kind, low, high, sentinels))
    if columns := [column for column in table.columns if column.kind is Kind.IDENTIFIER]:
        low, high = _bounds(columns, np.iinfo(np.int64).min, np.iinfo(np.int64).max)
        kinds.append(_Identifiers(columns, low, high))
    if columns := [column for column in table.columns if column.kind is Kind.CATEGORY]:
        allowed = [[*column.vocabulary, *map(str, column.sentinels)] if column.vocabulary else [] for column in columns]
        levels = sorted({level for of_column in allowed for level in of_column})
        legitimate = [
            [not column.vocabulary or level in of_column for level in levels] + [not column.vocabulary]
            for column, of_column in zip(columns, allowed, strict=True)
        ]
        kinds.append(_Categories(columns, pl.Enum(levels), np.array(legitimate)))
    return _Judge(
        kinds=kinds,
        rules=[rule.violated.fill_null(False).alias(rule.code) for rule in table.rules],
        required=[column.name for column in table.columns if column.required],
        optional=[column.name for column in table.columns if not column.required],
        reasons=_reasons(table),
    )


def _bounds(columns: Sequence[Column], low: float, high: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """The legitimate ranges of columns [k, 1], of the type of the bounds where none is declared."""
    lows = [low if column.low is None else type(low)(column.low) for column in columns]
    highs = [high if column.high is None else type(high)(column.high) for column in columns]
    return np.array(lows)[:, None], np.array(highs)[:, None]


def _reasons(table: Table) -> pa.StructArray:
    said: list[tuple[str, str, str]] = []
    for column in table.columns:
        if column.required:
            said.append(("missing", column.name, f"{column.name} must not be empty"))
        said.append(("not_legitimate", column.name, f"{column.name} must be {column.expectation()}"))
    said += [(rule.code, ", ".join(rule.columns), rule.sentence) for rule in table.rules]
    texts = [pa.array(list(column), pa.large_string()) for column in zip(*said, strict=True)]
    return pa.StructArray.from_arrays(texts, names=[field.name for field in REASON.fields])


def _reasons_of(column: Column, judged: _Judged) -> Iterator[Flags]:
    """Of which rows the reasons of a column are to be said."""
    if column.required:
        yield judged.unusable & ~judged.given
    yield judged.unusable & judged.given


def _with_missing(typed: pl.DataFrame, missing: Mapping[str, Flags]) -> pl.DataFrame:
    """The rows with null for what is neither legitimate nor required, and MADE_MISSING: the names of such columns."""
    if not missing:
        return typed.hstack([_NOTHING_MISSING.new_from_index(0, typed.height)])
    kept = [pl.when(pl.Series(~flag)).then(pl.col(name)).alias(name) for name, flag in missing.items()]
    names = _listed(pa.array(list(missing), pa.large_string()), np.array(list(missing.values())), empty=False)
    return typed.with_columns(*kept, pl.Series(MADE_MISSING, names, pl.List(pl.String)))


_NOTHING_MISSING = pl.Series(MADE_MISSING, [None], pl.List(pl.String))


def _listed(said: pa.Array, flags: Flags, *, empty: bool) -> pa.LargeListArray:
    """Of each of n rows what is said of it, in the order of `said` [k]. `flags` [k, n]: of whom. A row of whom nothing
    is has an empty list, or null."""
    _, what = np.nonzero(flags.T)
    counts = flags.sum(axis=0)
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    nothing = None if empty else pa.array(counts == 0)
    return pa.LargeListArray.from_arrays(pa.array(ends), said.take(pa.array(what)), mask=nothing)


@lru_cache(maxsize=32)
def _typed_empty(table: Table) -> pl.DataFrame:
    return pl.DataFrame(schema={**table.polars_schema(), RECORD: pl.Int64, MADE_MISSING: pl.List(pl.String)})


@cache
def _none_bad() -> pl.DataFrame:
    return pl.DataFrame(schema={RECORD: pl.Int64, REASONS: pl.List(REASON)})
