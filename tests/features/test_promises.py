"""Improving a promised raw value moves every feature to its safer side, or not at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from credit_scoring.features import promises
from credit_scoring.features.feature import Risk
from credit_scoring.features.promises import PROMISES, Promise, moves
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.synthetic.known import known

Rows = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def generated() -> Rows:
    return known(range(2000), 9)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_no_feature_moves_to_the_riskier_side_or_without_a_declared_risk(
    promise: Promise, generated: Rows, drawn_tables: Callable[[int, int], Rows]
) -> None:
    moved = 0
    for tables in (generated, drawn_tables(1000, 4)):
        before = matrix(feature_frame(tables))
        found = moves(promise, tables, before)
        assert found.wrong == {}
        moved += int(found.promised.sum())
    assert moved > 50


def test_a_feature_on_the_wrong_side_is_found(generated: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    (income,) = (promise for promise in PROMISES if promise.name == "income")
    turned = {"income": Risk.RISES, "annuity_to_income": Risk.UNKNOWN}
    features = [dataclasses.replace(f, risk=turned[f.name]) if f.name in turned else f for f in FEATURES]
    monkeypatch.setattr(promises, "FEATURES", features)
    found = moves(income, generated, matrix(feature_frame(generated)))
    assert set(found.wrong) == set(turned)


def test_a_move_from_missing_is_not_promised(generated: Rows) -> None:
    stated = Promise("stated", "an income that is stated", "application", {"AMT_INCOME_TOTAL": pl.lit(1e5)})
    rows = generated["application"].with_columns(
        AMT_INCOME_TOTAL=pl.when(pl.col("SK_ID_CURR") % 2 == 0).then(pl.col("AMT_INCOME_TOTAL"))
    )
    tables = {**generated, "application": rows}
    promised = moves(stated, tables, matrix(feature_frame(tables))).promised
    even = rows.sort("SK_ID_CURR")["SK_ID_CURR"].to_numpy() % 2 == 0
    assert promised[even].all()
    assert not np.any(promised[~even])
