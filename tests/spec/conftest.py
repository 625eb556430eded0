"""Small tables with visible arithmetic: a client's rows as text, its features as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
import pytest

from credit_scoring.features.vector import feature_frame
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table

FeaturesOf = Callable[..., Mapping[str, float | None]]

SEPARATE = ("SK_ID_PREV", "SK_ID_BUREAU", "NUM_INSTALMENT_NUMBER")
"""Where the text names none of these, every row has its own: another loan, credit or instalment."""


def rows(name: str, text: str) -> pl.DataFrame:
    """Typed rows of one client: the first line names columns, `-` is missing, columns not named are missing.

    Words of a value are joined with `_` ("Consumer_credit").
    """
    head, *lines = [line.split() for line in text.strip().splitlines()]
    schema = {CLIENT: pl.Int64} | table(name).polars_schema()
    unknown = set(head) - set(schema)
    assert not unknown, f"{name} has no column {unknown}"
    kinds = {column.name: column.kind for column in table(name).columns}
    cells: dict[str, list[object]] = {column: [None] * len(lines) for column in schema}
    cells[CLIENT] = [1] * len(lines)
    for column in SEPARATE:
        if column in schema:
            cells[column] = list(range(1, len(lines) + 1))
    for place, column in enumerate(head):
        texts = [None if line[place] == "-" else line[place].replace("_", " ") for line in lines]
        if kinds[column] is Kind.CATEGORY:
            cells[column] = list(texts)
        else:
            number = float if kinds[column] is Kind.NUMBER else int
            cells[column] = [None if t is None else number(t) for t in texts]
    return pl.DataFrame(cells, schema=schema)


@pytest.fixture(scope="session")
def features_of() -> FeaturesOf:
    """(table="columns and rows as text", ...) -> the features of client 1, by name."""

    def compute(**texts: str) -> Mapping[str, float | None]:
        tables = {name: rows(name, text) for name, text in texts.items()}
        tables.setdefault("application", rows("application", "SK_ID_CURR\n1"))
        (row,) = feature_frame(tables).to_dicts()
        return row

    return compute
