"""Duplicate keys in one delivery."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.intake.duplicates import deduplicate
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import Table

COLUMNS = (Column("id", Kind.IDENTIFIER, "Id"), Column("x", Kind.NUMBER, "X"))
KEYED, KEYLESS = Table("t", "Keyed", COLUMNS, key=("id",)), Table("t", "Keyless", COLUMNS)


def rows(*values: tuple[int, float | None]) -> pl.DataFrame:
    frame = pl.DataFrame(values, schema={"id": pl.Int64, "x": pl.Float64}, orient="row")
    return frame.with_columns(pl.lit("f").alias("file"), pl.Series("record", range(1, len(values) + 1), pl.Int64))


def test_copies_are_kept_once_and_conflicts_not_at_all() -> None:
    told = deduplicate(rows((1, 5.0), (2, 5.0), (1, 5.0), (3, 1.0), (3, None), (3, 1.0)), KEYED)
    assert sorted(told.kept["record"]) == [1, 2]
    assert told.repeated["record"].to_list() == [3]
    assert sorted(told.conflicting["record"]) == [4, 5, 6]


def test_without_a_key_only_copies_are_duplicates() -> None:
    told = deduplicate(rows((1, 5.0), (1, 6.0), (1, 5.0)), KEYLESS)
    assert sorted(told.kept["record"]) == [1, 2]
    assert told.repeated["record"].to_list() == [3]
    assert told.conflicting.height == 0


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([None, 0.0, 1.0])), max_size=20))
def test_no_row_is_lost_and_keys_are_unique(values: list[tuple[int, float | None]]) -> None:
    told = deduplicate(rows(*values), KEYED)
    parts = [told.kept, told.repeated, told.conflicting]
    assert sorted(pl.concat(parts)["record"]) == list(range(1, len(values) + 1))
    assert told.kept["id"].is_unique().all()
    contents = {key: {x for k, x in values if k == key} for key, _ in values}
    assert set(told.kept["id"]) == {key for key, xs in contents.items() if len(xs) == 1}
    assert set(told.conflicting["id"]) == {key for key, xs in contents.items() if len(xs) > 1}
