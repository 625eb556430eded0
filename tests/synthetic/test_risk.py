"""The risk drives the outcome through several tables: a model learns it, and learns more from the histories."""

import lightgbm
import numpy as np
import polars as pl
import pytest
from polars import col
from sklearn.metrics import roc_auc_score

from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table
from credit_scoring.synthetic.lender import generate

CLIENTS, TRAINED_ON = 16_000, 11_000
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 12,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
}


@pytest.fixture(scope="module")
def lender():
    return generate(range(CLIENTS), seed=11)


def application_numbers(rows):
    declared = [c for c in table("application").columns if c.kind is not Kind.CATEGORY and not c.protected]
    scores = [f"EXT_SOURCE_{n}" for n in (1, 2, 3)]
    return rows.select(
        *(c.name for c in declared if not c.optional_column),
        burden=col("AMT_ANNUITY") / col("AMT_INCOME_TOTAL"),
        credit_to_annuity=col("AMT_CREDIT") / col("AMT_ANNUITY"),
        mean_score=pl.mean_horizontal(scores),
    )


def with_histories(rows, lender):
    on_cards = col("CREDIT_TYPE") == "Credit card"
    bureau = (
        lender["bureau"]
        .group_by(CLIENT)
        .agg(
            owed=col("AMT_CREDIT_SUM_DEBT").sum() / col("AMT_CREDIT_SUM").sum(),
            active=(col("CREDIT_ACTIVE") == "Active").sum(),
            owed_on_cards=col("AMT_CREDIT_SUM_DEBT").filter(on_cards).sum()
            / col("AMT_CREDIT_SUM").filter(on_cards).sum(),
        )
    )
    months = lender["bureau_balance"].join(lender["bureau"].select(CLIENT, "SK_ID_BUREAU"), on="SK_ID_BUREAU")
    late_months = months.group_by(CLIENT).agg(late_months=col("STATUS").is_in(["1", "2", "3", "4", "5"]).mean())
    previous = (
        lender["previous_application"].group_by(CLIENT).agg(refused=(col("NAME_CONTRACT_STATUS") == "Refused").mean())
    )
    days_late = col("DAYS_ENTRY_PAYMENT") - col("DAYS_INSTALMENT")
    paid = lender["installments_payments"].group_by(CLIENT).agg(late=(days_late > 0).mean(), worst=days_late.max())
    use = col("AMT_BALANCE") / col("AMT_CREDIT_LIMIT_ACTUAL")
    cards = lender["credit_card_balance"].group_by(CLIENT).agg(use=use.mean())
    for history in (bureau, late_months, previous, paid, cards):
        rows = rows.join(history, on=CLIENT, how="left", maintain_order="left")
    return rows


def auc(rows, outcome):
    inputs = rows.drop(CLIENT).to_numpy().astype(np.float64)
    data = lightgbm.Dataset(inputs[:TRAINED_ON], outcome[:TRAINED_ON])
    model = lightgbm.train(PARAMETERS, data, num_boost_round=150)
    return roc_auc_score(outcome[TRAINED_ON:], model.predict(inputs[TRAINED_ON:]))


def test_a_model_learns_and_the_histories_teach_it_more(lender):
    outcome = lender["outcomes"]["TARGET"].to_numpy()
    alone = application_numbers(lender["application"])
    auc_alone, auc_all = auc(alone, outcome), auc(with_histories(alone, lender), outcome)
    assert 0.66 < auc_alone < 0.75
    assert 0.73 < auc_all < 0.81
    assert auc_all - auc_alone > 0.025


@pytest.mark.parametrize("column", ["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "AMT_INCOME_TOTAL"])
def test_what_should_be_safer_is(lender, column):
    rows = lender["application"].join(lender["outcomes"], on=CLIENT).drop_nulls(column)
    low, high = rows[column].quantile(0.25), rows[column].quantile(0.75)
    worst = rows.filter(col(column) <= low)["TARGET"].mean()
    best = rows.filter(col(column) >= high)["TARGET"].mean()
    assert best < 0.9 * worst
