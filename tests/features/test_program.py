"""Programs say what polars says of the declared expressions, to the bit: of whole clients, and by operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_scoring.features import cleaned, per_client
from credit_scoring.features.application import STEPS
from credit_scoring.features.kernel import GROUPS, ROWS
from credit_scoring.features.program import LEVELS, Columns, Writer, numbers
from credit_scoring.features.reasons import Reason
from credit_scoring.features.registry import FEATURES, names
from credit_scoring.features.rows import Rows as History
from credit_scoring.features.statements import STATEMENTS, stated
from credit_scoring.features.steps import Merge
from credit_scoring.features.vector import aggregates, application_vectors, client_vectors, feature_frame, matrix
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.lender import known

Rows = dict[str, pl.DataFrame]


def of_history(rows: History, expressions: dict[str, pl.Expr], tables: Rows) -> pl.DataFrame:
    """The aggregates of a history by polars' own group_by."""
    columns = rows.needs(expressions.values())
    found = tables[rows.table.name].lazy().select(columns)
    if rows.only_with is not None:
        other, key = rows.only_with
        found = found.join(tables[other].lazy().select(CLIENT, key), on=[CLIENT, key], how="semi")
    found = found.sort(columns, nulls_last=True)
    for step in rows.steps:
        if isinstance(step, Merge):
            found = found.group_by(CLIENT, *step.keys, maintain_order=True).agg(**step.columns)
        else:
            found = found.with_columns(**step.columns)
    return found.group_by(CLIENT, maintain_order=True).agg(**expressions).collect(engine="in-memory")


def by_polars(tables: Rows) -> bytes:
    """The vectors of clients by polars alone."""
    clients = tables["application"].lazy()
    for step in STEPS:
        clients = clients.with_columns(**step.columns)
    for rows, expressions in aggregates().items():
        clients = clients.join(of_history(rows, expressions, tables).lazy(), on=CLIENT, how="left")
    values = clients.sort(CLIENT).select(f.value.expression.cast(pl.Float32).alias(f.name) for f in FEATURES)
    vectors = values.collect().to_numpy()
    return np.where(np.isfinite(vectors), vectors, np.float32(np.nan)).tobytes()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_vectors_of_a_lender_are_those_of_polars(seed: int) -> None:
    tables = known(range(1_000 * seed, 1_000 * seed + 700), seed)
    assert client_vectors(tables)[1].tobytes() == by_polars(tables)


@pytest.mark.parametrize(("clients", "seed"), [(1_500, 21), (60, 22), (2, 23)])
def test_vectors_of_drawn_rows_are_those_of_polars(
    drawn_tables: Callable[[int, int], Rows], clients: int, seed: int
) -> None:
    tables = drawn_tables(clients, seed)
    assert client_vectors(tables)[1].tobytes() == by_polars(tables)


def test_blocks_of_clients_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = known(range(200), 4)
    expected = client_vectors(tables)[1].tobytes()
    monkeypatch.setattr(per_client, "BLOCK_ROWS", 7)
    assert client_vectors(tables)[1].tobytes() == expected


def test_a_table_whose_rows_are_nobodys_is_no_history() -> None:
    tables = known(range(30), 5)
    others = tables["bureau_balance"].with_columns(pl.col("SK_ID_BUREAU") + 10**12)
    without = {name: rows for name, rows in tables.items() if name != "bureau_balance"}
    expected = client_vectors(without)[1].tobytes()
    assert client_vectors(tables | {"bureau_balance": others})[1].tobytes() == expected


def test_some_features_of_the_application_alone() -> None:
    tables = known(range(300), 6)
    _, whole = client_vectors(tables)
    places = [i for i, f in enumerate(FEATURES) if f.name in ("income", "credit_to_income", "age", "education")]
    alone = application_vectors(tables["application"], tuple(FEATURES[i] for i in places))
    assert alone[:, places].tobytes() == whole[:, places].tobytes()
    assert np.isnan(np.delete(alone, places, axis=1)).all()


def test_choices_of_statements_are_those_of_polars(drawn_tables: Callable[[int, int], Rows]) -> None:
    frame = feature_frame(drawn_tables(800, 7))
    chosen = frame.select(s.chosen.fill_null(False).alias(str(i)) for i, s in enumerate(STATEMENTS)).to_numpy()
    made = stated(matrix(frame), names(), list(Reason), np.zeros((frame.height, len(Reason))))
    for k, reason in enumerate(Reason):
        tried = [i for i, s in enumerate(STATEMENTS) if s.reason is reason]
        admitted = np.array([[s.side.admits(np.zeros(1))[0] for s in STATEMENTS if s.reason is reason]])
        assert (made[:, k] == tried[0] + (chosen[:, tried] & admitted).argmax(axis=1)).all()


CELLS = st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5]), st.floats(-1e6, 1e6))
A, B, C, T = (pl.col(name) for name in "abct")
OF_ROWS = {
    "arithmetic": (A + B) * C - A / B,
    "divided by a constant": A * 12 / 365.25,
    "a constant divided": 2.0 / (A + 1.0),
    "power": A.abs().pow(2.0 / (B.abs() + 1.0)),
    "logarithm": A.log(),
    "exponential": (A / 1e5).exp(),
    "comparisons": pl.when((A > B) & (B >= C) | (C < A) | (A == C)).then(A).otherwise(B),
    "unknown truth": ((A > 0) | (B > 0)).cast(pl.Float64) + ((A > 0) & (C > 0)).fill_null(True).cast(pl.Float64),
    "not": pl.when(~(A > B)).then(C),
    "bounds": A.clip(lower_bound=0.0) + B.clip(upper_bound=1.0) + C.clip(-1, 1),
    "missing": A.is_null().cast(pl.Float64) + 2.0 * B.is_not_null().cast(pl.Float64) + C.fill_null(7.0),
    "of several": pl.min_horizontal(A, B, C) + pl.max_horizontal(A, B) + pl.sum_horizontal(A, C) + pl.coalesce(A, B),
    "text": pl.when(T == "Cash loans").then(A).otherwise(B),
    "position of a text": cleaned.code(APPLICATION, "NAME_EDUCATION_TYPE"),
}
OF_GROUPS = {
    "sum": A.sum(),
    "mean": A.mean(),
    "largest": A.max(),
    "smallest": A.min(),
    "latest": A.drop_nulls().last(),
    "count": pl.len().cast(pl.Float64),
    "any": (A > 0).any().cast(pl.Float64),
    "count of those that": (A > B).sum().cast(pl.Float64),
    "from the mean": ((A - A.mean()) * B).sum(),
    "of two sums": pl.when(B.sum() > 0).then((A * B).sum() / B.sum()),
}
ROWS_OF = st.lists(
    st.tuples(st.integers(0, 3), CELLS, CELLS, CELLS, st.sampled_from([None, "Cash loans", "Revolving loans", "x"])),
    min_size=1,
    max_size=12,
)


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    schema = {"g": pl.Int64, "a": pl.Float64, "b": pl.Float64, "c": pl.Float64, "t": pl.String}
    levels = APPLICATION.column("NAME_EDUCATION_TYPE").vocabulary
    texts = pl.Series("NAME_EDUCATION_TYPE", [(*levels, None, "y")[i % 7] for i in range(len(rows))])
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(texts).sort("g", maintain_order=True)


def _run(frame: pl.DataFrame, level: int, expressions: dict[str, pl.Expr]) -> Columns:
    program = Writer(frame.columns).program(level, expressions)
    starts = [0, *(i for i in range(1, frame.height) if frame["g"][i] != frame["g"][i - 1]), frame.height]
    return program.run(numbers(frame, frame.columns), np.array(starts, np.int64))


def _same(found: Columns, expected: pl.DataFrame) -> None:
    for i, name in enumerate(found.names):
        column = expected[name].cast(pl.Float64)
        assert found.known[i].tolist() == column.is_not_null().to_list(), name
        values, there = column.to_numpy(), found.known[i]
        assert np.array_equal(found.values[i][there], values[there], equal_nan=True), name


@settings(max_examples=60)
@given(rows=ROWS_OF)
def test_operations_on_rows(rows: list[tuple[object, ...]]) -> None:
    frame = _frame(rows)
    _same(_run(frame, ROWS, OF_ROWS), frame.lazy().select(**OF_ROWS).collect())


@settings(max_examples=60)
@given(rows=ROWS_OF)
def test_operations_on_groups(rows: list[tuple[object, ...]]) -> None:
    frame = _frame([*rows, (9, 1.0, 1.0, 1.0, None)])  # of one group alone polars adds up in another order
    expected = frame.lazy().sort("g", maintain_order=True).group_by("g", maintain_order=True).agg(**OF_GROUPS)
    _same(_run(frame, GROUPS, OF_GROUPS), expected.collect())


@pytest.mark.parametrize("length", [1, 127, 128, 129, 255, 256, 300, 640, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_long_sums_have_the_bits_of_polars(length: int, missing: float) -> None:
    random = np.random.default_rng(length)
    values = pl.Series("a", random.lognormal(8, 2, 2 * length)).set(
        pl.Series(random.random(2 * length) < missing), None
    )
    frame = pl.DataFrame({"g": np.repeat([1, 2], length), "a": values}).with_columns(pl.col("g").set_sorted())
    of = {"sum": A.sum(), "mean": A.mean()}
    _same(_run(frame, GROUPS, of), frame.group_by("g", maintain_order=True).agg(**of))


def test_an_operation_that_nobody_taught_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="does not know the operation"):
        Writer(["a"]).program(ROWS, {"x": A.cum_sum()})


def test_every_declared_text_is_a_number() -> None:
    assert len(set(LEVELS)) == len(LEVELS)
    assert {"Cash loans", "XNA", "Approved"} <= set(LEVELS)
