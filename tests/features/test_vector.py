"""Same rows, same bits, whatever order, company, chunks and threads; and what a vector is when rows are missing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.features.registry import FEATURES, fingerprint, names
from credit_scoring.features.vector import columns_read, feature_frame, matrix
from credit_scoring.schema.table import CLIENT

Rows = dict[str, pl.DataFrame]
Draw = Callable[[int, int], Rows]


def bits(frame: pl.DataFrame) -> bytes:
    return matrix(frame).tobytes()


def shuffled(tables: Rows, seed: int) -> Rows:
    return {name: frame.sample(fraction=1.0, shuffle=True, seed=seed) for name, frame in tables.items()}


def in_chunks(tables: Rows, size: int) -> Rows:
    return {
        name: pl.concat([frame.slice(start, size) for start in range(0, max(frame.height, 1), size)], rechunk=False)
        for name, frame in tables.items()
    }


def test_shape_and_order(drawn_tables: Draw) -> None:
    tables = shuffled(drawn_tables(30, 1), 1)
    frame = feature_frame(tables)
    assert frame.columns == [CLIENT, *names()]
    assert set(frame.dtypes[1:]) == {pl.Float32}
    assert frame[CLIENT].to_list() == list(range(1, 31))
    vectors = matrix(frame)
    assert vectors.shape == (30, len(FEATURES))
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert int(np.isnan(vectors).sum()) == sum(frame[name].null_count() for name in names())
    assert not np.isinf(vectors).any()


def test_every_feature_varies(drawn_tables: Draw) -> None:
    frame = feature_frame(drawn_tables(400, 2))
    flat = [name for name in names() if frame[name].drop_nulls().n_unique() < 2]
    assert flat == []


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), clients=st.integers(1, 25), size=st.integers(1, 90))
def test_order_and_chunks_do_not_matter(drawn_tables: Draw, seed: int, clients: int, size: int) -> None:
    tables = drawn_tables(clients, seed)
    expected = bits(feature_frame(tables))
    assert bits(feature_frame(shuffled(tables, seed))) == expected
    assert bits(feature_frame(in_chunks(shuffled(tables, seed + 1), size))) == expected


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), chosen=st.sets(st.integers(1, 40), min_size=1, max_size=6))
def test_company_does_not_matter(drawn_tables: Draw, seed: int, chosen: set[int]) -> None:
    tables = drawn_tables(40, seed)
    alone = {name: frame.filter(pl.col(CLIENT).is_in(list(chosen))) for name, frame in tables.items()}
    together = feature_frame(tables).filter(pl.col(CLIENT).is_in(list(chosen)))
    assert bits(feature_frame(alone)) == bits(together)


def test_other_columns_do_not_matter(drawn_tables: Draw) -> None:
    tables = drawn_tables(12, 3)
    marked = {
        name: frame.with_columns(seq=pl.lit(4), file=pl.lit("a.csv"), record=pl.int_range(pl.len()))
        for name, frame in tables.items()
    }
    assert bits(feature_frame(marked)) == bits(feature_frame(tables))


def test_only_the_columns_that_are_said_to_be_read_matter(drawn_tables: Draw) -> None:
    tables = drawn_tables(15, 8)
    read = columns_read()
    assert set(read) == set(tables)
    narrow = {name: frame.select(sorted(read[name])) for name, frame in tables.items()}
    assert bits(feature_frame(narrow)) == bits(feature_frame(tables))
    assert sum(map(len, read.values())) < sum(frame.width for frame in tables.values())


def test_absent_and_empty_histories_are_no_history(drawn_tables: Draw) -> None:
    tables = drawn_tables(8, 4)
    absent = feature_frame({"application": tables["application"]})
    emptied = {name: frame if name == "application" else frame.clear() for name, frame in tables.items()}
    assert bits(feature_frame(emptied)) == bits(absent)
    from_history = [feature.name for feature in FEATURES if feature.table != "application"]
    assert all(absent[name].null_count() == 8 for name in from_history)


def test_balances_without_their_credit_do_not_count(drawn_tables: Draw) -> None:
    tables = drawn_tables(10, 5)
    one, *_ = tables["bureau"]["SK_ID_BUREAU"].unique().sort()
    without = tables | {"bureau": tables["bureau"].filter(pl.col("SK_ID_BUREAU") != one)}
    removed = without | {"bureau_balance": tables["bureau_balance"].filter(pl.col("SK_ID_BUREAU") != one)}
    assert bits(feature_frame(without)) == bits(feature_frame(removed))
    assert bits(feature_frame(without)) != bits(feature_frame(tables))


PROGRAM = """
import hashlib, sys
import polars as pl
from credit_scoring.features.registry import fingerprint
from credit_scoring.features.vector import columns_read, feature_frame, matrix
folder = sys.argv[1]
names = sys.argv[2].split(",")
tables = {name: pl.read_parquet(f"{folder}/{name}.parquet") for name in names}
print(pl.thread_pool_size(), hashlib.sha256(matrix(feature_frame(tables)).tobytes()).hexdigest(), fingerprint())
"""


@pytest.mark.parametrize(("threads", "hash_seed"), [(1, "0"), (2, "1"), (7, "random")])
def test_threads_and_processes_do_not_matter(drawn_tables: Draw, tmp_path: Path, threads: int, hash_seed: str) -> None:
    tables = drawn_tables(600, 6)
    for name, frame in tables.items():
        frame.write_parquet(tmp_path / f"{name}.parquet")
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads), "PYTHONHASHSEED": hash_seed}
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), ",".join(tables)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = hashlib.sha256(bits(feature_frame(tables))).hexdigest()
    assert said.stdout.split() == [str(threads), expected, fingerprint()]
