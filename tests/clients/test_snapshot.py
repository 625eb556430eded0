"""What was known of a client at a delivery: small tables to follow by eye, and a naive model that must agree."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.clients.snapshot import QUARANTINED, Snapshot, snapshot
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import CLIENT, Table

LOANS = Table("loans", "", (Column(CLIENT, Kind.IDENTIFIER, ""), Column("amount", Kind.WHOLE, "")))
MONTHS = Table(
    "months",
    "",
    (Column("SK_ID_BUREAU", Kind.IDENTIFIER, ""), Column("amount", Kind.WHOLE, "")),
    owner="SK_ID_BUREAU",
    client_column=False,
)
PERSONS = Table("persons", "", LOANS.columns, key=(CLIENT,))
SOURCES = (LOANS, MONTHS)

Row = tuple[int, int, int, bool]  # client, seq, amount, incomplete
Month = tuple[int, int, int, int, bool]  # client, credit, seq, amount, incomplete
Bad = tuple[int, str, int, int | None, bool]  # client, table, seq, credit, anybody's


def resolve(
    loans: Sequence[Row] = (),
    months: Sequence[Month] = (),
    quarantine: Sequence[Bad] = (),
    cohort: Sequence[tuple[int, int]] = (),
    sources: Sequence[Table] = SOURCES,
) -> Snapshot:
    ids = {CLIENT: pl.Int64, "SK_ID_BUREAU": pl.Int64, "seq": pl.Int64}
    types = {**ids, "amount": pl.Int32, "incomplete": pl.Boolean}

    def rows(values: Sequence[tuple[int, ...]], *columns: str) -> pl.DataFrame:
        return pl.DataFrame(values, {column: types[column] for column in columns}, orient="row")

    return snapshot(
        {
            sources[0].name: rows(loans, CLIENT, "seq", "amount", "incomplete"),
            "months": rows(months, CLIENT, "SK_ID_BUREAU", "seq", "amount", "incomplete"),
        },
        pl.DataFrame(quarantine, QUARANTINED, orient="row"),
        pl.DataFrame(cohort, {"client_id": pl.Int64, "as_of": pl.Int64}, orient="row"),
        sources,
    )


def table(text: str) -> list[tuple[int, ...]]:
    """Numbers under a header; the header is for the reader."""
    return [tuple(int(cell) for cell in line.split()) for line in text.strip().splitlines()[1:]]


LOAN_ROWS = [
    (*row, False)
    for row in table("""
        client  seq  amount
             7    1      10
             7    1      11
             7    3      30
             8    2      20
    """)
]


@pytest.mark.parametrize(
    ("client", "as_of", "amounts"),
    [
        (7, 1, [10, 11]),  # its first delivery
        (7, 2, [10, 11]),  # delivery 2 brought nothing of it
        (7, 3, [30]),  # delivery 3 replaced both rows
        (8, 1, []),  # not yet there
        (8, 3, [20]),  # a delivery without it empties nothing
    ],
)
def test_a_delivery_replaces_a_clients_rows_of_a_table(client: int, as_of: int, amounts: list[int]) -> None:
    found = resolve(loans=LOAN_ROWS, cohort=[(client, as_of)])
    assert sorted(found.tables["loans"]["amount"]) == amounts


MONTH_ROWS = [
    (*row, False)
    for row in table("""
        client  credit  seq  amount
             7     100    1      10
             7     100    1      11
             7     200    1      12
             7     100    2      20
    """)
]


@pytest.mark.parametrize(
    ("as_of", "amounts"),
    [
        (1, [10, 11, 12]),
        (2, [12, 20]),  # of credit 100 the new row, of credit 200 still the old one
    ],
)
def test_in_bureau_balance_the_credit_owns_its_rows(as_of: int, amounts: list[int]) -> None:
    found = resolve(months=MONTH_ROWS, cohort=[(7, as_of)])
    assert sorted(found.tables["months"]["amount"]) == amounts


def test_a_client_at_two_deliveries_is_two_cases() -> None:
    found = resolve(loans=LOAN_ROWS, cohort=[(7, 3), (8, 2), (7, 1)])
    assert found.cases.select("case", "client_id", "as_of").rows() == [(0, 7, 1), (1, 7, 3), (2, 8, 2)]
    assert sorted(found.tables["loans"].select(CLIENT, "amount").rows()) == [(0, 10), (0, 11), (1, 30), (2, 20)]


def test_what_the_cohort_holds_besides_stays_with_the_cases() -> None:
    cohort = pl.DataFrame({"client_id": [8, 7], "as_of": [2, 1], "target": [1, 0]})
    empty = {source.name: resolve().tables[source.name].with_columns(seq=0, incomplete=False) for source in SOURCES}
    found = snapshot(empty, QUARANTINED.to_frame(), cohort, SOURCES)
    assert found.cases.select("client_id", "target").rows() == [(7, 0), (8, 1)]


@pytest.mark.parametrize(
    ("why", "loans", "quarantine", "as_of", "complete"),
    [
        ("nothing is wrong", [(7, 1, 10, False)], [], 1, True),
        ("a cell of a current row was made missing", [(7, 1, 10, True)], [], 1, False),
        ("the flawed row was replaced", [(7, 1, 10, True), (7, 2, 20, False)], [], 2, True),
        ("the flawed row comes later", [(7, 1, 10, False), (7, 2, 20, True)], [], 1, True),
        ("rows beside the current ones are quarantined", [(7, 1, 10, False)], [(7, "loans", 1)], 1, False),
        ("all newer rows are quarantined", [(7, 1, 10, False)], [(7, "loans", 2)], 2, False),
        ("the quarantine comes later", [(7, 1, 10, False)], [(7, "loans", 2)], 1, True),
        ("a later delivery made it good", [(7, 1, 10, False), (7, 3, 30, False)], [(7, "loans", 2)], 3, True),
        ("another table has no accepted row at all", [(7, 1, 10, False)], [(7, "months", 1)], 1, False),
        ("a row of another client is quarantined", [(7, 1, 10, False)], [(8, "loans", 1)], 1, True),
        ("an outcome is quarantined", [(7, 1, 10, False)], [(7, "outcomes", 1)], 1, True),
    ],
)
def test_a_file_is_incomplete_while(
    why: str, loans: list[Row], quarantine: list[tuple[int, str, int]], as_of: int, complete: bool
) -> None:
    bad = [(*row, None, False) for row in quarantine]
    found = resolve(loans=loans, quarantine=bad, cohort=[(7, as_of)])
    assert found.cases["file_complete"].to_list() == [complete], why


def test_a_file_says_what_of_it_could_not_be_used() -> None:
    bad = [(7, "months", 1, 100, False), (7, "months", 1, 200, False), (8, "months", 1, 300, False)]
    found = resolve(loans=[(7, 1, 10, True)], quarantine=bad, cohort=[(7, 1), (8, 1), (9, 1)])
    assert sorted(set(found.flaws.rows())) == [(0, "loans.cells"), (0, "months.rows"), (1, "months.rows")]


def test_a_quarantined_month_is_made_good_by_the_next_months_of_its_credit() -> None:
    months = [(7, 100, 1, 10, False), (7, 200, 3, 12, False), (7, 100, 4, 12, False)]
    found = resolve(months=months, quarantine=[(7, "months", 2, 100, False)], cohort=[(7, 2), (7, 3), (7, 4)])
    assert found.cases["file_complete"].to_list() == [False, False, True]


@pytest.mark.parametrize(
    ("why", "table", "loans", "months", "as_of", "complete"),
    [
        ("it may be another loan of this client", "loans", [(7, 2)], [], 2, False),
        ("nothing newer came", "loans", [(7, 1)], [], 3, False),
        ("newer rows replaced all of the client's", "loans", [(7, 2), (7, 3)], [], 3, True),
        ("the client has no row of the table", "loans", [], [], 2, False),
        ("the one row that the client has is there", "persons", [(7, 2)], [], 2, True),
        ("the one row that the client has is older", "persons", [(7, 1)], [], 2, False),
        ("of one credit nothing newer came", "months", [], [(7, 100, 2), (7, 200, 1), (7, 100, 3)], 3, False),
        ("newer rows replaced those of every credit", "months", [], [(7, 100, 3), (7, 200, 3)], 3, True),
    ],
)
def test_a_row_that_may_be_anybodys_leaves_a_file_incomplete_while(
    why: str, table: str, loans: list[tuple[int, int]], months: list[tuple[int, int, int]], as_of: int, complete: bool
) -> None:
    """Delivery 2, which touches client 7, has such a row."""
    found = resolve(
        loans=[(*row, 10, False) for row in loans],
        months=[(*row, 10, False) for row in months],
        quarantine=[(7, table, 2, None, True)],
        cohort=[(7, as_of)],
        sources=(LOANS if table != "persons" else PERSONS, MONTHS),
    )
    assert found.cases["file_complete"].to_list() == [complete], why


CLIENTS, SEQS, CREDITS = st.integers(1, 3), st.integers(1, 4), st.integers(1, 2)
AMOUNTS = st.integers(0, 99)
MOSTLY_WHOLE = st.sampled_from([False, False, False, True])


@given(
    loans=st.lists(st.tuples(CLIENTS, SEQS, AMOUNTS, MOSTLY_WHOLE), max_size=12),
    months=st.lists(st.tuples(CLIENTS, CREDITS, SEQS, AMOUNTS, MOSTLY_WHOLE), max_size=12),
    quarantine=st.lists(
        st.one_of(
            st.tuples(CLIENTS, st.sampled_from(["loans", "outcomes"]), SEQS, st.none(), st.booleans()),
            st.tuples(CLIENTS, st.just("months"), SEQS, CREDITS, st.just(False)),
            st.tuples(CLIENTS, st.just("months"), SEQS, st.none(), st.just(True)),
        ),
        max_size=4,
    ),
    cohort=st.lists(st.tuples(CLIENTS, SEQS), max_size=6, unique=True),
)
def test_agrees_with_a_naive_model(
    loans: list[Row], months: list[Month], quarantine: list[Bad], cohort: list[tuple[int, int]]
) -> None:
    found = resolve(loans, months, quarantine, cohort)
    assert found.cases.select("client_id", "as_of").rows() == sorted(cohort)
    for case, client, as_of, complete in found.cases.select("case", "client_id", "as_of", "file_complete").rows():
        loan_rows = [(seq, amount, bad) for c, seq, amount, bad in loans if c == client and seq <= as_of]
        month_rows = [(k, seq, amount, bad) for c, k, seq, amount, bad in months if c == client and seq <= as_of]
        last_loans = max((seq for seq, _, _ in loan_rows), default=0)
        last_of = {k: max(seq for other, seq, _, _ in month_rows if other == k) for k, _, _, _ in month_rows}
        now_loans = [(amount, bad) for seq, amount, bad in loan_rows if seq == last_loans]
        now_months = [(k, amount, bad) for k, seq, amount, bad in month_rows if seq == last_of[k]]

        mine = {name: frame.filter(pl.col(CLIENT) == case) for name, frame in found.tables.items()}
        assert sorted(mine["loans"]["amount"]) == sorted(amount for amount, _ in now_loans)
        assert sorted(mine["months"].select("SK_ID_BUREAU", "amount").rows()) == sorted(row[:2] for row in now_months)

        current = {("loans", None): last_loans, ("months", None): min(last_of.values(), default=0)}
        current |= {("months", credit): seq for credit, seq in last_of.items()}
        spoilt = any(
            c == client and t != "outcomes" and current.get((t, credit), 0) <= seq <= as_of
            for c, t, seq, credit, _ in quarantine
        )
        flawed = any(bad for _, bad in now_loans) or any(bad for _, _, bad in now_months)
        assert complete == (not spoilt and not flawed)
