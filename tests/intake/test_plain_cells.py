"""Cells as a lender writes them, and what the rules then see: a declared cell is read, any other stays a bad one."""

from __future__ import annotations

import polars as pl
import pytest

from credit_scoring.file_format import Format
from credit_scoring.intake.casting import cast
from credit_scoring.intake.plain_cells import NOT_AS_DECLARED, plain_cells
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import Table

TABLE = Table(
    "t",
    "A table",
    (
        Column("id", Kind.IDENTIFIER, "Id"),
        Column("amount", Kind.NUMBER, "Amount"),
        Column("days", Kind.WHOLE, "Days"),
        Column("flag", Kind.WHOLE, "Flag", low=0, high=1),
        Column("owns", Kind.CATEGORY, "Owns", vocabulary=("N", "Y")),
        Column("status", Kind.CATEGORY, "Status", vocabulary=("0", "5", "C"), sentinels={"X": "unknown"}),
        Column("kind", Kind.CATEGORY, "Kind", vocabulary=("NA", "True")),
    ),
)


def plain(column: str, cell: str | None, written: Format) -> str | None:
    """The cell as the rules see it."""
    names = [c.name for c in TABLE.columns]
    frame = pl.DataFrame({"record": [1], **{name: [cell if name == column else None] for name in names}})
    frame = frame.with_columns(pl.col("record").cast(pl.Int64), *(pl.col(name).cast(pl.String) for name in names))
    value: str | None = plain_cells(frame, TABLE, written)[column][0]
    return value


COMMA = Format(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("written", "column", "cell", "read"),
    [
        (COMMA, "amount", "1.234.567,89", "1234567.89"),
        (COMMA, "amount", "1234567,89", "1234567.89"),
        (COMMA, "amount", "-0,5", "-0.5"),
        (COMMA, "amount", ",5", ".5"),
        (COMMA, "amount", "1,5E+05", "1.5E+05"),
        (COMMA, "days", "-1.234", "-1234"),
        (COMMA, "id", "100.002", "100002"),
        (Format(thousands=","), "amount", "135,000.00", "135000.00"),
        (Format(thousands="\u202f"), "amount", "135\u202f000.00", "135000.00"),
        (Format(thousands="'"), "amount", "1'000", "1000"),
        (Format(minus_place="after"), "days", "120-", "-120"),
        (Format(minus_place="after"), "days", "120", "120"),
        (Format(minus="\u2212"), "days", "\u2212120", "-120"),
        (Format(minus_place="brackets"), "days", "(120)", "-120"),
        (Format(float_ids=True), "id", "100002.0", "100002"),
        (Format(float_ids=True), "status", "5.0", "5"),
        (Format(float_ids=True, decimal=","), "id", "100002,00", "100002"),
        (Format(float_ids=True, decimal=","), "status", "5,0", "5"),
        (Format(nothing=("NULL", "\\N")), "amount", "NULL", None),
        (Format(nothing=("NULL", "\\N")), "status", "\\N", None),
        (Format(nothing=("NA", "X")), "kind", "NA", "NA"),
        (Format(nothing=("NA", "X")), "status", "X", "X"),
        (Format(nothing=("NA", "X")), "amount", "NA", None),
        (Format(is_true=("True",), is_false=("False",)), "flag", "True", "1"),
        (Format(is_true=("True",), is_false=("False",)), "owns", "False", "N"),
        (Format(is_true=("True",), is_false=("False",)), "kind", "True", "True"),
        (Format(is_true=("Y",), is_false=("N",)), "owns", "Y", "Y"),
        (Format(trim=True), "kind", " NA  ", "NA"),
        (Format(trim=True), "kind", "\u00a0 ", None),
        (Format(trim=True, nothing=("NULL",)), "amount", "NULL  ", None),
        (Format(trim=True, decimal=","), "amount", " 1,5 ", "1.5"),
    ],
)
def test_what_is_declared_is_read(written: Format, column: str, cell: str, read: str | None) -> None:
    assert plain(column, cell, written) == read


@pytest.mark.parametrize(
    ("written", "column", "cell"),
    [
        (COMMA, "amount", "1.5"),
        (COMMA, "amount", "12.34,5"),
        (COMMA, "amount", "1234.567,8"),
        (COMMA, "amount", "1,234,567"),
        (COMMA, "amount", "1,5x"),
        (COMMA, "amount", ","),
        (COMMA, "amount", "\u0661,5"),
        (COMMA, "days", "--1"),
        (Format(thousands=","), "amount", "1,5"),
        (Format(thousands=","), "amount", "1,2345"),
        (Format(thousands=" "), "amount", " 5"),
        (Format(minus_place="after"), "days", "-120"),
        (Format(minus_place="after"), "days", "-120-"),
        (Format(minus="\u2212"), "days", "-120"),
        (Format(minus_place="brackets"), "days", "(120"),
        (Format(minus_place="brackets"), "days", "120)"),
        (Format(minus_place="brackets"), "days", "-120"),
        (Format(float_ids=True), "id", "100002.5"),
        (Format(float_ids=True), "id", "1.00002E5"),
        (Format(nothing=("NULL",)), "amount", "null"),
        (Format(is_true=("True",)), "flag", "true"),
        (Format(is_true=("True",)), "amount", "True"),
        (Format(trim=False, nothing=("NULL",)), "amount", "NULL "),
    ],
)
def test_what_is_not_declared_stays_a_bad_cell(written: Format, column: str, cell: str) -> None:
    """And it shows what stood there, for whoever looks at the quarantine."""
    seen = plain(column, cell, written)
    assert seen in (cell, cell + NOT_AS_DECLARED)
    cells = pl.DataFrame({"record": [1], **{c.name: [seen if c.name == column else None] for c in TABLE.columns}})
    names = [c.name for c in TABLE.columns]
    done = cast(cells.with_columns(pl.col("record").cast(pl.Int64), pl.col(names).cast(pl.String)), TABLE)
    assert done.good["made_missing"].to_list() == [[column]]


def test_the_default_format_changes_nothing() -> None:
    assert plain("amount", " 1,5-", Format()) == " 1,5-"
