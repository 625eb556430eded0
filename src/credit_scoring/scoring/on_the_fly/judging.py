"""Clients' files judged as intake judges a delivery that holds one client: typed rows, or every reason why not.

The very functions of intake run on the rows of many files at once, because of few rows polars' fixed cost is nearly
all. Files never meet: each counts as a delivery of its own, whatever ids the others hold, and the number of the file
stands in for the client until the rows are resolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.clients.snapshot import INCOMPLETE, Snapshot, snapshot
from credit_scoring.clients.snapshot import QUARANTINED as SPOILT
from credit_scoring.features.vector import columns_read
from credit_scoring.intake.duplicates import Deduplicated, deduplicate
from credit_scoring.intake.owners import CREDIT, with_clients
from credit_scoring.intake.parsing import TORN, Misread, Parsed
from credit_scoring.intake.partitions import conflicting
from credit_scoring.intake.reading import OWNER, judged
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import SOURCES
from credit_scoring.schema.tables import table as declared
from credit_scoring.scoring.on_the_fly.client_file import ClientFile, columns_of

LEFT_OUT, EMPTIED, NO_EFFECT = "left_out", "made_missing", "no_effect"
"""What becomes of a row or a cell: the row is not used, the cell counts as missing (both leave the file incomplete), or
nothing, because it says what another row says, or speaks of a credit that the file does not hold."""

_FILE = "file_number"
_SEQ = 1
_NOTHING_SPOILT = SPOILT.to_frame()
_OF_ONE_DELIVERY = pl.Series(SEQ, [_SEQ], pl.Int64)
_COMPLETE = pl.Series(INCOMPLETE, [False])


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file. `row`: its place in the table, from 0. `column`: "" for the whole row."""

    table: str
    row: int
    column: str
    rule: str
    sentence: str
    effect: str


@dataclass(frozen=True)
class JudgedFile:
    """`client_id`: whose file it is; None when no application can be used, or the rows are not one client's: then
    nobody can be scored. `problems`: by table and row."""

    client_id: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class JudgedFiles:
    """`files`: one a file, in order. `snapshot`: the clients of those that have one, as cases in the same order."""

    files: tuple[JudgedFile, ...]
    known: Snapshot


def judge(files: Sequence[ClientFile]) -> JudgedFiles:
    """Judges files; at least one, of the right shape (client_file.misshapes)."""
    tables = {table.name: judge_table(table, files) for table in SOURCES}
    balances, bureau = tables[BUREAU_BALANCE.name], tables[BUREAU.name]
    owned = with_clients(balances.good, bureau.good, within=(_FILE,))
    balances = balances.without(owned, _strays(owned))
    tables[BUREAU_BALANCE.name] = balances
    clients = _clients(tables[APPLICATION.name].good, len(files))
    problems: list[list[Problem]] = [[] for _ in files]
    for table in SOURCES:
        for number, problem in tables[table.name].problems:
            problems[number].append(problem)
    for number, problem in _others(tables.values(), clients):
        problems[number].append(problem)
        clients[number] = None
    bad = [_spoilt(each, bureau.good) for each in tables.values() if each.bad.height]
    spoilt = pl.concat(bad) if bad else _NOTHING_SPOILT
    cohort = pl.DataFrame(
        {"client_id": [number for number, client in enumerate(clients) if client is not None]},
        schema={"client_id": pl.Int64},
    ).with_columns(pl.lit(_SEQ, pl.Int64).alias("as_of"))
    found = snapshot({name: each.known() for name, each in tables.items()}, spoilt, cohort, SOURCES)
    ids = pl.Series("client_id", [client for client in clients if client is not None], pl.Int64)
    return JudgedFiles(
        files=tuple(
            JudgedFile(client, tuple(sorted(said, key=_place))) for client, said in zip(clients, problems, strict=True)
        ),
        known=Snapshot(found.tables, found.cases.with_columns(ids)),
    )


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """A table of all files. `good`: typed rows with _FILE; `bad`: QUARANTINED of intake with _FILE; `problems`: with
    the number of their file; `rows`: the place of each record in its file."""

    table: Table
    good: pl.DataFrame
    bad: pl.DataFrame
    problems: tuple[tuple[int, Problem], ...]
    rows: NDArray[np.int64]

    def without(self, good: pl.DataFrame, strays: pl.DataFrame) -> JudgedTable:
        """The table with the rows `good` but for `strays`, which have no client: in a store they would wait for one."""
        if strays.is_empty():
            return JudgedTable(self.table, good, self.bad, self.problems, self.rows)
        sentence = f"no row of {BUREAU.name} that can be used has this {CREDIT}, so the balance is nobody's"
        told = _told(self.table, strays, self.rows, ("credit_unknown", CREDIT, sentence, NO_EFFECT))
        kept = good.filter(pl.col(CLIENT).is_not_null())
        return JudgedTable(self.table, kept, self.bad, (*self.problems, *told), self.rows)

    def known(self) -> pl.DataFrame:
        """The rows as `clients.snapshot` takes them, the columns that features read; the client is a file's number."""
        columns = [name for name in _read(self.table.name) if name != CLIENT]
        good = self.good
        incomplete = _COMPLETE.new_from_index(0, good.height)
        if good.get_column(MADE_MISSING).null_count() < good.height:
            incomplete = good.get_column(MADE_MISSING).is_not_null().alias(INCOMPLETE)
        seq = _OF_ONE_DELIVERY.new_from_index(0, good.height)
        return pl.DataFrame([good.get_column(_FILE).alias(CLIENT), *good[columns], seq, incomplete])


def judge_table(table: Table, files: Sequence[ClientFile]) -> JudgedTable:
    """Judges one table of files by itself."""
    if not any(file.get(table.name) for file in files):
        return _without_rows(table)
    return _judge_rows(table, files)


@cache
def _without_rows(table: Table) -> JudgedTable:
    return _judge_rows(table, [{}])


def _judge_rows(table: Table, files: Sequence[ClientFile]) -> JudgedTable:
    cells, misread, numbers, rows = _cells(table, files)
    parsed = Parsed(cells=cells, misread=tuple(misread), header=(), unknown_columns=())
    good, bad = judged(parsed, table, table.name)
    good = good[[*columns_of(table), RECORD, MADE_MISSING, FILE]].hstack([_numbered(numbers, good)])
    told = _deduplicated(good, table)
    if told.conflicting.height:
        bad = pl.concat([bad, conflicting(told.conflicting, table)])
    bad = bad.with_columns(_numbered(numbers, bad))
    problems: list[tuple[int, Problem]] = []
    for row in bad.iter_rows(named=True):
        where = (row[_FILE], int(rows[row[RECORD] - 1]))
        problems += [
            (where[0], Problem(table.name, where[1], each["column"], each["rule"], each["sentence"], LEFT_OUT))
            for each in row["reasons"]
        ]
    problems += _emptied(table, told.kept, rows)
    if told.repeated.height:
        said = ("repeated", "", "the same row stands in the table already", NO_EFFECT)
        problems += _told(table, told.repeated, rows, said)
    return JudgedTable(table, told.kept, bad, tuple(problems), rows)


def _cells(
    table: Table, files: Sequence[ClientFile]
) -> tuple[pl.DataFrame, list[Misread], NDArray[np.int64], NDArray[np.int64]]:
    """The table's text cells of all files, RECORD counting through; records that are set apart; and the file and the
    place in it of each record."""
    of_files = [file.get(table.name, ()) for file in files]
    lengths = [len(rows) for rows in of_files]
    every = [row for rows in of_files for row in rows]
    numbers = np.repeat(np.arange(len(files)), lengths)
    rows = np.concatenate([np.arange(length) for length in lengths])
    given = columns_of(table)
    texts: list[str | None] = []
    for name in given:
        cells = [row.get(name) for row in every]
        texts += [cell if cell.__class__ is str else None if cell is None else repr(cell) for cell in cells]
    n = len(every)
    torn = _torn(texts, n)
    long = pl.Series([text or None for text in texts], dtype=pl.String)
    by_name = {name: long.slice(i * n, n) for i, name in enumerate(given)}
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    frame = pl.DataFrame(
        [
            pl.int_range(1, n + 1, dtype=pl.Int64, eager=True).alias(RECORD),
            *(by_name.get(column.name, nothing).alias(column.name) for column in table.columns),
        ]
    )
    misread = [
        Misread(int(record) + 1, tuple(text or "" for text in texts[int(record) :: n]), *TORN) for record in torn
    ]
    if misread:
        frame = frame.filter(~pl.col(RECORD).is_in([each.record for each in misread]))
    return frame, misread, numbers, rows


def _torn(texts: Sequence[str | None], n: int) -> list[int]:
    """Which of the n rows have a cell that goes over a line's end: a file with it would be read as another."""
    joined = "".join(text for text in texts if text)
    if "\n" not in joined and "\r" not in joined:
        return []
    return sorted({place % n for place, text in enumerate(texts) if text and ("\n" in text or "\r" in text)})


def _numbered(numbers: NDArray[np.int64], frame: pl.DataFrame) -> pl.Series:
    """The number of the file of each row, by its RECORD."""
    return pl.Series(_FILE, numbers[frame[RECORD].to_numpy() - 1])


def _deduplicated(rows: pl.DataFrame, table: Table) -> Deduplicated:
    """Duplicates within each file; what two files say alike is no duplicate."""
    keys = rows[[_FILE, *(table.key or columns_of(table))]].rows()
    if len(set(keys)) == len(keys):  # of few rows Python sees it sooner than polars
        return Deduplicated(rows, rows.head(0), rows.head(0))
    each = [deduplicate(of_file, table) for of_file in rows.partition_by(_FILE, maintain_order=True)]
    return Deduplicated(
        kept=pl.concat([told.kept for told in each]),
        repeated=pl.concat([told.repeated for told in each]),
        conflicting=pl.concat([told.conflicting for told in each]),
    )


def _emptied(table: Table, good: pl.DataFrame, rows: NDArray[np.int64]) -> Iterable[tuple[int, Problem]]:
    """The cells that are neither legitimate nor required."""
    if good[MADE_MISSING].null_count() == good.height:
        return
    flawed = good.filter(pl.col(MADE_MISSING).is_not_null()).select(_FILE, RECORD, MADE_MISSING)
    for number, record, names in flawed.iter_rows():
        for name in names:
            sentence = f"{name} must be {table.column(name).expectation()}"
            yield number, Problem(table.name, int(rows[record - 1]), name, "not_legitimate", sentence, EMPTIED)


def _told(
    table: Table, found: pl.DataFrame, rows: NDArray[np.int64], said: tuple[str, str, str, str]
) -> list[tuple[int, Problem]]:
    """The same problem (rule, column, sentence, effect) of some rows."""
    rule, column, sentence, effect = said
    return [
        (number, Problem(table.name, int(rows[record - 1]), column, rule, sentence, effect))
        for number, record in found.select(_FILE, RECORD).iter_rows()
    ]


def _strays(balances: pl.DataFrame) -> pl.DataFrame:
    return balances.filter(pl.col(CLIENT).is_null()) if balances[CLIENT].null_count() else balances.clear()


def _clients(applications: pl.DataFrame, files: int) -> list[int | None]:
    """Whose each file is: the client of its first usable application."""
    clients: list[int | None] = [None] * files
    for number, client in applications.sort(RECORD, descending=True).select(_FILE, CLIENT).iter_rows():
        clients[number] = client
    return clients


def _others(tables: Iterable[JudgedTable], clients: Sequence[int | None]) -> list[tuple[int, Problem]]:
    """Rows that are another client's than the application's: such a file is nobody's."""
    sentence = f"a file is one client's: its rows have the {CLIENT} of its application"
    ids = pl.DataFrame({_FILE: range(len(clients)), "own": clients}, schema={_FILE: pl.Int64, "own": pl.Int64})
    found: list[tuple[int, Problem]] = []
    owners = np.array([-1 if client is None else client for client in clients], np.int64)
    for each in tables:
        if each.table is BUREAU_BALANCE or (each.bad.is_empty() and _all_own(each.good, owners)):
            continue
        named = [each.good.select(_FILE, RECORD, pl.col(CLIENT).alias("client_id"))]
        if each.bad.height:
            named.append(each.bad.select(_FILE, RECORD, "client_id"))
        rows = pl.concat(named).join(ids, on=_FILE)
        others = rows.filter(pl.col("client_id") != pl.col("own")).unique([_FILE, RECORD], maintain_order=True)
        found += _told(each.table, others, each.rows, ("another_client", CLIENT, sentence, LEFT_OUT))
    return found


def _all_own(rows: pl.DataFrame, owners: NDArray[np.int64]) -> bool:
    """Whether every row is its file's client's."""
    return bool((rows[CLIENT].to_numpy() == owners[rows[_FILE].to_numpy()]).all())


def _spoilt(judged_table: JudgedTable, bureau: pl.DataFrame) -> pl.DataFrame:
    """The rows that were set apart, as `clients.snapshot` takes them (SPOILT), of one delivery a file.

    A balance belongs to the client of its credit; with a credit that the file does not hold it waits for another. A
    row of whom nothing tells whose it is may be that of any client of its delivery: here there is one.
    """
    bad = judged_table.bad
    of_credit = judged_table.table is BUREAU_BALANCE
    credit = pl.col(OWNER) if of_credit else pl.lit(None, pl.Int64)
    any_clients = pl.col(OWNER).is_null() if of_credit else pl.col("client_id").is_null()
    if of_credit:
        held = bureau.select(_FILE, pl.col(CREDIT).alias(OWNER))
        bad = pl.concat([bad.filter(any_clients), bad.join(held, on=[_FILE, OWNER], how="semi")])
    return bad.select(
        pl.col(_FILE).alias("client_id"),
        "table",
        pl.lit(_SEQ, pl.Int64).alias(SEQ),
        pl.when(~any_clients).then(credit).alias("credit"),
        any_clients.alias("any_clients"),
    ).unique()


@cache
def _read(table: str) -> tuple[str, ...]:
    """The columns of a table that features read, and its owner."""
    source = declared(table)
    wanted = {CLIENT, source.owner, *columns_read().get(table, ())}
    return tuple(name for name in source.stored_columns() if name in wanted)


def _place(problem: Problem) -> tuple[str, int]:
    return problem.table, problem.row
