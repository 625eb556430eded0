"""One client's file scored when it is asked for: the very bits of the batch, the same reasons against the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.clients.snapshot import case_matrix, snapshot
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import SOURCES
from credit_scoring.scoring.on_the_fly.client_file import COLUMNS, ClientFile, misshapes
from credit_scoring.scoring.on_the_fly.judging import EMPTIED, LEFT_OUT, NO_EFFECT, judge
from credit_scoring.scoring.on_the_fly.score import score_files, vectors
from credit_scoring.scoring.rows import RunMetadata, score_rows
from credit_scoring.synthetic.dirt import LEDGER
from credit_scoring.synthetic.lender import generate
from credit_scoring.synthetic.writing import NEW, write
from dirt.conftest import TakenIn
from dirt.examples import examples
from drawn_model import drawn_model

STAMP = RunMetadata(datetime(2024, 5, 1, tzinfo=UTC), 1, "code", "run")
SEED = 21
CLIENTS = 100


@pytest.fixture(scope="module")
def judge_of_scores() -> Scorer:
    return scorer(drawn_model(1))


def batch(taken: TakenIn, model: Scorer) -> dict[int, tuple[dict[str, object], bytes]]:
    """client -> its row of score_history and its vector, by what the batch's tasks run."""
    applied = taken.table("application").select(pl.col(CLIENT).alias("client_id")).unique()
    if applied.is_empty():
        return {}
    cohort = applied.with_columns(as_of=pl.lit(1, pl.Int64), delivery=pl.lit(""))
    found = snapshot({source.name: taken.table(source.name) for source in SOURCES}, taken.spoilt(), cohort, SOURCES)
    matrix = case_matrix(found)
    rows = score_rows(found.cases, matrix, model, STAMP).to_pylist()
    return {row["client_id"]: (row, vector.tobytes()) for row, vector in zip(rows, matrix, strict=True)}


def files_of_typed(rows: Mapping[str, pl.DataFrame]) -> dict[int, ClientFile]:
    """client -> its rows, with numbers as JSON has them."""
    owners = rows["bureau"].select("SK_ID_BUREAU", CLIENT)
    with_client = {**rows, "bureau_balance": rows["bureau_balance"].join(owners, on="SK_ID_BUREAU")}
    by_table = {name: with_client[name].partition_by(CLIENT, as_dict=True) for name in COLUMNS}
    return {
        client: {
            name: parts[client,].select(COLUMNS[name]).to_dicts()
            for name, parts in by_table.items()
            if (client,) in parts
        }
        for client in rows["application"][CLIENT].to_list()
    }


def sent_as_text(files: Mapping[str, bytes]) -> ClientFile:
    """CSV files of one client as rows of texts."""
    table_of = {name.lower().split(".")[0]: name for name in files}
    return {
        table: list(csv.DictReader(io.StringIO(files[table_of[key]].decode(), newline="")))
        for table in COLUMNS
        for key in ([table] if table != "application" else [NEW.split(".")[0]])
        if key in table_of
    }


def same_bits(one: object, other: object) -> bool:
    """Equal to the bit: reprs of floats are exact."""
    return repr(one) == repr(other)


def test_a_hundred_clients_have_the_bits_of_the_batch(take_in, files_of, judge_of_scores: Scorer) -> None:
    expected = batch(take_in(files_of(range(CLIENTS), SEED)), judge_of_scores)
    files = files_of_typed(generate(range(CLIENTS), SEED))
    assert len(expected) == len(files) == CLIENTS
    assert not [wrong for file in files.values() for wrong in misshapes(file)]
    together = score_files(list(files.values()), judge_of_scores)
    alone = [score_files([file], judge_of_scores)[0] for file in list(files.values())[:12]]
    found = judge(list(files.values()))
    differ = 0
    for client, vector in zip(files, vectors(found), strict=True):
        differ += vector.tobytes() != expected[client][1]
    for client, scored in [*zip(files, together, strict=True), *zip(files, alone, strict=False)]:
        row, _ = expected[client]
        assert scored.score is not None
        differ += not same_bits(scored.score, {name: row[name] for name in scored.score})
    assert differ == 0


def reasons(taken: TakenIn) -> list[tuple[str, int, str, str, str]]:
    """table, place, column, rule, sentence of all that the delivery has in quarantine."""
    return sorted(
        (row["table"], row["record"] - 1, each["column"], each["rule"], each["sentence"])
        for row in taken.quarantined().iter_rows(named=True)
        for each in row["reasons"]
    )


def emptied(taken: TakenIn) -> list[tuple[str, int, str]]:
    return sorted(
        (name, row["record"] - 1, column)
        for (_, name), frame in taken.rows.items()
        for row in frame.iter_rows(named=True)
        for column in row["made_missing"] or []
    )


def without_ragged(data: bytes) -> bytes:
    """The CSV without records of another width: no JSON says them."""
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *(row for row in rows if len(row) == len(header))])
    return out.getvalue().encode()


@examples(25)
@given(client=st.integers(0, 60), seed=st.integers(0, 1000), rate=st.sampled_from([0.05, 0.2, 0.6]))
def test_a_dirty_file_is_what_it_is_in_a_delivery(
    take_in: Callable[..., TakenIn], tmp_path_factory, judge_of_scores: Scorer, client: int, seed: int, rate: float
) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    write(folder, range(client, client + 1), 0, seed, dirt=rate)
    files = {path.name: without_ragged(path.read_bytes()) for path in folder.iterdir() if path.name != LEDGER}
    taken = take_in(files)
    expected = batch(taken, judge_of_scores)
    sent = sent_as_text(files)
    (scored,) = score_files([sent], judge_of_scores)
    said = scored.judged.problems
    left_out = sorted((p.table, p.row, p.column, p.rule, p.sentence) for p in said if p.effect == LEFT_OUT)
    assert [each for each in left_out if each[3] != "another_client"] == reasons(taken)
    assert sorted((p.table, p.row, p.column) for p in said if p.effect == EMPTIED) == emptied(taken)
    repeated = sum(counts.duplicates for counts in taken.account.files)
    assert len([p for p in said if p.rule == "repeated" and p.effect == NO_EFFECT]) == repeated
    if scored.score is None:
        assert not expected or any(p.rule == "another_client" for p in said)
    else:
        (row, bits) = expected[scored.score["client_id"]]
        assert same_bits(scored.score, {name: row[name] for name in scored.score})
        assert vectors(judge([sent]))[0].tobytes() == bits


def test_files_that_name_the_same_ids_do_not_meet(judge_of_scores: Scorer) -> None:
    one, other = list(files_of_typed(generate(range(2), SEED)).values())
    own = {CLIENT: one["application"][0][CLIENT]}
    renamed = {name: [row | own if CLIENT in row else row for row in rows] for name, rows in other.items()}
    apart = [score_files([file], judge_of_scores)[0] for file in (one, renamed, one)]
    together = score_files([one, renamed, one], judge_of_scores)
    assert [each.score for each in together] == [each.score for each in apart]
    assert [each.judged for each in together] == [each.judged for each in apart]
    assert apart[0].score != apart[1].score


def minimal(**changes: object) -> dict[str, list[dict[str, object]]]:
    row = {CLIENT: 1, "AMT_INCOME_TOTAL": 1e5, "AMT_CREDIT": 3e5, "DAYS_BIRTH": -12000} | changes
    return {"application": [row]}


@pytest.mark.parametrize(
    ("sent", "where", "kind"),
    [
        ([], (), "not_an_object"),
        ({}, ("application",), "missing"),
        (minimal() | {"loans": []}, ("loans",), "unknown_table"),
        (minimal() | {"bureau": {}}, ("bureau",), "not_a_list"),
        (minimal() | {"bureau": [3]}, ("bureau", 0), "not_an_object"),
        (minimal(TARGET=1), ("application", 0, "TARGET"), "unknown_column"),
        (minimal(CNT_CHILDREN=True), ("application", 0, "CNT_CHILDREN"), "not_a_cell"),
        (minimal(OCCUPATION_TYPE="\ud800"), ("application", 0, "OCCUPATION_TYPE"), "not_text"),
    ],
)
def test_what_is_no_client_file_is_told_where(sent: object, where: tuple[object, ...], kind: str) -> None:
    assert [(wrong.where, wrong.kind) for wrong in misshapes(sent)] == [(where, kind)]


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"AMT_CREDIT": None}, "AMT_CREDIT", "missing"),
        ({"AMT_CREDIT": float("inf")}, "AMT_CREDIT", "not_legitimate"),
        ({"AMT_CREDIT": 10**400}, "AMT_CREDIT", "not_legitimate"),
        ({CLIENT: 1.5}, CLIENT, "not_legitimate"),
    ],
)
def test_nobody_is_scored_without_a_usable_application(
    judge_of_scores: Scorer, changes: dict[str, object], column: str, rule: str
) -> None:
    (scored,) = score_files([minimal(**changes)], judge_of_scores)
    assert scored.score is None
    assert [(p.row, p.column, p.rule, p.effect) for p in scored.judged.problems] == [(0, column, rule, LEFT_OUT)]


def test_a_text_over_a_lines_end_is_set_apart_as_in_a_file(judge_of_scores: Scorer) -> None:
    (scored,) = score_files([minimal(ORGANIZATION_TYPE="Bank\nSchool")], judge_of_scores)
    assert scored.score is None
    assert [(p.row, p.rule) for p in scored.judged.problems] == [(0, "line_end")]


def test_rows_of_another_client_make_the_file_nobodys(judge_of_scores: Scorer) -> None:
    file = minimal() | {"bureau": [{CLIENT: 2, "SK_ID_BUREAU": 5, "DAYS_CREDIT": -3}]}
    (scored,) = score_files([file], judge_of_scores)
    assert scored.score is None
    assert [(p.table, p.row, p.rule) for p in scored.judged.problems] == [("bureau", 0, "another_client")]


def test_a_balance_of_a_credit_that_is_not_there_changes_nothing(judge_of_scores: Scorer) -> None:
    stray = minimal() | {"bureau_balance": [{"SK_ID_BUREAU": 5, "MONTHS_BALANCE": -1, "STATUS": "0"}]}
    with_it, without = score_files([stray, minimal()], judge_of_scores)
    assert with_it.score == without.score
    assert [(p.table, p.rule, p.effect) for p in with_it.judged.problems] == [
        ("bureau_balance", "credit_unknown", NO_EFFECT)
    ]
