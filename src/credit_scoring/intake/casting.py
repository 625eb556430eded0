"""Text cells -> typed rows by the declared rules: good rows, and bad rows with all their reasons.

A bad value in a required column, or a violated rule, makes a row unusable. A bad value in any other column becomes
missing: the row is kept, the column's name goes to `made_missing`, and the client's file counts as incomplete.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import MADE_MISSING, RECORD, Table

REASONS = "reasons"
REASON = pl.Struct({"rule": pl.String, "column": pl.String, "sentence": pl.String})


@dataclass(frozen=True)
class Cast:
    """`good`: typed columns, RECORD, MADE_MISSING (list of names, null = none).
    `bad`: RECORD and REASONS (list of rule, column, sentence)."""

    good: pl.DataFrame
    bad: pl.DataFrame


def cast(cells: pl.DataFrame, table: Table) -> Cast:
    """Types the text cells (RECORD and the table's columns) of one file."""
    if cells.height == 0:
        return Cast(_typed_empty(table), pl.DataFrame(schema={RECORD: pl.Int64, REASONS: pl.List(REASON)}))
    typed = cells.select(
        RECORD,
        *(_value(column) for column in table.columns),
        *(pl.col(column.name).is_not_null().alias(_given(column)) for column in table.columns),
    )
    flags = typed.select(
        *(_unusable(column) for column in table.columns),
        *(rule.violated.fill_null(False).alias(_of_rule(rule.code)) for rule in table.rules),
    )
    optional = [column.name for column in table.columns if not column.required]
    fatal = [*(c.name for c in table.columns if c.required), *(_of_rule(rule.code) for rule in table.rules)]
    is_bad = flags.select(pl.any_horizontal(fatal).alias("bad"))["bad"]
    good = typed.with_columns(
        *(pl.when(~flags[name]).then(pl.col(name)).alias(name) for name in optional if flags[name].any()),
        _names_where(flags, optional),
    )
    bad = typed.select(RECORD, *(_given(column) for column in table.columns)).filter(is_bad)
    return Cast(
        good=good.filter(~is_bad).select(*(c.name for c in table.columns), RECORD, MADE_MISSING),
        bad=bad.hstack(flags.filter(is_bad)).select(RECORD, _reasons(table)),
    )


def _value(column: Column) -> pl.Expr:
    """The typed value of a text cell, null where it cannot be one."""
    cell = pl.col(column.name)
    match column.kind:
        case Kind.IDENTIFIER:
            return cell.cast(pl.Int64, strict=False)
        case Kind.NUMBER:
            number = cell.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number).alias(column.name)
        case Kind.WHOLE:
            # Files write whole numbers as 2 and as 2.0.
            number = cell.cast(pl.Float64, strict=False)
            whole = number.is_finite() & (number == number.floor())
            return pl.when(whole).then(number).cast(pl.Int32, strict=False).alias(column.name)
        case Kind.CATEGORY:
            return cell


def _unusable(column: Column) -> pl.Expr:
    """Whether the cell holds something illegitimate, or nothing where a value is required."""
    value, given = pl.col(column.name), pl.col(_given(column))
    wrong = value.is_null()
    if column.vocabulary:
        wrong = wrong | ~value.is_in([*column.vocabulary, *map(str, column.sentinels)])
    elif column.low is not None or column.high is not None:
        inside = value.is_between(
            -float("inf") if column.low is None else column.low, float("inf") if column.high is None else column.high
        )
        if column.sentinels:
            inside = inside | value.cast(pl.Float64).is_in([float(sentinel) for sentinel in column.sentinels])
        wrong = wrong | ~inside
    wrong = given & wrong.fill_null(True)
    return (wrong | ~given if column.required else wrong).alias(column.name)


def _reasons(table: Table) -> pl.Expr:
    """REASONS of a row from its flags: one struct a flag that is set, in declared order."""
    nothing = pl.lit(None, REASON)
    found: list[pl.Expr] = []
    for column in table.columns:
        flag, given = pl.col(column.name), pl.col(_given(column))
        if column.required:
            sentence = f"{column.name} must not be empty"
            found.append(pl.when(flag & ~given).then(_reason("missing", column.name, sentence)).otherwise(nothing))
        sentence = f"{column.name} must be {column.expectation()}"
        found.append(pl.when(flag & given).then(_reason("not_legitimate", column.name, sentence)).otherwise(nothing))
    for rule in table.rules:
        reason = _reason(rule.code, ", ".join(rule.columns), rule.sentence)
        found.append(pl.when(pl.col(_of_rule(rule.code))).then(reason).otherwise(nothing))
    return pl.concat_list(found).list.drop_nulls().alias(REASONS)


def _reason(rule: str, column: str, sentence: str) -> pl.Expr:
    return pl.struct(rule=pl.lit(rule), column=pl.lit(column), sentence=pl.lit(sentence)).cast(REASON)


def _names_where(flags: pl.DataFrame, names: list[str]) -> pl.Series:
    """MADE_MISSING: the names of the flags that are set in each row; null where none is."""
    ever = [name for name in names if flags[name].any()]
    if not ever:
        return pl.Series(MADE_MISSING, [None], pl.List(pl.String)).new_from_index(0, flags.height)
    listed = pl.concat_list([pl.when(pl.col(name)).then(pl.lit(name)) for name in ever]).list.drop_nulls()
    return flags.select(pl.when(listed.list.len() > 0).then(listed).alias(MADE_MISSING))[MADE_MISSING]


def _given(column: Column) -> str:
    return f"given {column.name}"


def _of_rule(code: str) -> str:
    return f"rule {code}"


def _typed_empty(table: Table) -> pl.DataFrame:
    return pl.DataFrame(schema={**table.polars_schema(), RECORD: pl.Int64, MADE_MISSING: pl.List(pl.String)})
