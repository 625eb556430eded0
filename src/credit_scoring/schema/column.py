"""What a column of a source table is: its kind, what values are legitimate, and what special values mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

import polars as pl


class Kind(Enum):
    """How the cells of a column are read, and how they are stored (polars type, SQL type)."""

    IDENTIFIER = ("identifier", pl.Int64, "BIGINT")
    WHOLE = ("whole number", pl.Int32, "INT")
    NUMBER = ("number", pl.Float64, "DOUBLE")
    CATEGORY = ("category", pl.String, "STRING")

    def __init__(self, label: str, dtype: type[pl.DataType], sql: str) -> None:
        self.label = label
        self.dtype = dtype
        self.sql = sql


@dataclass(frozen=True)
class Column:
    """One column of a source table, under the lender's name.

    `required`: a row without a usable value here cannot be used and is quarantined. In any other column a value that
    is neither legitimate nor a declared sentinel becomes missing and marks the client's file incomplete.
    `low`, `high`: the inclusive range of legitimate values (numbers only), sentinels aside.
    `vocabulary`: the legitimate values of a category, in ordinal order; a feature codes a category by its position.
    `sentinels`: special values and what each one means *in this column* ({365243: "pensioner"}).
    `unit`: "days before the application", "currency", "months", ... for the dictionary.
    `protected`: never an input of the model, nor anything that tells it (gender, marital status, ...); kept for audit.
    `optional_column`: the column may be absent from a file's header, and is not stored with the table: TARGET, which
    intake moves to the outcomes. All other columns must be there.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    vocabulary: tuple[str, ...] = ()
    sentinels: Mapping[float | str, str] = field(default_factory=lambda: MappingProxyType({}))
    unit: str = ""
    protected: bool = False
    optional_column: bool = False

    def expectation(self) -> str:
        """What a legitimate cell of this column holds, in words: "a whole number between 0 and 20"."""
        if self.kind is Kind.CATEGORY:
            what = f"one of {len(self.vocabulary)} declared values" if self.vocabulary else "a text"
            return what + self._or_sentinels()
        what = f"a {self.kind.label}" if self.kind is not Kind.IDENTIFIER else "an identifier (a whole number)"
        if self.low is not None and self.high is not None:
            what += f" between {self.low:,.10g} and {self.high:,.10g}"
        elif self.low is not None:
            what += f" of at least {self.low:,.10g}"
        elif self.high is not None:
            what += f" of at most {self.high:,.10g}"
        return what + self._or_sentinels()

    def described(self) -> str:
        """What the column means, in which unit, and what its special values say."""
        unit = f" [{self.unit}]" if self.unit else ""
        special = "; ".join(f"{value}: {meaning}" for value, meaning in self.sentinels.items())
        return f"{self.meaning}{unit}{f'; {special}' if special else ''}"

    def _or_sentinels(self) -> str:
        return "".join(f" or {value} ({meaning})" for value, meaning in self.sentinels.items())
