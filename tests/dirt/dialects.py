"""Ways of writing tables that a lender may declare, each with its format: what the promises hold for."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from credit_scoring.file_format import LenderFormat
from credit_scoring.schema.column import Kind
from spelling import Rows, cells, grouped, numbers, over, padded, text, truths


@dataclass(frozen=True)
class Dialect:
    """`write`: rows (the header first) and the file's name -> the text; `pack`: its bytes -> those of the file."""

    format: LenderFormat
    write: Callable[[Rows, str], str]
    pack: Callable[[bytes], bytes] = lambda data: data

    def file(self, written: str) -> bytes:
        """The bytes of a text."""
        mark = "\ufeff" if self.format.encoding == "utf-8" else ""
        return self.pack((mark + written).encode(self.format.encoding, "replace"))

    def says_something(self, cell: str) -> bool:
        """Whether a cell that is legitimate in no column of the default format is so in this one."""
        words = {*self.format.nothing, *self.format.is_true, *self.format.is_false}
        return (cell in words or (self.format.trim and not cell.strip())) or (self.format.decimal, cell) == (",", "1,5")


def _dialect(
    write: Callable[[Rows, str], str], pack: Callable[[bytes], bytes] | None = None, **keys: object
) -> Dialect:
    return Dialect(LenderFormat.model_validate(keys), write, *([pack] if pack else []))


def _as_text(write: Callable[[Rows, str], bytes]) -> Callable[[Rows, str], str]:
    return lambda rows, file: write(rows, file).decode()


def _spelt(change: Callable[[Rows, str], Rows], **options: object) -> Callable[[Rows, str], str]:
    return _as_text(over(change, **options))


def _archived(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("table.csv", data)
    return sink.getvalue()


def _header(change: Callable[[str], str]) -> Callable[[Rows, str], str]:
    return lambda rows, file: text([[change(name) for name in rows[0]], *rows[1:]])


def _plain(rows: Rows, file: str) -> str:
    return text(rows)


def _by_backslash(rows: Rows, file: str) -> str:
    marked = [rows[0], *([cell or "@nothing@" for cell in row] for row in rows[1:])]
    return text(marked, doublequote=False, escapechar="\\").replace("@nothing@", "\\N")


def _before(sign: Callable[[str], str]) -> Callable[[Rows, str], Rows]:
    """Numbers below zero with another sign."""
    return numbers(lambda cell: sign(cell[1:]) if cell.startswith("-") else cell)


_COMMA = numbers(lambda cell: cell.replace(".", ","))
DIALECTS = {
    "default": _dialect(_plain),
    "semicolons, decimal commas": _dialect(_spelt(_COMMA, delimiter=";"), delimiter=";", decimal=","),
    "tabs": _dialect(lambda rows, file: text(rows, "\t"), delimiter="\t"),
    "pipes, padded, a line of dashes, a count of rows": _dialect(
        _as_text(padded), delimiter="|", quote="", trim=True, skip_below_header=1, skip_foot=1
    ),
    "columns at the widths of a line of dashes": _dialect(
        lambda rows, file: padded(rows, file).decode().replace("|", " "),
        columns="ruled", skip_below_header=1, skip_foot=1,
    ),
    "UTF-16 with a mark": _dialect(_plain, encoding="utf-16"),
    "UTF-16-LE": _dialect(_plain, encoding="utf-16-le"),
    "UTF-16-BE, returns and newlines": _dialect(lambda rows, file: text(rows, end="\r\n"), encoding="utf-16-be"),
    "Windows-1252": _dialect(
        lambda rows, file: text([[*rows[0], "note"], *([*row, "d\xe9j\xe0"] for row in rows[1:])]), encoding="cp1252"
    ),
    "a line sep=;": _dialect(lambda rows, file: "sep=;\r\n" + text(rows, ";", "\r\n"), delimiter=";", skip_head=1),
    "NULL and NA": _dialect(
        _spelt(cells(lambda cell, kind: cell or ("NULL" if kind is Kind.CATEGORY else "NA"))), nothing=["NULL", "NA"]
    ),
    "points for nothing": _dialect(_spelt(cells(lambda cell, kind: cell or ".")), nothing=["."]),
    "True and False": _dialect(_as_text(truths("True", "False")), is_true=["True"], is_false=["False"]),
    "floats for whole numbers and ids": _dialect(
        _spelt(cells(lambda cell, kind: f"{cell}.0" if cell.isascii() and cell.isdigit() else cell)), float_ids=True
    ),
    "minus behind": _dialect(_spelt(_before(lambda cell: f"{cell}-")), minus_place="after"),
    "a typographic minus": _dialect(_spelt(_before(lambda cell: f"\u2212{cell}")), minus="\u2212"),
    "brackets for minus": _dialect(_spelt(_before(lambda cell: f"({cell})")), minus_place="brackets"),
    "commas between thousands": _dialect(_spelt(numbers(grouped(","))), thousands=","),
    "points between thousands, euros": _dialect(
        _spelt(numbers(lambda cell: grouped(".", ",")(cell) + " \u20ac"), delimiter=";"),
        delimiter=";", thousands=".", decimal=",", currency=["\u20ac"],
    ),
    "a header in lower case": _dialect(_header(str.lower), header="any_case"),
    "a header in words": _dialect(_header(lambda name: name.title().replace("_", " ")), header="letters"),
    "a title and a total": _dialect(
        lambda rows, file: "Export\r\nof today\r\n" + text([*rows, ["Total", f"{len(rows) - 1}"]]),
        skip_head=2, skip_foot=1,
    ),
    "single quotes around everything": _dialect(
        lambda rows, file: text(rows, quotechar="'", quoting=1), quote="'"
    ),
    "backslashes before quotes, MySQL's nothing": _dialect(_by_backslash, escape="\\", nothing=["\\N"]),
    "delimiters at the end of records": _dialect(
        lambda rows, file: text([rows[0], *([*row, ""] for row in rows[1:])]), trailing_delimiter=True
    ),
    "R's row names, blanks": _dialect(
        lambda rows, file: text([rows[0], *([str(i), *row] for i, row in enumerate(rows[1:], 1))], " "),
        delimiter=" ", row_names=True,
    ),
    "gzip twice": _dialect(_plain, lambda data: gzip.compress(gzip.compress(data)), packing="gzip-twice"),
    "zip": _dialect(_plain, _archived, packing="zip"),
}  # fmt: skip
