"""Where records end, and how a file is cut into parts."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.intake.records import parts

CELL = st.text(alphabet='a,"\n\r é', max_size=6)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


@given(st.lists(st.tuples(CELL, CELL), max_size=30), st.integers(8, 120))
def test_parts_hold_every_record_once_and_repeat_the_header(rows: list[tuple[str, str]], part_bytes: int) -> None:
    data = written([["x", "y"], *map(list, rows)])
    found = list(parts(io.BytesIO(data), part_bytes))
    header = b'"x","y"\n'
    assert all(part.startswith(header) for part, _ in found)
    assert b"".join(part.removeprefix(header) for part, _ in found) == data.removeprefix(header)
    assert sum(records for _, records in found) == len(rows)
    read = [list(csv.reader(io.StringIO(part.decode(), newline="")))[1:] for part, _ in found]
    assert [len(part) for part in read] == [records for _, records in found]


def test_a_small_file_is_one_part_with_its_bytes() -> None:
    assert list(parts(io.BytesIO(b"x,y\n1,2\n3,4"), 1000)) == [(b"x,y\n1,2\n3,4", 2)]


def test_empty_lines_are_not_records() -> None:
    found = parts(io.BytesIO(b"x,y\n\n1,2\n\r\n3,4\n\n"), 1000)
    assert [records for _, records in found] == [2]


def test_a_header_alone_is_a_part_without_records() -> None:
    assert list(parts(io.BytesIO(b"x,y\n"), 1000)) == [(b"x,y\n", 0)]
