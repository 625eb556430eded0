"""The promises hold for each declared format (dialects.py): nobody is let in, nothing is lost, counts reconcile.

What is declared is read as though it had been written by default: the clean delivery has the same vectors, and what is
spoilt in its cells has the same account. What is spoilt in its characters refuses the delivery or refers clients, as
in test_nobody_in.py, whose corruptions these are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import context_at, embedded, frame
from credit_scoring.errors import UsageError
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import intake
from credit_scoring.intake.sources import table_of
from credit_scoring.schema.table import MADE_MISSING, RECORD, SEQ
from credit_scoring.schema.tables import SOURCES
from credit_scoring.storage.files import Folder
from dirt.dialects import DIALECTS, Dialect
from dirt.examples import examples
from dirt.test_nobody_in import NAMES, Judged, cell, conflicting, identity, ragged, rows_of
from spelling import Rows

Tables = dict[str, Rows]


@pytest.fixture(scope="module")
def clean(files_of) -> Tables:
    return {name: rows_of(data) for name, data in files_of(range(4), 3).items()}


def files(tables: Tables, dialect: Dialect) -> dict[str, bytes]:
    return {name: dialect.file(dialect.write(rows, name)) for name, rows in tables.items()}


def judged(taken) -> Judged:
    return taken.judged(lambda vectors, complete: [str(bool(told)) for told in complete])


@pytest.fixture(scope="module")
def as_it_is(clean: Tables, take_in) -> Judged:
    found = judged(take_in(files(clean, DIALECTS["default"])))
    assert {complete for _, complete in found.values()} == {"True"}
    return found


@pytest.mark.parametrize("name", DIALECTS)
def test_a_declared_format_reads_what_the_default_one_holds(name: str, clean: Tables, take_in, as_it_is) -> None:
    taken = take_in(files(clean, DIALECTS[name]), formats=DIALECTS[name].format)
    assert (taken.refused, taken.bad) == ({}, [])
    assert {counts.finding.records for counts in taken.account.files} == {len(rows) - 1 for rows in clean.values()}
    assert judged(taken) == as_it_is


@st.composite
def characterwise(draw: st.DrawFn, text: str, dialect: Dialect) -> str:
    """A character of the records becomes one that no number holds, as `test_nobody_in.bytewise` does it to bytes."""
    at = draw(st.integers(text.index("\n") + 1, len(text) - 1))
    inside = [] if text[at - 1] == "\n" else ["\n", "\r"]
    written = dialect.format
    marks = [written.delimiter, written.quote or "|", ",", '"', ";", "\0", "\xff", "z", *inside]
    # A mark of numbers in another's place, or before a digit, makes another number of it.
    of_numbers = {written.decimal, written.thousands, written.minus, "'" if written.quote == "'" else ""}
    chosen = draw(st.sampled_from([mark for mark in marks if mark not in of_numbers]))
    return text[:at] + chosen + text[at + 1 :]


@examples(50)
@given(data=st.data())
def test_corrupting_what_is_written_otherwise_never_lets_a_client_in(
    clean: Tables, take_in, as_it_is, data: st.DataObject
) -> None:
    dialect = DIALECTS[data.draw(st.sampled_from(sorted(DIALECTS)))]
    name = data.draw(st.sampled_from(NAMES))
    rows = clean[name]
    if corrupt := data.draw(st.sampled_from([cell, identity, ragged, conflicting, None])):
        plain = DIALECTS["default"].write(rows, name).encode()
        rows = rows_of(data.draw(corrupt(name, plain)))
        spoilt = [each for row in rows for each in row if dialect.says_something(each)]
        if any(each and not any(each in row for row in clean[name]) for each in spoilt):
            return  # the format says what that means
    text = dialect.write(rows, name)
    if corrupt is None:
        text = data.draw(characterwise(text, dialect))
    try:
        taken = take_in({**files(clean, dialect), name: dialect.file(text)}, formats=dialect.format)
    except UsageError:
        return  # a text that `deliver` cannot read
    taken.check()
    for case, (vector, complete) in judged(taken).items():
        assert complete == "False" or (vector, complete) == as_it_is[case], case


def spoilt_in_cells(clean: Tables) -> Tables:
    """A cell that is no number, one out of range, an id that is none, and a record with a cell too many."""
    found = {name: [list(row) for row in rows] for name, rows in clean.items()}
    bureau, loans = found["bureau.csv"], found["previous_application.csv"]
    bureau[1][bureau[0].index("AMT_CREDIT_SUM")] = "much"
    bureau[2][bureau[0].index("DAYS_CREDIT")] = "5"
    loans[1][loans[0].index("SK_ID_CURR")] = "?"
    loans[2].append("x")
    return found


def test_dirt_in_a_declared_format_has_the_same_account_through_the_front_door(clean: Tables, tmp_path: Path) -> None:
    """All formats, each a delivery of its own whose manifest says how it is written, in one intake."""
    landing, engine = Folder(str(tmp_path / "landing")), embedded(tmp_path / "tables")
    tables = spoilt_in_cells(clean)
    names = {name: f"d{number:02d}" for number, name in enumerate(DIALECTS)}
    for name, dialect in DIALECTS.items():
        source = tmp_path / "source" / names[name]
        source.mkdir(parents=True)
        for file, data in files(tables, dialect).items():
            (source / file).write_bytes(data)
        deliver(source, landing, names[name], 64_000_000, formats=dialect.format)
    report = intake(context_at(tmp_path, engine, "run", datetime(2026, 1, 5, tzinfo=UTC)))
    assert report.refused == ()
    told = {
        each.delivery.name: {
            table_of(f.finding.file): (
                f.finding.records,
                f.accepted,
                f.duplicates,
                f.quarantined,
                f.finding.cells_missing,
            )
            for f in each.files
        }
        for each in report.accepted
    }
    assert told == dict.fromkeys(names.values(), told[names["default"]])
    for records, accepted, duplicates, quarantined, _ in told[names["default"]].values():
        assert records == accepted + duplicates + quarantined
    assert sum(counts[3] for counts in told[names["default"]].values()) == 3
    assert sum(counts[4] for counts in told[names["default"]].values()) == 1
    seqs = {each.delivery.name: each.delivery.seq for each in report.accepted}
    for source in SOURCES:
        rows = frame(engine, source.name).drop("file")
        of = {name: rows.filter(pl.col(SEQ) == seq).drop(SEQ).sort(RECORD) for name, seq in seqs.items()}
        assert [name for name, found in of.items() if not found.equals(of[names["default"]])] == [], source.name
    assert frame(engine, "bureau")[MADE_MISSING].drop_nulls().to_list() == [["AMT_CREDIT_SUM"]] * len(DIALECTS)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pipes, padded, a line of dashes, a count of rows", "\r\n\r\n(", "("),
        ("pipes, padded, a line of dashes, a count of rows", "-\r\n", "-"),
        ("a title and a total", "\nTotal,", "Total,"),
        ("a title and a total", "\nTotal,", ",,Total "),
    ],
)
def test_no_record_is_skipped_whose_line_has_lost_its_end(
    name: str, before: str, after: str, clean: Tables, take_in
) -> None:
    dialect = DIALECTS[name]
    text = dialect.write(clean["bureau.csv"], "bureau.csv")
    joined = dialect.file(after.join(text.rsplit(before, 1)))
    taken = take_in({**files(clean, dialect), "bureau.csv": joined}, formats=dialect.format)
    assert taken.refused[1].endswith("[skipped-record]")
