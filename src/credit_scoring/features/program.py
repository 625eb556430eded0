"""Declared expressions as a program of simple instructions, which features.kernel carries out.

Features are declared as polars expressions. polars takes each operation of an expression through a chain of its own,
some microseconds for every one of 3,000, which is nearly all the time that one client's features take. A program has
the same operations in the same order, each distinct one once, and its numbers are polars' to the bit
(tests/features/test_program.py). An operation that nobody taught it is refused when the program is made.

Texts are numbers: the position in LEVELS, all that is declared, by the alphabet; -1 for another text.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.explanation.arrays import Floats
from credit_scoring.explanation.compiling import compiled_function
from credit_scoring.features import kernel as k
from credit_scoring.features.steps import serialised
from credit_scoring.schema.tables import TABLES

Flags = NDArray[np.bool_]
Register = tuple[int, int]
"""Whether it holds rows or groups, and its number."""
Operand = Register | float
"""A register, or a constant; NaN: missing."""

LEVELS = tuple(
    sorted({str(x) for t in TABLES for c in t.columns if c.vocabulary for x in (*c.vocabulary, *c.sentinels)})
)
"""Every declared text."""
_LEVELS = pl.Enum(LEVELS)
_CODE = {level: float(i) for i, level in enumerate(LEVELS)}

_BINARY = {
    "Plus": k.PLUS, "Minus": k.MINUS, "Multiply": k.TIMES, "TrueDivide": k.DIVIDE, "Eq": k.EQUAL, "Gt": k.ABOVE,
    "GtEq": k.AT_LEAST, "Lt": k.BELOW, "And": k.AND, "Or": k.OR,
}  # fmt: skip
_UNARY = {
    "Negate": k.NEGATE, "Not": k.NOT, "IsNull": k.IS_MISSING, "IsNotNull": k.IS_KNOWN, "Abs": k.ABSOLUTE, "Exp": k.EXP,
}  # fmt: skip
_FOLDED = {
    "MinHorizontal": k.LEAST, "MaxHorizontal": k.GREATEST, "SumHorizontal": k.ADD_KNOWN, "Coalesce": k.FILL,
    "FillNull": k.FILL, "AllHorizontal": k.AND, "AnyHorizontal": k.OR,
}  # fmt: skip
_AGGREGATES = {"Sum": k.SUM, "Mean": k.MEAN, "Max": k.MAX, "Min": k.MIN}


@dataclass(frozen=True, eq=False)
class Columns:
    """Named numbers: `values` [columns, n], and where they are `known`."""

    names: tuple[str, ...]
    values: Floats
    known: Flags


@dataclass(frozen=True, eq=False)
class Registers:
    """So many registers of one level, and which of them hold constants (NaN: missing)."""

    count: int
    places: NDArray[np.int64]
    constants: Floats

    def made(self, n: int) -> tuple[Floats, Flags]:
        """The registers for n rows or groups."""
        values, known = np.empty((self.count, n)), np.empty((self.count, n), np.bool_)
        values[self.places] = self.constants[:, None]
        known[self.places] = (self.constants == self.constants)[:, None]
        return values, known


@dataclass(frozen=True, eq=False)
class Program:
    """`inputs`: the columns that stand in the first registers of rows. `outputs`: by name, all of one `level`.
    See kernel.carry_out for the rest."""

    inputs: tuple[str, ...]
    outputs: Mapping[str, int]
    level: int
    code: NDArray[np.int64]
    tables: Floats
    rows: Registers
    groups: Registers

    def run(self, columns: Columns, starts: NDArray[np.int64]) -> Columns:
        """The outputs. `columns`: the inputs. `starts`: where the rows of each group begin, and all end."""
        rows, rows_known = self.rows.made(columns.values.shape[1])
        groups, groups_known = self.groups.made(len(starts) - 1)
        rows[: len(self.inputs)], rows_known[: len(self.inputs)] = columns.values, columns.known
        _machine_code()(self.code, self.tables, starts, rows, rows_known, groups, groups_known)
        values, known = (rows, rows_known) if self.level == k.ROWS else (groups, groups_known)
        told = list(self.outputs.values())
        return Columns(tuple(self.outputs), values[told], known[told])


NO_GROUPS = np.zeros(1, np.int64)
"""The `starts` of a program that has no groups."""


@cache
def _machine_code() -> Callable[..., None]:
    return compiled_function(k.carry_out, k.SIGNATURE, (k,))


def numbers(rows: pl.DataFrame, names: Sequence[str]) -> Columns:
    """Columns of typed rows as a program reads them; NaN is missing there."""
    values = np.empty((len(names), rows.height))
    texts = []
    for i, name in enumerate(names):
        column = rows.get_column(name)
        if column.dtype == pl.String:
            texts.append(i)
        else:
            values[i] = column.to_numpy()
    if texts:  # of few rows, one column costs as much as all together
        cells = pl.concat([rows.get_column(names[i]).alias("") for i in texts])
        codes = cells.cast(_LEVELS, strict=False).to_physical()
        if codes.null_count() > cells.null_count():
            codes = codes.cast(pl.Float64).fill_null(-1.0).set(cells.is_null(), None)
        values[texts] = codes.to_numpy().reshape(len(texts), rows.height)
    return Columns(tuple(names), values, ~np.isnan(values))


class Writer:
    """Writes a program over columns: `name` adds columns to those that there are, `program` gives what was written."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self._inputs = tuple(inputs)
        self._columns: dict[str, Operand] = {name: (k.ROWS, i) for i, name in enumerate(inputs)}
        self._counts = [len(inputs), 0]
        self._code: list[tuple[int, ...]] = []
        self._written: dict[tuple[int, ...], Register] = {}
        self._constants: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._tables: dict[str, tuple[float, ...]] = {}

    def name(self, columns: Mapping[str, pl.Expr]) -> None:
        """Adds columns that are made from those that are there; none of them sees another."""
        self._columns |= {name: self._write(expression) for name, expression in columns.items()}

    def program(self, level: int, outputs: Mapping[str, pl.Expr]) -> Program:
        """The program that tells these expressions, of each row or each group."""
        told = {name: self._on(level, self._write(expression)) for name, expression in outputs.items()}
        tables = np.full((max(len(self._tables), 1), len(LEVELS)), np.nan)
        for i, table in enumerate(self._tables.values()):
            tables[i] = table
        registers = [
            Registers(count, np.array(list(found.values()), np.int64), np.array(list(map(float, found))))
            for count, found in zip(self._counts, self._constants, strict=True)
        ]
        code = np.array(self._code, np.int64).reshape(-1, 6)
        return Program(self._inputs, told, level, code, tables, registers[k.ROWS], registers[k.GROUPS])

    def _write(self, expression: pl.Expr) -> Operand:
        return self._node(json.loads(serialised(expression)))

    def _node(self, node: Any) -> Operand:
        """What a node of polars' tree comes to."""
        if node == "Len":
            return self._aggregate(k.COUNT, (k.ROWS, 0))
        ((kind, of),) = node.items()
        match kind:
            case "Column":
                return self._columns[of]
            case "Literal":
                return _constant(of)
            case "Alias":
                return self._node(of[0])
            case "Cast":
                return self._cast(self._node(of["expr"]), of["dtype"])
            case "BinaryExpr" if of["op"] in _BINARY:
                return self._binary(_BINARY[of["op"]], self._node(of["left"]), self._node(of["right"]))
            case "Ternary":
                return self._operate(k.CHOOSE, *(self._node(of[part]) for part in ("predicate", "truthy", "falsy")))
            case "Function":
                many = of["function"] in _OF_MANY
                read = [one for each in of["input"] for one in (_single(each) if many else [each])]
                return self._function(of["function"], [self._node(one) for one in read])
            case "Agg":
                return self._aggregation(*next(iter(of.items())))
        raise _unknown(kind)

    def _binary(self, op: int, left: Operand, right: Operand) -> Operand:
        if op == k.DIVIDE and isinstance(left, tuple) and isinstance(right, float):
            return self._operate(k.TIMES, left, 1.0 / right)  # as polars divides by a constant
        return self._operate(op, left, right)

    def _function(self, function: Any, operands: list[Operand]) -> Operand:
        name, options = _named(function)
        if name == "Boolean":
            name, options = _named(options)
        first, *others = operands
        match name:
            case "ToPhysical":
                return first
            case "Log" if others == [math.e]:
                return self._operate(k.LOG, first)
            case "Pow":
                return self._operate(k.POWER, first, *others)
            case "Any" if options == {"ignore_nulls": True}:
                return self._aggregate(k.ANY, first)
            case "Clip":
                bounds = [op for op, has in ((k.RAISE, "has_min"), (k.LOWER, "has_max")) if options[has]]
                for op, bound in zip(bounds, others, strict=True):
                    first = self._operate(op, first, bound)
                return first
        if name in _UNARY:
            return self._operate(_UNARY[name], first)
        if name in _FOLDED and options in ({}, {"ignore_nulls": True}):
            for other in others:
                first = self._operate(_FOLDED[name], first, other)
            return first
        raise _unknown(name)

    def _aggregation(self, name: str, of: Any) -> Operand:
        if name == "Last" and "Function" in of and of["Function"]["function"] == "DropNulls":
            return self._aggregate(k.LAST, self._node(of["Function"]["input"][0]))
        if name in ("Max", "Min") and of["propagate_nans"] is False:
            return self._aggregate(_AGGREGATES[name], self._node(of["input"]))
        if name in ("Sum", "Mean"):
            return self._aggregate(_AGGREGATES[name], self._node(of))
        raise _unknown(name)

    def _cast(self, operand: Operand, dtype: Any) -> Operand:
        """Numbers are what they are, and texts become their position in a vocabulary."""
        if dtype in ({"Literal": "Float64"}, {"Literal": "Float32"}):  # the vector is made single in the end
            return operand
        if "Enum" not in dtype.get("Literal", ()):
            raise _unknown(dtype)
        positions = {level: float(i) for i, level in enumerate(_categories(dtype))}
        table = tuple(positions.get(level, math.nan) for level in LEVELS)
        self._tables.setdefault(repr(table), table)
        place = list(self._tables).index(repr(table))
        level, register = self._on_some(operand)
        return self._emit(k.LOOK_UP, level, register, place)

    def _operate(self, op: int, *operands: Operand) -> Operand:
        """An operation on each row, or on each group where nothing is of rows."""
        levels = [operand[0] for operand in operands if isinstance(operand, tuple)]
        level = min(levels, default=k.ROWS)
        return self._emit(op, level, *(self._on(level, operand) for operand in operands))

    def _aggregate(self, op: int, operand: Operand) -> Operand:
        return self._emit(op, k.GROUPS, self._on(k.ROWS, operand))

    def _on(self, level: int, operand: Operand) -> int:
        """The register of a level that holds an operand."""
        if isinstance(operand, tuple):
            of, register = operand
            if of == level:
                return register
            if of == k.ROWS:
                raise ValueError("an expression over groups reads single rows")
            return self._emit(k.SPREAD, k.ROWS, register)[1]
        found = self._constants[level]
        if repr(operand) not in found:
            found[repr(operand)] = self._new(level)[1]
        return found[repr(operand)]

    def _on_some(self, operand: Operand) -> Register:
        return operand if isinstance(operand, tuple) else (k.ROWS, self._on(k.ROWS, operand))

    def _emit(self, op: int, level: int, *operands: int) -> Register:
        """The instruction's register; what was written already is not written again."""
        key = (op, level, *operands)
        if key not in self._written:
            to = self._written[key] = self._new(level)
            read = (*operands, 0, 0, 0)[:3]
            self._code.append((op, level, to[1], *read))
        return self._written[key]

    def _new(self, level: int) -> Register:
        self._counts[level] += 1
        return level, self._counts[level] - 1


def _single(node: Any) -> list[Any]:
    """A node of polars' tree for each of the columns that it names at once."""
    text = json.dumps(node)
    if (found := _SELECTOR.search(text)) is None:
        return [node]
    columns = [json.dumps({"Column": name}) for name in json.loads(found["names"])]
    return [json.loads(text.replace(found[0], column)) for column in columns]


_SELECTOR = re.compile(r'\{"Selector": \{"ByName": \{"names": (?P<names>\[[^]]*\]), "strict": true\}\}\}')


_OF_MANY = ({"Boolean": "AllHorizontal"}, {"Boolean": "AnyHorizontal"})


def _named(function: Any) -> tuple[str, Any]:
    """A function's name in polars' tree, and its options."""
    return (function, {}) if isinstance(function, str) else next(iter(function.items()))


def _constant(of: Any) -> float:
    """A literal as a number."""
    ((kind, value),) = of.items()
    if kind in ("Dyn", "Scalar"):
        ((kind, value),) = value.items()
    match kind:
        case "Null":
            return math.nan
        case "String":
            return _CODE[value]
        case "Float" | "Int" | "Boolean" | "Float64" | "Int32" | "Int64":
            return float(value)
    raise _unknown(kind)


def _categories(dtype: Any) -> list[str]:
    """The categories of an Enum in polars' tree, where they are packed: polars unpacks them."""
    nothing = {"Literal": {"Scalar": {"Null": "Null"}}}
    cast = {"Cast": {"expr": nothing, "dtype": dtype, "options": "NonStrict"}}
    found = pl.select(pl.Expr.deserialize(io.StringIO(json.dumps(cast)), format="json")).dtypes[0]
    assert isinstance(found, pl.Enum)
    return found.categories.to_list()


def _unknown(what: object) -> NotImplementedError:
    return NotImplementedError(f"features.program does not know the operation {what!r:.80}: teach it, and its kernel")
