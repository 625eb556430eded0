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
    parsed = parse(b'b,c,a\n1,x,"p\nq"\n,y,""\n', TABLE, "f")
    assert parsed.cells.equals(pl.DataFrame({"record": [1, 2], "a": ["p\nq", None], "b": ["1", None]}))
    assert parsed.unknown_columns == ("c",)


def test_records_of_another_width_are_told_with_their_number() -> None:
    parsed = parse(b"a,b\n1,2\n3\n\n4,5\n6,7,8\n9,10\n", TABLE, "f")
    assert parsed.ragged == ((2, ("3",)), (4, ("6", "7", "8")))
    assert parsed.cells["record"].to_list() == [1, 3, 5]
    assert parsed.records == 5


@pytest.mark.parametrize("text", [b"a,b", b"a,b\n", b"a,b\r\n"])
def test_a_header_alone_has_no_records(text: bytes) -> None:
    assert parse(text, TABLE, "f").records == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty"),
        (b"a\n1\n", "lacks columns that table t must have: b"),
        (b"a,b,a\n1,2,3\n", "has the column a more than once"),
        (b'a,b\n"1,2\n3,4\n', "never closed"),
    ],
)
def test_a_file_that_does_not_give_the_columns_is_refused(text: bytes, sentence: str) -> None:
    with pytest.raises(DeliveryRefused, match=sentence):
        parse(text, TABLE, "f")


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_any_quoted_text_comes_back(rows: list[tuple[str, str]]) -> None:
    lines = ["a,b", *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
    parsed = parse("\n".join(lines).encode(), TABLE, "f")
    assert parsed.cells.select("a", "b").rows() == [(a or None, b or None) for a, b in rows]
