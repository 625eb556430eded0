"""Every split as `code[column] <= limit` on bytes, so that the kernels compare once, and never look at a float.

A column is one way to see a feature: on numbers, a window of 255 of its thresholds together with what the splits do
with missing values; on categories, one set. NaN, zero and categories are settled when a client's values are turned into
codes, where each comparison is made once, however many of the splits make it.

Vectors are float32, and a threshold t is a double: x <= t just when x is at most the largest float32 that is at most t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.trees import MISSING_NAN, MISSING_NONE, MISSING_ZERO, Tree

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
Number = TypeVar("Number", bound=np.generic)

WINDOW = 255
"""Thresholds of one column: codes 0 to 255 tell between which of them a value lies."""

NOT_ZERO = -1
"""Code of zero in a column whose splits do not take zero for missing."""


@dataclass(frozen=True, eq=False)
class CodeTables:
    """What turns float32 vectors into codes, in the kernel's form.

    `thresholds` [T] float32: ascending within each feature.
    `numbers` [u, 5]: feature; its first threshold and the number of them; its first column in `number_columns`, and the
    first one behind it.
    `number_columns` [v, 4]: column; its first threshold's rank in the feature; code of NaN; code of zero, or NOT_ZERO.
    `categories` [w, 3]: feature; its first column in `category_columns`, and the first one behind it.
    `category_columns` [y, 3]: column; start and length of its set in `sets`.
    `sets` [z] bytes: code of each category, 0 in the set and 1 outside; a 1 for all higher ones is last.
    `columns`: how many columns there are.
    """

    thresholds: Singles
    numbers: Integers
    number_columns: Integers
    categories: Integers
    category_columns: Integers
    sets: Bytes
    columns: int


@dataclass(frozen=True, eq=False)
class SplitCodes:
    """For the splits of a tree: a client goes left when `code[column] <= limit`; both [m]."""

    column: Integers
    limit: Integers


def floor_float32(values: npt.NDArray[np.float64]) -> Singles:
    """The largest float32 at or below each double; infinities stay."""
    with np.errstate(over="ignore", under="ignore"):
        nearest = values.astype(np.float32)
    lower = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest.astype(np.float64) > values, lower, nearest).astype(np.float32)


def code_splits(trees: Sequence[Tree]) -> tuple[CodeTables, list[SplitCodes]]:
    """The tables of a model, and for each tree the codes of its splits."""
    feature = _joined([tree.feature for tree in trees], np.int64)
    sets = [each for tree in trees for each in tree.categories]
    on_numbers = np.array([each is None for each in sets], np.bool_)
    column = np.zeros(len(feature), np.int64)
    limit = np.zeros(len(feature), np.int64)

    number_of, limit_of, thresholds, numbers, number_columns = _numbers(
        feature[on_numbers],
        floor_float32(_joined([tree.threshold for tree in trees], np.float64)[on_numbers]),
        _joined([tree.missing for tree in trees], np.int64)[on_numbers],
        _joined([tree.default_left for tree in trees], np.bool_)[on_numbers],
    )
    column[on_numbers], limit[on_numbers] = number_of, limit_of
    category_of, categories, category_columns, codes = _categories(
        feature[~on_numbers].tolist(), [each for each in sets if each is not None], len(number_columns)
    )
    column[~on_numbers] = category_of

    tables = CodeTables(
        thresholds,
        numbers,
        number_columns,
        categories,
        category_columns,
        codes,
        len(number_columns) + len(category_columns),
    )
    ends = np.cumsum([0, *(len(tree.feature) for tree in trees)]).tolist()
    return tables, [SplitCodes(column[a:b], limit[a:b]) for a, b in pairwise(ends)]


def _numbers(
    feature: Integers, threshold: Singles, missing: Integers, default_left: npt.NDArray[np.bool_]
) -> tuple[Integers, Integers, Singles, Integers, Integers]:
    """Column and limit of each split on numbers, and the tables `thresholds`, `numbers`, `number_columns`."""
    rank = np.zeros(len(feature), np.int64)
    each_thresholds: dict[int, Singles] = {}
    for j in np.unique(feature).tolist():
        at = feature == j
        each_thresholds[j], rank[at] = np.unique(threshold[at], return_inverse=True)
    keys = np.stack([feature, missing, default_left.astype(np.int64), rank // WINDOW], axis=1)
    ways, column = np.unique(keys, axis=0, return_inverse=True)

    starts = np.cumsum([0, *map(len, each_thresholds.values())])
    numbers = [
        (j, start, len(thresholds), *np.searchsorted(ways[:, 0], [j, j + 1]).tolist())
        for (j, thresholds), start in zip(each_thresholds.items(), starts[:-1].tolist(), strict=True)
    ]
    columns = []
    for c, (j, how, left, window) in enumerate(ways.tolist()):
        base = window * WINDOW
        zero = int(np.clip(np.searchsorted(each_thresholds[j], np.float32(0)) - base, 0, WINDOW))
        default = 0 if left else WINDOW
        nan = {MISSING_NONE: zero, MISSING_ZERO: default, MISSING_NAN: default}[how]
        columns.append((c, base, nan, default if how == MISSING_ZERO else NOT_ZERO))
    thresholds = _joined(list(each_thresholds.values()), np.float32)
    return column.reshape(-1), rank % WINDOW, thresholds, _table(numbers, 5), _table(columns, 4)


def _categories(feature: list[int], sets: list[bytes], first_column: int) -> tuple[Integers, Integers, Integers, Bytes]:
    """Column of each split on categories, and the tables `categories`, `category_columns`, `sets`."""
    ways = sorted(set(zip(feature, sets, strict=True)))
    position = {way: i for i, way in enumerate(ways)}
    column = np.array([first_column + position[way] for way in zip(feature, sets, strict=True)], np.int64)
    features = [j for j, _ in ways]
    categories = [(j, features.index(j), len(features) - features[::-1].index(j)) for j in sorted(set(features))]
    codes = [np.append(1 - np.unpackbits(np.frombuffer(s, np.uint8), bitorder="little"), 1) for _, s in ways]
    starts = np.cumsum([0, *map(len, codes)])[:-1].tolist()
    columns = [(first_column + i, starts[i], len(codes[i]) - 1) for i in range(len(ways))]
    return column, _table(categories, 3), _table(columns, 3), _joined(codes, np.uint8)


def _joined(parts: Sequence[npt.NDArray[Number]], dtype: type[Number]) -> npt.NDArray[Number]:
    joined: npt.NDArray[Number] = np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype)
    return joined


def _table(rows: Sequence[Sequence[int]], columns: int) -> Integers:
    return np.array(rows, np.int64).reshape(-1, columns)
