"""Ways of drawing that every table uses: a stream of random numbers, a level of a category, rows that an owner has.

Within a table a number is a float64 array and NaN is a missing cell; a category is an array of positions in its levels
and -1 is a missing cell. `assemble` turns both into a typed frame of the declared table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


_NUMBERS = {
    part: number
    for number, part in enumerate((
        "traits", "people", "loan", "application", "bureau", "bureau_balance", "previous_application", "repayment",
        "pos_cash_balance", "installments_payments", "credit_card_balance", "outcomes",
    ))
}  # fmt: skip
"""The parts that had a number before they went by their names: they keep it, so that a seed stays the same lender."""


def generator(seed: int, block: int, part: str) -> np.random.Generator:
    """The random numbers of one part (a table, say) of one block of clients.

    Each part draws from its own stream, so that a change in one, or one more, leaves the others as they were.
    """
    key = (_NUMBERS[part],) if part in _NUMBERS else tuple(part.encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block, *key))))


def chance(log_odds: Floats) -> Floats:
    """Probability of these log-odds. Of 1.7 times a standard normal it is very nearly uniform."""
    return 1.0 / (1.0 + np.exp(-log_odds))


def rank(normal: Floats) -> Floats:
    """Standard normal -> its rank between 0 and 1, to be read off a list of quantiles."""
    return chance(1.702 * normal)


def levels(rng: np.random.Generator, frequencies: Mapping[str, float], size: int) -> Ints:
    """Positions of levels drawn with these frequencies (which need not add up to 1)."""
    shares = np.cumsum(list(frequencies.values()))
    return np.searchsorted(shares / shares[-1], rng.random(size), side="right").astype(np.int64)


def named(positions: Ints, names: Sequence[str]) -> pl.Series:
    """Positions -> the names of the levels; -1 is missing."""
    return pl.Series([*names, None], dtype=pl.String).gather(np.where(positions < 0, len(names), positions))


def unless(missing: Bools, values: Floats | Ints | Bools) -> Floats:
    """The values as floats, NaN where missing."""
    return np.where(missing, np.nan, values)


@dataclass(frozen=True)
class Rows:
    """Rows that owners have: `owner` is the position of each row's owner, `number` counts from 0 within it."""

    owner: Ints
    number: Ints
    counts: Ints

    def __len__(self) -> int:
        return len(self.owner)

    def first(self) -> Ints:
        """Position of each owner's first row."""
        return np.cumsum(self.counts) - self.counts


def rows_of(counts: Ints) -> Rows:
    """As many rows for each owner as `counts` says, owner by owner."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return Rows(owner, np.arange(len(owner)) - np.repeat(first, counts), counts)


def skewed_counts(rng: np.random.Generator, mean: Floats, shape: float, most: int) -> Ints:
    """Counts with that mean and a long tail (gamma-Poisson; a smaller shape is more skewed), at most `most`."""
    return np.minimum(rng.poisson(rng.gamma(shape, mean / shape)), most).astype(np.int64)


def assemble(table: Table, cells: Mapping[str, Floats | Ints | Bools | pl.Series]) -> pl.DataFrame:
    """A frame with the declared columns and types of `table`, in declared order; TARGET only where given."""
    columns = []
    for column in table.columns:
        if column.optional_column and column.name not in cells:
            continue
        values = cells[column.name]
        series = values.alias(column.name) if isinstance(values, pl.Series) else pl.Series(column.name, values)
        if column.kind is not Kind.CATEGORY and series.dtype.is_float():
            series = series.fill_nan(None)
        columns.append(series.cast(column.kind.dtype))
    return pl.DataFrame(columns)
