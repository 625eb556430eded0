"""A later delivery: who comes back, with what, and what is faulty in it."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.later import write_later
from credit_scoring.synthetic.lender import generate

NEW, RETURNING, SETTLED, SEED = range(200, 280), range(100, 130), range(150, 200), 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("later")
    write_later(folder, NEW, RETURNING, SETTLED, SEED)
    return folder


def ids(clients: range) -> list[int]:
    return generate(clients, SEED)["application"][CLIENT].sort().to_list()


def test_new_clients_some_of_them_with_faulty_cells(folder: Path) -> None:
    rows = pl.read_csv(folder / "application_test.csv", infer_schema=False).filter(
        pl.col(CLIENT).cast(pl.Int64).is_in(ids(NEW))
    )
    assert rows.height == len(NEW)
    assert rows["AMT_ANNUITY"].eq("n/a").sum() == 5  # one in 15
    assert rows["AMT_INCOME_TOTAL"].null_count() == 2  # one in 40


def test_clients_who_come_back_with_an_application_alone(folder: Path) -> None:
    before = generate(RETURNING, SEED)["application"].sort(CLIENT)
    rows = pl.read_csv(folder / "application_test.csv", infer_schema=False)
    after = rows.filter(pl.col(CLIENT).cast(pl.Int64).is_in(ids(RETURNING)))
    income = (after["AMT_INCOME_TOTAL"].cast(pl.Float64) / before["AMT_INCOME_TOTAL"]).round(2)
    assert income.to_list() == [1.25, 0.8, 1.0] * 10
    changed = {"AMT_INCOME_TOTAL", "EXT_SOURCE_2"}
    same = [name for name in before.columns if name not in changed]
    assert_frame_equal(after.select(same), before.select(pl.col(same).cast(pl.String)))
    scores = before["EXT_SOURCE_2"].cast(pl.String).eq_missing(after["EXT_SOURCE_2"])
    assert scores.to_list()[0::3] == [True] * 10
    assert not scores.to_list()[2]
    assert not set(ids(RETURNING)) & set(pl.read_csv(folder / "bureau.csv")[CLIENT])


def test_outcomes_of_the_settled(folder: Path) -> None:
    outcomes = pl.read_csv(folder / "outcomes.csv")
    assert outcomes.columns == [CLIENT, "TARGET"]
    assert outcomes[CLIENT].sort().to_list() == ids(SETTLED)


def test_same_arguments_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_later(tmp_path, NEW, RETURNING, SETTLED, SEED)
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()
