"""A generated lender: the same for the same seed however it is cut, legitimate, and much like a real one."""

import polars as pl
import pytest
from polars import col
from polars.testing import assert_frame_equal

from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES
from credit_scoring.synthetic.block import BLOCK_SIZE
from credit_scoring.synthetic.lender import generate

CLIENTS = 4_000


@pytest.fixture(scope="module")
def lender():
    return generate(range(CLIENTS), seed=7)


def test_same_seed_same_rows_and_another_seed_others():
    first, again, other = generate(range(300), 1), generate(range(300), 1), generate(range(300), 2)
    for name, rows in first.items():
        assert_frame_equal(rows, again[name])
        assert not rows.equals(other[name]), name


@pytest.mark.parametrize(
    "clients", [range(0, 50), range(900, 2_100), range(BLOCK_SIZE, 2 * BLOCK_SIZE), range(3_999, 4_000)]
)
def test_a_client_is_the_same_whatever_else_is_generated(lender, clients):
    some = generate(clients, seed=7)
    ids = some["application"][CLIENT]
    assert len(ids) == len(clients)
    for name, rows in some.items():
        if name == "bureau_balance":
            continue
        assert_frame_equal(rows, lender[name].filter(col(CLIENT).is_in(ids.implode())))


def test_cut_anywhere_the_parts_are_the_whole():
    whole = generate(range(0, 1_500), 3)
    parts = [generate(clients, 3) for clients in (range(0, 333), range(333, 1_000), range(1_000, 1_500))]
    for name, rows in whole.items():
        assert_frame_equal(pl.concat([part[name] for part in parts]), rows)


def test_no_clients_are_empty_tables():
    assert {name: rows.height for name, rows in generate(range(5, 5), 1).items()} == dict.fromkeys(
        (t.name for t in TABLES), 0
    )


@pytest.mark.parametrize("clients", [range(-1, 3), range(0, 10, 2)])
def test_only_ranges_from_zero_in_steps_of_one(clients):
    with pytest.raises(ValueError, match="in steps of 1"):
        generate(clients, 1)


@pytest.mark.parametrize("t", TABLES, ids=lambda t: t.name)
def test_every_row_is_legitimate(lender, t):
    rows = lender[t.name]
    columns = [c for c in t.columns if not c.optional_column]
    assert rows.schema == {c.name: c.kind.dtype for c in columns}
    for c in columns:
        cells = rows[c.name].drop_nulls()
        assert not c.required or len(cells) == rows.height, c.name
        if c.kind is Kind.CATEGORY:
            assert set(cells.unique()) <= {*c.vocabulary, *c.sentinels}, c.name
        else:
            cells = cells.filter(~cells.is_in(list(c.sentinels))) if c.sentinels else cells
            assert cells.is_empty() or c.low is None or cells.min() >= c.low, c.name
            assert cells.is_empty() or c.high is None or cells.max() <= c.high, c.name
    for rule in t.rules:
        assert rows.filter(rule.violated).is_empty(), rule.sentence
    if t.key:
        assert not rows.select(t.key).is_duplicated().any()


def test_rows_belong_to_clients(lender):
    clients = lender["application"].select(CLIENT)
    for t in TABLES:
        if t.client_column:
            assert lender[t.name].join(clients, on=CLIENT, how="anti").is_empty(), t.name


@pytest.mark.parametrize(
    ("months", "key", "of", "lost"),
    [
        ("bureau_balance", "SK_ID_BUREAU", "bureau", (0.0005, 0.01)),
        ("pos_cash_balance", "SK_ID_PREV", "previous_application", (0.03, 0.07)),
        ("credit_card_balance", "SK_ID_PREV", "previous_application", (0.08, 0.16)),
    ],
)
def test_months_lead_to_their_credit_but_for_the_usual_orphans(lender, months, key, of, lost):
    credits = lender[months].select(key).unique()
    orphans = credits.join(lender[of], on=key, how="anti").height / credits.height
    assert lost[0] < orphans < lost[1]


def test_a_loan_has_one_client_everywhere(lender):
    loans = pl.concat(
        lender[name].select("SK_ID_PREV", CLIENT)
        for name in ("previous_application", "pos_cash_balance", "installments_payments", "credit_card_balance")
    ).unique()
    assert not loans["SK_ID_PREV"].is_duplicated().any()


ROWS_A_CLIENT = {
    "bureau": (4, 6),
    "bureau_balance": (55, 90),
    "previous_application": (4, 6),
    "pos_cash_balance": (24, 36),
    "installments_payments": (28, 48),
    "credit_card_balance": (7, 14),
}


@pytest.mark.parametrize("name", ROWS_A_CLIENT)
def test_rows_a_client_are_skewed_like_real_ones(lender, name):
    low, high = ROWS_A_CLIENT[name]
    mean = lender[name].height / CLIENTS
    assert low < mean < high
    if name != "bureau_balance":
        counts = lender[name][CLIENT].value_counts()["count"]
        assert counts.quantile(0.95) > 2 * mean


APPLICATION_SHARES = {
    "no EXT_SOURCE_1": (col("EXT_SOURCE_1").is_null(), 0.53, 0.59),
    "no EXT_SOURCE_3": (col("EXT_SOURCE_3").is_null(), 0.16, 0.24),
    "no occupation": (col("OCCUPATION_TYPE").is_null(), 0.27, 0.36),
    "no car": (col("OWN_CAR_AGE").is_null(), 0.6, 0.72),
    "building unknown": (col("APARTMENTS_AVG").is_null(), 0.45, 0.55),
    "common area unknown": (col("COMMONAREA_AVG").is_null(), 0.64, 0.75),
    "pensioners": (col("DAYS_EMPLOYED") == 365243, 0.14, 0.22),
    "women": (col("CODE_GENDER") == "F", 0.62, 0.7),
    "revolving": (col("NAME_CONTRACT_TYPE") == "Revolving loans", 0.08, 0.11),
    "enquiries unknown": (col("AMT_REQ_CREDIT_BUREAU_YEAR").is_null(), 0.1, 0.17),
}


@pytest.mark.parametrize("what", APPLICATION_SHARES)
def test_shares_of_the_applications(lender, what):
    condition, low, high = APPLICATION_SHARES[what]
    assert low < lender["application"].select(condition.mean()).item() < high


def test_shares_of_the_histories(lender):
    def clients_in(name):
        return lender[name][CLIENT].n_unique() / CLIENTS

    assert 0.83 < clients_in("bureau") < 0.89
    assert 0.92 < clients_in("previous_application") < 0.97
    assert 0.2 < clients_in("credit_card_balance") < 0.36
    assert 0.065 < lender["outcomes"]["TARGET"].mean() < 0.095
    late = lender["installments_payments"].select((col("DAYS_ENTRY_PAYMENT") > col("DAYS_INSTALMENT")).mean()).item()
    assert 0.05 < late < 0.14
    negative = lender["credit_card_balance"].select((col("AMT_RECIVABLE") < 0).mean()).item()
    assert 0.01 < negative < 0.06


def test_money_of_the_application_adds_up(lender):
    rows = lender["application"].drop_nulls(["AMT_ANNUITY", "AMT_GOODS_PRICE"])
    revolving = rows.filter(col("NAME_CONTRACT_TYPE") == "Revolving loans")
    assert (revolving["AMT_ANNUITY"] == 0.05 * revolving["AMT_CREDIT"]).all()
    cash = rows.filter(col("NAME_CONTRACT_TYPE") == "Cash loans")
    assert (cash["AMT_CREDIT"] >= cash["AMT_GOODS_PRICE"]).all()
    assert (cash["AMT_ANNUITY"] < cash["AMT_CREDIT"]).all()
    assert (cash["AMT_ANNUITY"] * 60 > cash["AMT_CREDIT"]).all(), "sixty instalments pay off any loan"
    assert rows["AMT_INCOME_TOTAL"].skew() > 1


def test_an_instalment_paid_in_parts_adds_up_to_what_is_due(lender):
    payments = lender["installments_payments"].filter(col("NUM_INSTALMENT_VERSION") > 0)
    instalment = ("SK_ID_PREV", "NUM_INSTALMENT_NUMBER")
    in_parts = payments.filter(pl.len().over(instalment) > 1)
    assert 0.005 < in_parts.height / payments.height < 0.02
    sums = in_parts.group_by(instalment).agg(col("AMT_PAYMENT").sum(), col("AMT_INSTALMENT").first())
    whole = sums.select(((col("AMT_PAYMENT") - col("AMT_INSTALMENT")).abs() < 0.01).mean()).item()
    assert whole > 0.95


def test_months_and_payments_of_a_loan_agree_on_delays(lender):
    days_late = (col("DAYS_ENTRY_PAYMENT") - col("DAYS_INSTALMENT")).max().alias("days_late")
    worst_payment = lender["installments_payments"].group_by("SK_ID_PREV").agg(days_late)
    worst_month = lender["pos_cash_balance"].group_by("SK_ID_PREV").agg(col("SK_DPD").max())
    both = worst_month.join(worst_payment, on="SK_ID_PREV").filter(col("days_late") <= 0)
    paid_in_time = both.select((col("SK_DPD") == 0).mean()).item()
    assert both.height > 1_000
    assert paid_in_time > 0.98
