"""What would have to change: every step is a real score of really changed rows, and none lowers it. No Spark here."""

import numpy as np
import polars as pl
import pytest

from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.features.promises import PROMISES
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model.scorer import scorer
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.stored_what_if import improved
from credit_scoring.scoring.what_if import AS_IT_IS, STEPS, TOGETHER, Improvement, improvements, least
from credit_scoring.synthetic.lender import known

SEED = 3
INCOME = next(promise for promise in PROMISES if promise.name == "income")


@pytest.fixture(scope="module")
def texts(model_of_seed):
    return model_of_seed(SEED)


@pytest.fixture(scope="module")
def file():
    """The rows of one generated client, as a slot holds them: its case in SK_ID_CURR."""
    rows = known(range(40), SEED)
    client = rows["installments_payments"][CLIENT].mode()[0]
    return {name: table.filter(pl.col(CLIENT) == client).with_columns(pl.lit(0).cast(pl.Int64).alias(CLIENT))
            for name, table in rows.items()}  # fmt: skip


@pytest.fixture(scope="module")
def found(texts, file):
    cases = pl.DataFrame({"case": [0], "client_id": [100_001], "as_of": [1], "file_complete": [True]})
    (batch,) = improved(texts, Snapshot(file, cases))
    return pl.from_arrow(batch)


def test_the_first_is_the_client_as_it_is(found, texts, file):
    score = scorer(texts).score(matrix(feature_frame(file))).score
    assert found.row(0) == (AS_IT_IS.en, 0, int(score[0]), found["decision"][0], [])


def test_a_step_is_the_score_of_the_changed_rows(found, texts, file):
    rows = file
    for step in range(1, STEPS + 1):
        rows = INCOME.kept_by(rows)
        line = found.row(by_predicate=(pl.col("change") == INCOME.words.en) & (pl.col("step") == step), named=True)
        assert line["score"] == int(scorer(texts).score(matrix(feature_frame(rows))).score[0])
        before, after = (table["application"]["AMT_INCOME_TOTAL"][0] for table in (file, rows))
        assert line["changed"] == [f"AMT_INCOME_TOTAL from {before:,.6g} to {after:,.6g}"]


def test_what_changes_nothing_is_not_told_and_rows_of_histories_are_counted(found, file):
    told = set(found["change"])
    assert (
        {AS_IT_IS.en, INCOME.words.en, TOGETHER.en}
        <= told
        <= {
            AS_IT_IS.en,
            TOGETHER.en,
            *(p.words.en for p in PROMISES),
        }
    )
    refused = (file["previous_application"]["NAME_CONTRACT_STATUS"] == "Refused").any()
    assert ("earlier applications that were cancelled in place of refused" in told) == refused
    paid = found.filter(pl.col("change") == "instalments of earlier loans of which more was paid")["changed"][0]
    rows = file["installments_payments"].height
    missing = file["installments_payments"]["AMT_PAYMENT"].null_count()
    zero = int((file["installments_payments"]["AMT_PAYMENT"] == 0).sum())
    assert paid.to_list() == [f"installments_payments.AMT_PAYMENT in {rows - missing - zero} of {rows} rows"]


def test_decisions_follow_the_cut_off_of_the_model(found, texts):
    cut_off = scorer(texts).decision.cut_off
    assert found["decision"].to_list() == np.where(found["score"] < cut_off, "refuse", "approve").tolist()


def test_an_incomplete_file_stays_referred(texts, file):
    cases = pl.DataFrame({"case": [0], "client_id": [100_001], "as_of": [1], "file_complete": [False]})
    (batch,) = improved(texts, Snapshot(file, cases))
    assert set(batch.column("decision").to_pylist()) == {"refer"}


def test_the_least_of_each_improvement_is_the_first_step_that_is_approved():
    def made(words, *decisions):
        return [Improvement(words, step, 0, decision, ()) for step, decision in enumerate(decisions, 1)]

    as_it_is = Improvement(AS_IT_IS, 0, 0, "refuse", ())
    found = [as_it_is, *made(INCOME.words, "refuse", "approve", "approve"), *made(TOGETHER, "approve")]
    assert [(each.words, each.step) for each in least(found)] == [(INCOME.words, 2), (TOGETHER, 1)]
    assert least([Improvement(AS_IT_IS, 0, 0, "approve", ()), *found[1:]]) == ()


def test_nothing_is_least_for_a_file_that_stays_referred(texts, file):
    cases = pl.DataFrame({"case": [0], "client_id": [100_001], "as_of": [1], "file_complete": [False]})
    assert least(improvements(Snapshot(file, cases), scorer(texts))) == ()
