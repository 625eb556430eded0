"""CSV text to text cells."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.errors import DeliveryRefused
from credit_scoring.intake.parsing import parse
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import Table

TABLE = Table("t", "A table", (Column("a", Kind.CATEGORY, "A"), Column("b", Kind.NUMBER, "B")))


def test_columns_go_by_name_and_empty_cells_are_missing() -> None:
    parsed = parse(b'b,c,a\n1,"x\ny","p,q"\n,y,""\n', TABLE, "f.csv", "monday")
    assert parsed.cells.equals(pl.DataFrame({"record": [1, 2], "a": ["p,q", None], "b": ["1", None]}))
    assert parsed.unknown_columns == ("c",)


def test_records_of_another_width_are_told_with_their_number() -> None:
    parsed = parse(b"a,b\n1,2\n3\n\n4,5\n6,7,8\n9,10\n", TABLE, "f.csv", "monday")
    assert [(row.record, row.cells) for row in parsed.misread] == [(2, ("3",)), (4, ("6", "7", "8"))]
    assert parsed.cells["record"].to_list() == [1, 3, 5]
    assert parsed.records == 5


@pytest.mark.parametrize("text", [b"a,b", b"a,b\n", b"a,b\r\n"])
def test_a_header_alone_has_no_records(text: bytes) -> None:
    assert parse(text, TABLE, "f.csv", "monday").records == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty"),
        (b"a\n1\n", "lacks columns that table t must have: b"),
        (b"a,b,a\n1,2,3\n", "has the column 'a' more than once"),
        (b'a,b\n"1,2\n3,4\n', "never closed"),
    ],
)
def test_a_file_that_does_not_give_the_columns_is_refused(text: bytes, sentence: str) -> None:
    with pytest.raises(DeliveryRefused, match=sentence):
        parse(text, TABLE, "f.csv", "monday")


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1a\x1c\x1d\x1e\x1f"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_any_quoted_text_comes_back(rows: list[tuple[str, str]]) -> None:
    lines = ["a,b", *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
    parsed = parse("\n".join(lines).encode(), TABLE, "f.csv", "monday")
    blank = [row for row in rows if not any(cell.strip() for cell in row)]
    rows = [row for row in rows if row not in blank]
    assert parsed.blank_records == len(blank)
    torn = {n for n, row in enumerate(rows, 1) if any(end in cell for cell in row for end in "\r\n")}
    whole = [(n, a or None, b or None) for n, (a, b) in enumerate(rows, 1) if n not in torn]
    assert parsed.cells.select("record", "a", "b").rows() == whole
    assert [(row.record, row.cells, row.rule) for row in parsed.misread] == [
        (n, row, "line_end") for n, row in enumerate(rows, 1) if n in torn
    ]


def test_a_quote_that_swallows_records_is_told_in_any_column() -> None:
    """In `c`, which no table declares, a comment may go over lines, but not hold what could be a record."""
    comment = parse(b'a,c,b\n1,"well,\nyes",2\n', TABLE, "f.csv", "monday")
    assert (comment.cells.height, comment.misread) == (1, ())
    swallowed = parse(b'a,c,b\n1,"x,2\n3,y,4\n5,z",6\n7,,8\n', TABLE, "f.csv", "monday")
    assert [(row.record, row.rule) for row in swallowed.misread] == [(1, "line_end")]
    assert swallowed.cells.rows() == [(2, "7", "8")]


def test_a_cell_may_be_longer_than_pythons_csv_allows() -> None:
    long = b"x" * 200_000
    parsed = parse(b"a,b\n" + long + b",1\n" + long + b"\n", TABLE, "f.csv", "monday")
    assert len(parsed.cells["a"][0]) == 200_000
    assert [len(row.cells[0]) for row in parsed.misread] == [200_000]
