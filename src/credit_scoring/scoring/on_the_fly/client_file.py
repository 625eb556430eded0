"""A client's file as somebody sends it: the lender's tables, each a list of rows, each row cells by column name.

Only its shape is judged here: are these tables and columns of ours, and is a cell a text, a number or nothing? What the
cells hold is judged by intake's own rules (judging.py), from the text that a CSV file would have in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.features.words import Words
from credit_scoring.schema.table import CLIENT, Table
from credit_scoring.schema.tables import SOURCES

Cell = str | int | float | None
Row = Mapping[str, Cell]
ClientFile = Mapping[str, Sequence[Row]]
"""Table -> rows. A table that is absent has no rows, a column that is absent is an empty cell."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    table.name: tuple(column.name for column in table.columns if not column.optional_column) for table in SOURCES
}
"""The columns that each table may have; the outcome is none of them, because it is never known of who is scored."""


def columns_of(table: Table) -> tuple[str, ...]:
    """The columns of a table that are read."""
    return COLUMNS[table.name]


def allowed(table: Table) -> tuple[str, ...]:
    """The columns that rows of a table may have: a balance may name the client, as stored files do, and its credit
    says whose it is all the same."""
    return COLUMNS[table.name] if table.client_column else (*COLUMNS[table.name], CLIENT)


_ALLOWED = {table.name: frozenset(allowed(table)) for table in SOURCES}
_SCALARS = (str, int, float, type(None))


@dataclass(frozen=True)
class Misshape:
    """One thing that is not a client's file: where (keys and places from 0), the kind of mistake, and a sentence."""

    where: tuple[str | int, ...]
    kind: str
    sentence: Words


def misshapes(sent: object) -> list[Misshape]:
    """All that keeps what was sent from being a ClientFile; empty: it is one."""
    if not isinstance(sent, dict):
        return [Misshape((), "not_an_object", _NO_FILE)]
    found: list[Misshape] = []
    for name, rows in sent.items():
        if name not in COLUMNS:
            found.append(Misshape((name,), "unknown_table", _TABLES))
        elif not isinstance(rows, list):
            found.append(Misshape((name,), "not_a_list", _NO_TABLE))
        else:
            found += _of_rows(name, rows)
    if not found and not sent.get("application"):
        found.append(Misshape(("application",), "missing", _NO_APPLICATION))
    return found


_NO_FILE = Words(
    "A client's file is an object: table by table, a list of rows",
    "Le dossier d'un client est un objet : table par table, une liste de lignes",
)
_TABLES = Words(f"The tables are {', '.join(COLUMNS)}", f"Les tables sont {', '.join(COLUMNS)}")
_NO_TABLE = Words("A table is a list of rows", "Une table est une liste de lignes")
_NO_APPLICATION = Words("Nobody is scored without an application", "Sans demande, il n'y a pas de score")
_NO_ROW = Words(
    "A row is an object: a cell by the name of its column", "Une ligne est un objet : une cellule par nom de colonne"
)
_NO_CELL = Words("A cell is a text, a number or null", "Une cellule est un texte, un nombre ou null")
_NO_TEXT = Words(
    "The text holds half of a character (a surrogate)", "Le texte contient la moitié d'un caractère (surrogate)"
)


def no_column(name: str) -> Words:
    """That a table has not the column that was named."""
    return Words(f"The table {name} has no such column", f"La table {name} n'a pas cette colonne")


def _of_rows(name: str, rows: Sequence[object]) -> Iterator[Misshape]:
    known = _ALLOWED[name]
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            yield Misshape((name, place), "not_an_object", _NO_ROW)
            continue
        if not known.issuperset(row):
            for column in row:
                if column not in known:
                    yield Misshape((name, place, column), "unknown_column", no_column(name))
        for column, cell in row.items():
            # Exactly: a bool is an int to Python, and would become a number.
            if cell.__class__ not in _SCALARS:
                yield Misshape((name, place, column), "not_a_cell", _NO_CELL)
            elif cell.__class__ is str and not cell.isascii() and not _is_text(cell):
                yield Misshape((name, place, column), "not_text", _NO_TEXT)


def _is_text(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def example() -> dict[str, list[dict[str, Cell]]]:
    """A short file for documentation: an invented person with a loan of another lender and a record of it."""
    return {
        "application": [
            {
                CLIENT: 500001,
                "NAME_CONTRACT_TYPE": "Cash loans",
                "CODE_GENDER": "F",
                "FLAG_OWN_CAR": "N",
                "FLAG_OWN_REALTY": "Y",
                "CNT_CHILDREN": 1,
                "AMT_INCOME_TOTAL": 180000,
                "AMT_CREDIT": 450000,
                "AMT_ANNUITY": 27000.5,
                "AMT_GOODS_PRICE": 400000,
                "NAME_INCOME_TYPE": "Working",
                "NAME_EDUCATION_TYPE": "Higher education",
                "DAYS_BIRTH": -14600,
                "DAYS_EMPLOYED": -2100,
                "EXT_SOURCE_2": 0.61,
                "EXT_SOURCE_3": 0.48,
            }
        ],
        "bureau": [
            {
                CLIENT: 500001,
                "SK_ID_BUREAU": 7000001,
                "CREDIT_ACTIVE": "Active",
                "DAYS_CREDIT": -420,
                "AMT_CREDIT_SUM": 90000,
                "AMT_CREDIT_SUM_DEBT": 31500,
                "CREDIT_TYPE": "Consumer credit",
            }
        ],
        "bureau_balance": [{"SK_ID_BUREAU": 7000001, "MONTHS_BALANCE": -1, "STATUS": "0"}],
    }
