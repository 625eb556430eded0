"""What nobody foresaw is a sentence, and holds nothing of a client, wherever it happened."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

import canary
from credit_scoring.cli import main
from credit_scoring.cli.ending import unforeseen
from credit_scoring.commands import deliveries
from credit_scoring.engines.spark.tasks import Batches, without_values
from credit_scoring.errors.faults import POINTS_DO_NOT_ADD_UP
from credit_scoring.settings import TRACE

CELL = canary.VALUES[0]
Task = Callable[[Batches], Iterator[pa.RecordBatch]]


@pytest.fixture
def intake(tmp_path: Path) -> Callable[[], Result]:
    """Runs `credit-scoring intake` on a lender of the test's own."""
    (tmp_path / "conf.yml").write_text("home: home\n")
    (tmp_path / "home" / "landing").mkdir(parents=True)
    return lambda: CliRunner().invoke(main, ["intake", "--conf", str(tmp_path / "conf.yml"), "--quiet"])


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(settings: object) -> None:
        raise error

    monkeypatch.setattr(deliveries, "intake", fail)


def test_an_error_of_a_library_is_told_by_kind_and_place_and_not_by_its_text(
    intake: Callable[[], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, ValueError(f"cannot convert {CELL}"))
    ended = intake()
    assert ended.exit_code == 1
    assert ended.stderr.startswith(
        "Something failed that nobody foresaw: ValueError (at credit_scoring/cli/deliveries.py"
    )
    assert ended.stderr.rstrip().endswith("[failed-unforeseen]")
    assert CELL not in ended.output + ended.stderr
    monkeypatch.setenv(TRACE, "1")
    assert isinstance(intake().exception, ValueError)


def test_what_the_system_lacks_is_named(intake: Callable[[], Result], monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/mnt/tables"))
    ended = intake()
    assert ended.exit_code == 7
    assert ended.stderr.startswith("/mnt/tables cannot be written to: No space left on device.")


def test_tables_that_cannot_be_written_are_a_sentence(intake: Callable[[], Result], tmp_path: Path) -> None:
    """A file stands where the folder of the tables is to be."""
    (tmp_path / "home" / "tables").write_text("")
    ended = intake()
    assert ended.exit_code == 7
    assert ended.stderr.startswith(f"{tmp_path / 'home' / 'tables'} cannot be written to: Not a directory.")


def rows_that_fail() -> Task:
    """An error of polars that quotes a cell. Made in a function, so that it needs no import of this test's."""

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            pl.from_arrow(batch).select(pl.col("cell").str.to_integer())
            yield batch

    return run


def points_that_fail() -> Task:
    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch
            raise POINTS_DO_NOT_ADD_UP()

    return run


def test_spark_is_told_of_no_cell_by_a_task_that_fails(spark: SparkSession) -> None:
    cells = spark.createDataFrame([(f"x{CELL}",)], "cell STRING")
    with pytest.raises(Exception, match="integer parsing") as told:
        cells.mapInArrow(rows_that_fail(), "cell STRING").collect()
    assert CELL in str(told.value)
    with pytest.raises(Exception, match="TaskFailed") as quiet:
        cells.mapInArrow(without_values(rows_that_fail()), "cell STRING").collect()
    assert "polars.exceptions.ComputeError" in str(quiet.value)
    assert "test_unforeseen.py:" in str(quiet.value)
    assert CELL not in str(quiet.value)
    sentence = str(unforeseen(quiet.value))
    assert "foresaw: polars.exceptions.ComputeError in a task of Spark's (at test_unforeseen.py:" in sentence


def test_an_error_of_ours_in_a_task_keeps_its_sentence(spark: SparkSession) -> None:
    rows = spark.range(1).mapInArrow(without_values(points_that_fail()), "id BIGINT")
    with pytest.raises(Exception, match="points-do-not-add-up") as raised:
        rows.collect()
    assert str(unforeseen(raised.value)) == str(POINTS_DO_NOT_ADD_UP())
