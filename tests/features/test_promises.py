"""Improving a promised raw value moves every feature to its safer side, or not at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from credit_scoring.features import promises
from credit_scoring.features.feature import Risk
from credit_scoring.features.fingerprint import raw_columns
from credit_scoring.features.promises import PROMISES, Promise, moves
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.tables import TABLES
from credit_scoring.synthetic.lender import known

Rows = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def generated() -> Rows:
    return known(range(1000), 9)


@pytest.fixture(scope="module")
def sources(generated: Rows, drawn_tables: Callable[[int, int], Rows]) -> list[tuple[Rows, np.ndarray]]:
    """Generated and drawn rows, each with its vectors."""
    return [(tables, matrix(feature_frame(tables))) for tables in (generated, drawn_tables(500, 4))]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_features_move_to_the_safer_side_as_their_signs_say_or_not_at_all(
    promise: Promise, sources: list[tuple[Rows, np.ndarray]]
) -> None:
    signs = np.array([promise.sign(feature) for feature in FEATURES])
    assert all(sign in (0, -feature.risk.constraint) for sign, feature in zip(signs, FEATURES, strict=True))
    moved = 0
    for tables, before in sources:
        found = moves(promise, tables, before)
        assert found.wrong == {}
        direction = np.nan_to_num(np.sign(found.vectors[found.promised] - before[found.promised]))
        assert np.isin(direction * signs, (0, 1)).all()
        assert not direction[:, signs == 0].any()
        moved += int(found.promised.sum())
    assert moved > 25


def test_what_a_feature_reads_is_found_behind_its_steps() -> None:
    by_name = {feature.name: raw_columns(feature) for feature in FEATURES}
    assert by_name["credit_to_income"] == {("application", "AMT_CREDIT"), ("application", "AMT_INCOME_TOTAL")}
    assert ("application", "AMT_ANNUITY") in by_name["implied_term"]
    assert by_name["installments_days_late_max"] == {
        ("installments_payments", "DAYS_ENTRY_PAYMENT"),
        ("installments_payments", "DAYS_INSTALMENT"),
    }
    assert ("bureau", "AMT_CREDIT_SUM_DEBT") in by_name["bureau_debt_to_income"]


def test_no_feature_reads_a_protected_column() -> None:
    protected = {(table.name, column.name) for table in TABLES for column in table.columns if column.protected}
    assert not protected & {column for feature in FEATURES for column in raw_columns(feature)}


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
