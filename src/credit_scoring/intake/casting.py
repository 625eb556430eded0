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
    typed = pl.DataFrame([*(judged[column.name].values for column in table.columns), cells[RECORD]])
    broken = [violated.to_numpy() for violated in typed.select(judge.rules)] if judge.rules else []
    nobody = np.zeros(cells.height, np.bool_)
    is_bad = np.logical_or.reduce([nobody, *(judged[name].unusable for name in judge.required), *broken])
    missing = {name: judged[name].unusable for name in judge.optional if judged[name].unusable.any()}
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

    @classmethod
    def of(cls, column: Column, values: pl.Series, given: Flags, legitimate: Flags) -> _Judged:
        return cls(values, given, ~(given & legitimate) if column.required else given & ~legitimate)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The columns of a kind of number. `low`, `high` [k, 1]: their legitimate ranges."""

    columns: Sequence[Column]
    value: pl.Expr
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def judge(self, cells: pl.DataFrame) -> Iterator[tuple[str, _Judged]]:
        """Each column as judged, by name."""
        shape = (len(self.columns), cells.height)
        texts = pl.concat([cells.get_column(column.name).alias("") for column in self.columns])
        values = pl.DataFrame([texts.cast(pl.Float64, strict=False).alias("number")]).select(self.value).to_series()
        numbers = values.cast(pl.Float64).to_numpy().reshape(shape)  # NaN where it cannot be one
        given = texts.is_not_null().to_numpy().reshape(shape)
        legitimate = (numbers >= self.low) & (numbers <= self.high)
        for i, column in enumerate(self.columns):
            if column.sentinels:
                legitimate[i] |= np.isin(numbers[i], [float(sentinel) for sentinel in column.sentinels])
            of_column = values.slice(i * cells.height, cells.height).alias(column.name)
            yield column.name, _Judged.of(column, of_column, given[i], legitimate[i])


@dataclass(frozen=True, eq=False)
class _Others:
    """Identifiers and categories. `values`: over the cells; `legitimate`: over the values."""

    columns: Sequence[Column]
    values: Sequence[pl.Expr]
    legitimate: Sequence[pl.Expr]

    def judge(self, cells: pl.DataFrame) -> Iterator[tuple[str, _Judged]]:
        """Each column as judged, by name."""
        values = cells.select(self.values)
        legitimate = values.select(self.legitimate)
        for column in self.columns:
            name = column.name
            given = cells.get_column(name).is_not_null()
            yield name, _Judged.of(column, values[name], given.to_numpy(), legitimate[name].to_numpy())


@dataclass(frozen=True, eq=False)
class _Judge:
    """What the cells of a table are judged by. `reasons`: all that can be said of an unusable row, in declared order:
    of each column as `_reasons_of`, then of each rule."""

    kinds: Sequence[_Numbers | _Others]
    rules: Sequence[pl.Expr]
    required: Sequence[str]
    optional: Sequence[str]
    reasons: pa.StructArray


@lru_cache(maxsize=32)
def _judge(table: Table) -> _Judge:
    kinds: list[_Numbers | _Others] = []
    for kind in (Kind.NUMBER, Kind.WHOLE):
        columns = [column for column in table.columns if column.kind is kind]
        if columns:
            low = [-np.inf if column.low is None else column.low for column in columns]
            high = [np.inf if column.high is None else column.high for column in columns]
            kinds.append(_Numbers(columns, _number(kind), np.array(low)[:, None], np.array(high)[:, None]))
    others = [column for column in table.columns if column.kind in (Kind.IDENTIFIER, Kind.CATEGORY)]
    if others:
        kinds.append(
            _Others(
                columns=others,
                values=[_value(column) for column in others],
                legitimate=[_legitimate(column) for column in others],
            )
        )
    return _Judge(
        kinds=kinds,
        rules=[rule.violated.fill_null(False).alias(rule.code) for rule in table.rules],
        required=[column.name for column in table.columns if column.required],
        optional=[column.name for column in table.columns if not column.required],
        reasons=_reasons(table),
    )


def _number(kind: Kind) -> pl.Expr:
    """The value of `number`, null where it cannot be one of this kind."""
    number = pl.col("number")
    if kind is Kind.NUMBER:
        return pl.when(number.is_finite()).then(number)
    # Files write whole numbers as 2 and as 2.0.
    return pl.when(number.is_finite() & (number == number.floor())).then(number).cast(pl.Int32, strict=False)


def _value(column: Column) -> pl.Expr:
    """The identifier or category in a text cell, null where it cannot be one."""
    cell = pl.col(column.name)
    return cell.cast(pl.Int64, strict=False) if column.kind is Kind.IDENTIFIER else cell


def _legitimate(column: Column) -> pl.Expr:
    """Whether an identifier or a category is a legitimate one."""
    value = pl.col(column.name)
    if column.vocabulary:
        return value.is_in([*column.vocabulary, *map(str, column.sentinels)]).fill_null(False).alias(column.name)
    within = value.is_not_null()
    if column.low is not None:
        within = within & (value >= column.low)
    if column.high is not None:
        within = within & (value <= column.high)
    return within.fill_null(False).alias(column.name)


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
        return typed.with_columns(pl.lit(None, pl.List(pl.String)).alias(MADE_MISSING))
    kept = [pl.when(pl.Series(~flag)).then(pl.col(name)).alias(name) for name, flag in missing.items()]
    names = _listed(pa.array(list(missing), pa.large_string()), np.array(list(missing.values())), empty=False)
    return typed.with_columns(*kept, pl.Series(MADE_MISSING, names, pl.List(pl.String)))


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
