"""Arrow blocks: rows of several tables that share an id meet in one task, none lost."""

import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from credit_scoring.engines.blocks import from_block, slot_of, split, to_block
from credit_scoring.engines.spark.exchange import BLOCKS, bring_together, each_slot, rows_a_batch, split_rows
from credit_scoring.storage.arrow import Frames, batches_of, record_batches, rows_block


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=50), st.integers(1, 9))
def test_every_row_has_one_slot_and_equal_ids_share_theirs(ids: list[int | None], slots: int) -> None:
    frame = pl.DataFrame({"id": ids, "row": range(len(ids))}, schema={"id": pl.Int64, "row": pl.Int64})
    batch = split([("t", "id", frame)], slots)
    parts = [from_block(block.as_buffer()) for block in batch.column("block")]
    assert sorted(row for part in parts for row in part["row"]) == list(range(len(ids)))
    owners = [set(part["id"]) for part in parts]
    assert sum(len(owner) for owner in owners) == len(set(ids))
    assert all(0 <= slot < slots for slot in batch.column("slot").to_pylist())


def test_ids_in_strides_spread_over_the_slots() -> None:
    ids = pl.DataFrame({"id": range(0, 64_000, 64)})
    counts = ids.group_by(slot_of("id", 8)).len()["len"]
    assert (len(counts), counts.min() > 80) == (8, True)


def test_the_slot_of_an_id_never_changes() -> None:
    """Tables that were split by one release meet rows that were split by another."""
    ids = pl.DataFrame({"id": [100_001, 100_002, 0, None]}, schema={"id": pl.Int64})
    assert ids.select(slot_of("id", 1000)).to_series().to_list() == [234, 338, 0, 0]


def test_frames_come_back_as_they_were() -> None:
    frame = pl.DataFrame({"a": [1, None], "b": ["é", None], "c": [[1.5], None]})
    assert from_block(to_block(frame)).equals(frame)


def test_arrow_batches_have_the_types_that_spark_takes() -> None:
    frame = pl.DataFrame({"s": ["a"], "l": [["a"]], "r": [[{"x": "a", "y": 1}]]})
    (batch,) = record_batches(frame)
    fields = pa.struct([("x", pa.string()), ("y", pa.int64())])
    assert batch.schema.types == [pa.string(), pa.list_(pa.string()), pa.list_(fields)]


def test_a_block_of_rows_gives_spark_the_batches_that_the_frame_would() -> None:
    frame = pl.DataFrame({"s": ["a", None] * 40_000, "l": [["é"], None] * 40_000})
    batches = list(batches_of(pa.py_buffer(rows_block(frame))))
    assert [batch.num_rows for batch in batches] == [65_536, 14_464]
    assert batches == list(record_batches(frame))


def _sums(frames: Frames) -> list[pa.RecordBatch]:
    clients = set(frames["a"]["id"]) | set(frames["b"]["id"]) if len(frames) == 2 else set()
    together = [(c, frames["a"].filter(id=c)["x"].sum(), frames["b"].filter(id=c)["x"].sum()) for c in sorted(clients)]
    frame = pl.DataFrame(together, schema={"id": pl.Int64, "a": pl.Int64, "b": pl.Int64}, orient="row")
    return list(record_batches(frame))


def test_two_tables_meet_by_id_in_spark(spark: SparkSession) -> None:
    a = spark.range(100).selectExpr("id % 20 AS id", "id AS x").repartition(3)
    b = spark.range(60).selectExpr("id % 20 AS id", "1L AS x").repartition(2)
    with rows_a_batch(spark, 7):
        blocks = [
            frame.mapInArrow(split_rows(label, "id", 5, rows_per_block=10), BLOCKS)
            for label, frame in (("a", a), ("b", b))
        ]
        together = bring_together(blocks, 2).mapInArrow(each_slot(_sums), "id BIGINT, a BIGINT, b BIGINT")
        found = {row.id: (row.a, row.b) for row in together.collect()}
    assert found == {i: (sum(range(i, 100, 20)), 3) for i in range(20)}
