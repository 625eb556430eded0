"""A header's names are the sender's: whatever they are, the declared columns are read, or the delivery is refused."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.manifest import DeliveredFile, sha256
from credit_scoring.intake.reading import read_file
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE

NAMES = [column.name for column in BUREAU_BALANCE.columns]
ROWS = [["5000001", "-1", "0"], ["5000001", "-2", "C"], ["5000002", "-1", "X"]]
LIMITS = Limits(10_000_000, 200)

PATTERNS = ["^.*$", "*", "^STATUS$", "^(?i).*$", "(", "[", "\\"]
OURS = ["record", "file", "made_missing", "cell 0", "given STATUS", "rule x", "literal", "len", "status", "STATUS "]
ODD = ["", " ", "\ufeff", "\x00", "\x1b[31m", "\r", "\n", '"', "'", ",", "a" * 70_000, "\U0001f600"]
NAME = st.one_of(
    st.sampled_from([*PATTERNS, *OURS, *ODD]), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
CELL = st.sampled_from(["", "7", '"', "a,b", "\n", " ", "^.*$"])


@given(st.lists(st.tuples(NAME, CELL, st.integers(0, 5)), max_size=8), st.booleans())
def test_no_name_stops_a_run_or_changes_a_row(more: list[tuple[str, str, int]], quoted: bool) -> None:
    header, rows = list(NAMES), [list(row) for row in ROWS]
    for name, cell, place in more:
        for row, value in zip([header, *rows], [name, *[cell] * len(rows)], strict=True):
            row.insert(place, value)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(
        [header, *rows]
    )
    data = out.getvalue().encode()
    promised = DeliveredFile(
        name="bureau_balance.csv", table="bureau_balance", records=3, bytes=len(data), sha256=sha256(data)
    )
    read = read_file(data, promised, "monday", 1, LIMITS)
    if read.finding.refusal is not None:
        assert not read.finding.unforeseen, read.finding.refusal
        assert any(end in name for name, _, _ in more for end in "\r\n\x00\ufeff\x1a") or any(
            name in NAMES for name, _, _ in more
        ), read.finding.refusal
        return
    ((_, good),) = read.rows
    assert good.height + read.quarantined.height == 3
    if read.quarantined.is_empty():
        assert good.select(*NAMES).rows() == [(5000001, -1, "0"), (5000001, -2, "C"), (5000002, -1, "X")]
    told = read.finding.unknown_columns
    assert len(told) + read.finding.empty_columns == len(more)
    assert all(len(name) <= 103 for name in told)


def test_a_name_of_ours_twice_is_refused_by_that_name() -> None:
    data = b"SK_ID_BUREAU,MONTHS_BALANCE,STATUS,STATUS\n"
    promised = DeliveredFile(
        name="bureau_balance.csv", table="bureau_balance", records=0, bytes=len(data), sha256=sha256(data)
    )
    refusal = read_file(data, promised, "monday", 1, LIMITS).finding.refusal
    assert refusal is not None
    assert "the column 'STATUS' more than once" in refusal
