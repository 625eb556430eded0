"""The lender's files: its names, its headers, the same bytes for the same seed."""

import hashlib

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from credit_scoring.errors import UsageError
from credit_scoring.schema.tables import table
from credit_scoring.synthetic.lender import generate
from credit_scoring.synthetic.writing import write

HISTORIES = {
    "bureau.csv": "bureau",
    "bureau_balance.csv": "bureau_balance",
    "previous_application.csv": "previous_application",
    "POS_CASH_balance.csv": "pos_cash_balance",
    "installments_payments.csv": "installments_payments",
    "credit_card_balance.csv": "credit_card_balance",
}


def digests(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_same_seed_same_bytes_even_over_an_earlier_lender(tmp_path):
    write(tmp_path / "a", range(120), 100, seed=5)
    write(tmp_path / "b", range(70), 20, seed=6)
    other = digests(tmp_path / "b")
    write(tmp_path / "b", range(120), 100, seed=5)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert all(other[name] != digest for name, digest in digests(tmp_path / "a").items())


def test_files_hold_the_generated_rows_under_the_lender_s_header(tmp_path):
    records = write(tmp_path, range(50, 130), 60, seed=5)
    lender = generate(range(50, 130), seed=5)
    assert set(records) == {path.name for path in tmp_path.iterdir()}
    for file, name in HISTORIES.items():
        rows = pl.read_csv(tmp_path / file, schema=table(name).polars_schema())
        assert_frame_equal(rows, lender[name])
        assert records[file] == rows.height


def test_clients_with_an_outcome_and_new_ones_go_to_their_files(tmp_path):
    records = write(tmp_path, range(100), 70, seed=5)
    assert (records["application_train.csv"], records["application_test.csv"]) == (70, 30)
    known = pl.read_csv(tmp_path / "application_train.csv", schema=table("application").polars_schema())
    lender = generate(range(100), seed=5)
    assert_frame_equal(known.drop("TARGET"), lender["application"].head(70))
    assert_frame_equal(known.select("SK_ID_CURR", "TARGET"), lender["outcomes"].head(70))
    header = (tmp_path / "application_test.csv").read_text().splitlines()[0].split(",")
    assert header == [c.name for c in table("application").columns if c.name != "TARGET"]


def test_history_and_new_clients_in_two_folders_are_disjoint(tmp_path):
    assert "application_test.csv" not in write(tmp_path / "history", range(0, 90), 90, seed=5)
    assert "application_train.csv" not in write(tmp_path / "new", range(90, 110), 0, seed=5)
    for file in HISTORIES:
        key = pl.read_csv(tmp_path / "history" / file).columns[0]
        history = set(pl.read_csv(tmp_path / "history" / file)[key])
        assert not history & set(pl.read_csv(tmp_path / "new" / file)[key]), file


def test_a_file_without_rows_still_has_one_header(tmp_path):
    records = write(tmp_path, range(997, 1_003), 3, seed=5)  # two blocks, known and new clients, few cards
    for file, count in records.items():
        lines = (tmp_path / file).read_text().splitlines()
        assert len(lines) == 1 + count, file
        assert lines[0].startswith("SK_ID_"), file


@pytest.mark.parametrize("outcomes", [-1, 11])
def test_no_more_outcomes_than_clients(tmp_path, outcomes):
    with pytest.raises(UsageError, match="cannot have an outcome"):
        write(tmp_path / "lender", range(10), outcomes, seed=5)
    assert not (tmp_path / "lender").exists()
