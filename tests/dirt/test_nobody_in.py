"""Corrupting a client's rows never turns refuse or refer into approve.

What is proven is stronger: of every client that intake calls complete after the corruption, the vector is bit for bit
that of the clean delivery. Corruptions that no reader of the file can tell from the truth are not among these; they
are named in docs/design.md: one legitimate value in another's place, a legitimate absence, another client's id, and
rows that are gone before the manifest counts them. A delivery that is refused is as one that did not come.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.errors import DeliveryRefused
from credit_scoring.intake.sources import table_of
from credit_scoring.model.scorer import APPROVE, REFER, REFUSE, Scorer, scorer
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import Column
from dirt.corpus import CASES, Case
from dirt.examples import examples

Spoil = Callable[[bytes], bytes]
Judged = dict[tuple[int, int], tuple[bytes, str]]
"""(client, delivery) -> digest of the vector and decision."""


@dataclass(frozen=True)
class Bench:
    """Two clean deliveries with clients in common, a model that approves half of them, and what it says; `alone`: what
    it says of each delivery when the other does not come."""

    deliveries: tuple[dict[str, bytes], dict[str, bytes]]
    judge: Callable[[object], Judged]
    clean: Judged
    alone: tuple[Judged, Judged]


@pytest.fixture(scope="module")
def bench(take_in, files_of, model_of_seed) -> Bench:
    deliveries = files_of(range(8), 3), files_of(range(4, 10), 4)
    taken = take_in(*deliveries)
    model = scorer(model_of_seed(2))  # one that approves more clients when it knows less of them
    scores: list[int] = []
    taken.judged(lambda vectors, complete: scores.extend(model.score(vectors).score) or complete)
    cut_off = {"cut_off": int(np.median(scores))}
    middling: Scorer = replace(model, decision=model.decision.model_copy(update=cut_off))

    def judge(taken) -> Judged:
        return taken.judged(lambda vectors, complete: middling.decide(middling.score(vectors).score, complete))

    clean = judge(taken)
    assert {decision for _, decision in clean.values()} == {APPROVE, REFUSE}
    first, second = (judge(take_in(each)) for each in deliveries)
    return Bench(deliveries, judge, clean, (first, at(2, second)))


def at(seq: int, judged: Judged) -> Judged:
    """What was said of one delivery, were it the one with this seq."""
    return {(client, seq): said for (client, _), said in judged.items()}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


WRONG = st.one_of(
    st.sampled_from(
        ["?", "x1", "1e400", "NaN", "0x1p3", "-inf", "٣", "=1+1", "a\x00b", "null", "12 3", "1,5", '"', "\t"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="XCMFNY"), min_size=1, max_size=6),
)
"""Cells that are legitimate in no column of the tables."""


def out_of_range(column: Column) -> str:
    if column.kind is Kind.CATEGORY or column.high is None or column.high >= 1e300:
        return "-9223372036854775808"
    return f"{int(column.high) + 1 if 365243 not in column.sentinels else int(column.high) - 10**9}"


@st.composite
def cell(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """A cell becomes what is legitimate in no column, or what is out of its column's range."""
    rows = rows_of(data)
    row, column = draw(st.integers(1, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
    table = table_of(name)
    assert table is not None
    rows[row][column] = draw(st.one_of(WRONG, st.just(out_of_range(table.column(rows[0][column])))))
    return written(rows)


@st.composite
def identity(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """The id of a row is destroyed, or only put in other clothes."""
    rows = rows_of(data)
    row = draw(st.integers(1, len(rows) - 1))
    column = rows[0].index("SK_ID_BUREAU" if name == "bureau_balance.csv" else "SK_ID_CURR")
    told = rows[row][column]
    clothes = [f" {told}", f"{told}.0", f'"{told}"', f"'{told}", f"0{told}", f"\xa0{told}", f"{told[:3]}?{told[4:]}"]
    rows[row][column] = draw(st.sampled_from(["", "0", f"-{told}", "9" * 30, "1e5", f"{told}e0", *clothes]))
    return written(rows)


@st.composite
def ragged(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """A row loses cells anywhere, or gains some."""
    rows = rows_of(data)
    row, at = draw(st.integers(1, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
    if draw(st.booleans()):
        del rows[row][at : at + draw(st.integers(1, 3))]
        rows[row] = rows[row] or [""]
    else:
        rows[row][at:at] = [draw(st.sampled_from(["", "1", "x"]))]
    return written(rows)


@st.composite
def conflicting(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """A row stands there again, with a cell of another row in a column that is no key."""
    rows = rows_of(data)
    table = table_of(name)
    assert table is not None
    row, other = draw(st.integers(1, len(rows) - 1)), draw(st.integers(1, len(rows) - 1))
    free = [i for i, column in enumerate(rows[0]) if column not in (*table.key, "SK_ID_CURR")]
    again = list(rows[row])
    if table.key:
        column = draw(st.sampled_from(free))
        again[column] = rows[other][column]
    rows.insert(other, again)
    return written(rows)


@st.composite
def bytewise(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """A byte becomes one that no number holds: a separator or a line's end lost or gained, a quote, text, a zero.

    Not a row's first byte a line's end: what that leaves is an empty line, which is no record, and a row under another
    id ("00001" of 100001), which nobody can tell from the truth.
    """
    at = draw(st.integers(data.index(b"\n") + 1, len(data) - 1))
    inside = [] if data[at - 1 : at] == b"\n" else [b"\n", b"\r"]
    return data[:at] + draw(st.sampled_from([b",", b'"', b"\x00", b";", b"\xff", b"z", *inside])) + data[at + 1 :]


@st.composite
def swallowing(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """Two stray quotes, each at the beginning or the end of a cell: what lies between becomes one cell."""
    edges = [i for i in range(data.index(b"\n"), len(data) - 1) if data[i : i + 1] in (b",", b"\n")]
    first, second = sorted((draw(st.sampled_from(edges)), draw(st.sampled_from(edges))))
    return data[: first + 1] + b'"' + data[first + 1 : second] + b'"' + data[second:]


CORRUPTIONS = [cell, identity, conflicting, ragged, bytewise, swallowing]
"""In the order in which several can be done: to rows while they are whole, to a row's cells while it is a row."""
NAMES = (
    "application_test.csv", "bureau.csv", "bureau_balance.csv", "previous_application.csv", "POS_CASH_balance.csv",
    "installments_payments.csv", "credit_card_balance.csv",
)  # fmt: skip


def check(
    bench: Bench,
    take_in,
    delivery: int,
    name: str,
    spoilt: bytes,
    called: str | None = None,
    after: Callable[[Path], object] | None = None,
) -> bool:
    """Whether the corruption was noticed: somebody is referred, or the delivery refused; AssertionError when somebody
    came in. `called`: another name for the spoilt file; `after`: what is done to the folder once it has its manifest.
    """
    deliveries = list(bench.deliveries)
    deliveries[delivery] = {**deliveries[delivery]}
    deliveries[delivery].pop(name)
    deliveries[delivery][called or name] = spoilt
    taken = take_in(*deliveries, after={delivery + 1: after} if after else None)
    taken.check()
    found = bench.judge(taken)
    came = {counts.finding.seq for counts in taken.account.files} - set(taken.refused)
    if delivery + 1 not in came:
        # Nobody is decided by it, and the other delivery's clients are as though it had never been there.
        assert set(taken.refused) <= {delivery + 1}
        assert found == bench.alone[1 - delivery]
        return True
    assert taken.refused == {}
    for case, (vector, decision) in found.items():
        assert decision == REFER or (vector, decision) == bench.clean.get(case), case
        assert decision != APPROVE or bench.clean[case][1] == APPROVE, case
    return any(decision == REFER for _, decision in found.values())


@examples(25)
@given(data=st.data())
def test_corrupting_rows_never_lets_a_client_in(bench: Bench, take_in, data: st.DataObject) -> None:
    delivery = data.draw(st.integers(0, 1))
    name = data.draw(st.sampled_from(NAMES))
    spoilt = bench.deliveries[delivery][name]
    corruptions = data.draw(st.lists(st.sampled_from(CORRUPTIONS), min_size=1, max_size=2))
    for corrupt in sorted(corruptions, key=CORRUPTIONS.index):
        spoilt = data.draw(corrupt(name, spoilt))
    check(bench, take_in, delivery, name, spoilt)


TOLD = [case for case in CASES if not case.as_truth]


@pytest.mark.parametrize(("number", "case"), list(enumerate(TOLD)), ids=[case.kind for case in TOLD])
def test_no_kind_of_the_corpus_lets_a_client_in(bench: Bench, take_in, number: int, case: Case) -> None:
    """What a case does to its own file is done to that of a whole delivery: the first and the second in turn."""
    delivery = number % 2
    name = next(name for name in bench.deliveries[delivery] if table_of(name) == case.table)
    header, *rows = rows_of(bench.deliveries[delivery][name])
    # Some cases spoil the word in the second and the third record.
    rows.sort(key=lambda row: "Active" not in row)
    whole = written([header, *rows])
    spoilt = case.spoilt(header, [dict(zip(header, row, strict=True)) for row in rows])
    assert spoilt != whole or case.name != name or case.folder is not Case.folder, "nothing was spoilt"
    noticed = check(bench, take_in, delivery, name, spoilt, case.name, case.folder)
    assert noticed == bool(case.refused or case.left_alone or case.quarantined or case.missing)


def test_whose_history_is_refused_is_decided_without_it(bench: Bench, take_in) -> None:
    """The boundary: a delivery that is refused is as one that did not come, for those, too, whom a later one decides.

    Here that lets somebody in whom the history would have kept out; the run says which delivery it refused, and ends
    with exit code 3. Where history and application come in one delivery, nobody is decided.
    """
    whole = bench.deliveries[0]
    application = {name: data for name, data in whole.items() if table_of(name) == APPLICATION}
    histories = {name: data for name, data in whole.items() if name not in application}

    def cut(folder: Path) -> None:
        (folder / "bureau.csv").write_bytes((folder / "bureau.csv").read_bytes()[:-1])

    undamaged = bench.judge(take_in(histories, application))
    assert at(1, undamaged) == bench.alone[0]
    damaged = take_in(histories, application, after={1: cut})
    assert list(damaged.refused) == [1]
    assert damaged.refused[1].startswith("File bureau.csv of delivery d1 has ")
    found = bench.judge(damaged)
    assert found == at(2, bench.judge(take_in(application)))
    assert (REFUSE, APPROVE) in {(undamaged[case][1], decision) for case, (_, decision) in found.items()}
    assert DeliveryRefused.exit_code == 3

    together = take_in(whole, after={1: cut})
    assert list(together.refused) == [1]
    assert bench.judge(together) == {}
