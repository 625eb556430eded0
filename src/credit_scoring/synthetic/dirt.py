"""Dirt for a generated lender: some rows of its files are spoilt, each in one known way, and a ledger says which.

What intake makes of every way is known too, so that its account can be held against the ledger.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import CLIENT, Table

LEDGER = "spoilt.csv"
QUARANTINED, MADE_MISSING, DUPLICATE = "quarantined", "made_missing", "duplicate"

Row = list[str]
Spoil = Callable[[Row, int], list[Row]]
"""A row and the place of the column to spoil -> the rows that stand in its stead."""


@dataclass(frozen=True)
class Spoilt:
    """A line of the ledger: a record of a file, the column that was hit ("" for the whole row), how, and what intake
    makes of it: `quarantined`, `made_missing` (of the column) or `duplicate`."""

    file: str
    record: int
    column: str
    how: str
    becomes: str


@dataclass(frozen=True)
class Way:
    """One way of spoiling a row. `hits`: the columns that it can hit; None: it hits the row as a whole."""

    how: str
    becomes: str
    spoil: Spoil
    hits: Callable[[Column], bool] | None = None


def _set(text: str) -> Spoil:
    return lambda row, place: [[*row[:place], text, *row[place + 1 :]]]


WAYS = (
    Way("text in a number", MADE_MISSING, _set("n/a"), lambda c: not c.required and c.kind is not Kind.CATEGORY),
    Way("an infinite number", MADE_MISSING, _set("1e400"), lambda c: not c.required and c.kind is Kind.NUMBER),
    Way("an unknown word", MADE_MISSING, _set("Unheard of"), lambda c: not c.required and c.kind is Kind.CATEGORY),
    Way("nothing where a value must be", QUARANTINED, _set(""), lambda c: c.required),
    Way("an id that nobody can read", QUARANTINED, _set("?"), lambda c: c.name == CLIENT),
    Way("a cell too many", QUARANTINED, lambda row, place: [[*row, "7"]]),
    Way("a row twice", DUPLICATE, lambda row, place: [row, row]),
)


def spoil(path: Path, table: Table, rate: float, seed: int) -> list[Spoilt]:
    """Spoils about `rate` (0 to 1) of the rows of a CSV file, in place; what was done, by record.

    Same file, rate and seed: same bytes.
    """
    random = np.random.default_rng([seed, *path.name.encode()])
    with path.open(encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    columns = [table.column(name) for name in header]
    ledger: list[Spoilt] = []

    def lines() -> Iterator[Row]:
        record = 0
        for row in rows:
            instead = [row]
            if random.random() < rate:
                way, place = _draw(random, columns)
                instead = way.spoil(row, place)
                hit = "" if way.hits is None else header[place]
                ledger.append(Spoilt(path.name, record + len(instead), hit, way.how, way.becomes))
            record += len(instead)
            yield from instead

    with path.open("w", encoding="utf-8", newline="") as out:
        written = csv.writer(out, lineterminator="\n")
        written.writerow(header)
        written.writerows(lines())
    return ledger


def write_ledger(directory: Path, ledger: list[Spoilt]) -> None:
    """The ledger as a CSV file beside the spoilt ones; it holds no table, so that `deliver` leaves it out."""
    with (directory / LEDGER).open("w", encoding="utf-8", newline="") as out:
        written = csv.writer(out, lineterminator="\n")
        written.writerow(field.name for field in fields(Spoilt))
        written.writerows(astuple(line) for line in ledger)


def _draw(random: np.random.Generator, columns: list[Column]) -> tuple[Way, int]:
    """A way that these columns allow, and the place of the column that it hits."""
    able = [(way, [i for i, column in enumerate(columns) if way.hits and way.hits(column)]) for way in WAYS]
    able = [(way, places) for way, places in able if places or way.hits is None]
    way, places = able[random.integers(len(able))]
    return way, places[random.integers(len(places))] if places else 0
