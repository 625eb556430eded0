"""Text cells to typed rows: which cells are legitimate, what becomes missing, what makes a row unusable, and why."""

import polars as pl
import pytest

from credit_scoring.intake.casting import Cast, cast
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import Rule, Table

TABLE = Table(
    "t",
    "A table",
    columns=(
        Column("id", Kind.IDENTIFIER, "Id", required=True, low=1),
        Column("income", Kind.NUMBER, "Income", required=True, low=0, high=1e9),
        Column("days", Kind.WHOLE, "Days", low=-100, high=0, sentinels={365243: "pensioner"}),
        Column("kind", Kind.CATEGORY, "Kind", vocabulary=("A", "B"), sentinels={"XNA": "unknown"}),
    ),
    rules=(
        Rule(
            "no_rich_child",
            "days and income must fit",
            "jours et revenu doivent concorder",
            ("days", "income"),
            pl.col("days") * -1 > pl.col("income"),
        ),
    ),
)


def of(*rows: tuple[str | None, ...]) -> Cast:
    names = [column.name for column in TABLE.columns]
    cells = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return cast(cells.with_columns(pl.Series("record", range(1, len(rows) + 1), pl.Int64)), TABLE)


def test_good_cells_are_typed() -> None:
    good = of(("7", "15.5", "-3.0", "A"), ("8", "1e3", "365243", "XNA"), ("9", "0", None, None)).good
    assert good.select("id", "income", "days", "kind", "made_missing").rows() == [
        (7, 15.5, -3, "A", None),
        (8, 1000.0, 365243, "XNA", None),
        (9, 0.0, None, None, None),
    ]


@pytest.mark.parametrize(
    "cell", ["1e400", "NaN", "inf", "-inf", "0x1p3", " 1", "1 ", "1,5", "1_000", "--1", "١", "", "1e"]
)
def test_what_is_not_a_finite_plain_number_is_not_one(cell: str) -> None:
    done = of(("1", cell or None, None, None))
    assert done.good.height == 0
    (reason,) = done.bad["reasons"].to_list()[0]
    assert reason["column"] == "income"
    assert reason["rule"] == ("missing" if cell == "" else "not_legitimate")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("days", "-101"),
        ("days", "1"),
        ("days", "-1.5"),
        ("days", "9999999999"),
        ("days", "x"),
        ("kind", "C"),
        ("kind", "a"),
    ],
)
def test_an_optional_cell_that_is_not_legitimate_becomes_missing(column: str, cell: str) -> None:
    done = of(tuple({"id": "1", "income": "500", "days": None, "kind": None, column: cell}.values()))
    row = done.good.row(0, named=True)
    assert row[column] is None
    assert row["made_missing"] == [column]


def test_a_row_says_all_that_is_wrong_with_it() -> None:
    done = of(("x", None, "-3", "A"), ("2", "1", "-50", "A"), ("3", "1", "-1", "A"))
    assert done.good["id"].to_list() == [3]
    assert done.bad.rows() == [
        (
            1,
            [
                {
                    "rule": "not_legitimate",
                    "column": "id",
                    "sentence": "id must be an identifier (a whole number) of at least 1",
                },
                {"rule": "missing", "column": "income", "sentence": "income must not be empty"},
            ],
        ),
        (2, [{"rule": "no_rich_child", "column": "days, income", "sentence": "days and income must fit"}]),
    ]


def test_no_rows_are_no_rows() -> None:
    done = of()
    assert (done.good.height, done.bad.height) == (0, 0)
