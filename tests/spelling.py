"""Tables written in the ways in which lenders write them: functions of rows of cells, the header first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from itertools import zip_longest

from credit_scoring.intake.sources import table_of
from credit_scoring.schema.column import Kind

Rows = list[list[str]]


def text(rows: Rows, delimiter: str = ",", end: str = "\n", **options: object) -> str:
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter, lineterminator=end, **options).writerows(rows)
    return sink.getvalue()


def cells(change: Callable[[str, Kind], str]) -> Callable[[Rows, str], Rows]:
    """Changes each cell, told of which kind its column is."""

    def changed(rows: Rows, file: str) -> Rows:
        kinds = [table_of(file).column(name).kind for name in rows[0]]
        body = [[change(cell, kind) for cell, kind in zip_longest(row, kinds[: len(row)])] for row in rows[1:]]
        return [rows[0], *body]

    return changed


def numbers(change: Callable[[str], str]) -> Callable[[Rows, str], Rows]:
    """Changes each number of a column that holds numbers."""
    is_number = re.compile(r"-?\d+(\.\d+)?")
    return cells(
        lambda cell, kind: change(cell) if kind in (Kind.NUMBER, Kind.WHOLE) and is_number.fullmatch(cell) else cell
    )


def written(**options: object) -> Callable[[Rows, str], bytes]:
    return lambda rows, file: text(rows, **options).encode()


def over(change: Callable[[Rows, str], Rows], **options: object) -> Callable[[Rows, str], bytes]:
    return lambda rows, file: text(change(rows, file), **options).encode()


def nothing(word: str) -> Callable[[Rows, str], bytes]:
    return over(cells(lambda cell, kind: cell or word))


def grouped(mark: str, decimal: str = ".") -> Callable[[str], str]:
    def change(cell: str) -> str:
        whole, _, part = cell.partition(".")
        return f"{int(whole):,}".replace(",", mark) + (decimal + part if part else "")

    return change


def lakhs(cell: str) -> str:
    """-1,35,000.5: groups of two digits, but for the last."""
    whole, _, part = cell.lstrip("-").partition(".")
    tens = whole[:-3]
    groups = [tens[max(0, end - 2) : end] for end in range(len(tens), 0, -2)][::-1]
    return "-" * cell.startswith("-") + ",".join([*groups, whole[-3:]]) + (f".{part}" if part else "")


def truths(yes: str, no: str) -> Callable[[Rows, str], bytes]:
    """In the columns of 0 and 1, and of Y and N."""

    def changed(rows: Rows, file: str) -> bytes:
        of = table_of(file)
        words = {}
        for place, name in enumerate(rows[0]):
            column = of.column(name)
            if column.kind is Kind.WHOLE and (column.low, column.high) == (0, 1):
                words[place] = {"1": yes, "0": no}
            elif set(column.vocabulary) == {"N", "Y"}:
                words[place] = {"Y": yes, "N": no}
        body = [[words.get(i, {}).get(cell, cell) for i, cell in enumerate(row)] for row in rows[1:]]
        return text([rows[0], *body]).encode()

    return changed


def padded(rows: Rows, file: str) -> bytes:
    """As sqlcmd -s "|" writes it, which quotes nothing."""
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    lines = [rows[0], ["-" * width for width in widths[: len(rows[0])]], *rows[1:]]
    body = "\r\n".join("|".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in lines)
    return (body + f"\r\n\r\n({len(rows) - 1} rows affected)\r\n").encode()
