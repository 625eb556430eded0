"""The declarations agree with themselves, with one another and with the contracts."""

import polars as pl
import pytest

from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES, table

COLUMNS = [pytest.param(t, c, id=f"{t.name}.{c.name}") for t in TABLES for c in t.columns]
RULES = [pytest.param(t, r, id=f"{t.name}.{r.code}") for t in TABLES for r in t.rules]
NUMBERS = (Kind.WHOLE, Kind.NUMBER)


def test_the_tables_of_the_public_data_set_and_their_columns():
    assert {t.name: len(t.columns) for t in TABLES}.items() >= {
        "application": 122,
        "bureau": 17,
        "bureau_balance": 3,
        "previous_application": 37,
        "pos_cash_balance": 8,
        "installments_payments": 8,
        "credit_card_balance": 23,
        "outcomes": 2,
    }.items()


def test_keys():
    assert {t.name: t.key for t in TABLES}.items() >= {
        "application": (CLIENT,),
        "bureau": ("SK_ID_BUREAU",),
        "bureau_balance": ("SK_ID_BUREAU", "MONTHS_BALANCE"),
        "previous_application": ("SK_ID_PREV",),
        "pos_cash_balance": ("SK_ID_PREV", "MONTHS_BALANCE"),
        "installments_payments": (),
        "credit_card_balance": ("SK_ID_PREV", "MONTHS_BALANCE"),
        "outcomes": (CLIENT,),
    }.items()


@pytest.mark.parametrize("t", TABLES, ids=lambda t: t.name)
def test_a_table_is_consistent(t):
    names = [column.name for column in t.columns]
    assert len(set(names)) == len(names)
    assert t.meaning
    assert t.title
    assert t.title_fr
    for name in (*t.key, t.owner):
        assert t.column(name).required, f"{t.name}.{name} identifies rows, so no row is usable without it"
    assert t.client_column == (CLIENT in names)
    assert len({rule.code for rule in t.rules}) == len(t.rules)


@pytest.mark.parametrize(("t", "column"), COLUMNS)
def test_a_column_is_consistent(t, column):
    assert column.meaning
    assert column.meaning[0].isupper()
    assert not column.meaning.endswith(".")
    assert len(set(column.vocabulary)) == len(column.vocabulary)
    assert not set(column.vocabulary) & set(column.sentinels), "a sentinel is no level of the vocabulary"
    assert all(column.sentinels.values()), "each sentinel says what it means"
    if column.kind is Kind.CATEGORY:
        assert column.vocabulary
        assert column.low is column.high is None
    elif column.kind in NUMBERS:
        assert column.low is not None
        assert column.high is not None
        assert column.low < column.high
        assert not any(column.low <= value <= column.high for value in column.sentinels)
        assert not column.vocabulary


@pytest.mark.parametrize(("t", "rule"), RULES)
def test_a_rule_reads_the_columns_that_its_sentence_is_about(t, rule):
    assert set(rule.violated.meta.root_names()) == set(rule.columns) <= set(t.polars_schema())
    assert rule.sentence[0].islower()
    assert not rule.sentence.endswith(".")
    empty = pl.DataFrame(
        {name: [None] for name in rule.columns}, schema={n: t.polars_schema()[n] for n in rule.columns}
    )
    assert empty.filter(rule.violated).is_empty(), "an unknown value violates nothing"


def test_rules_catch_what_is_impossible_and_know_sentinels():
    rules = {rule.code: rule.violated for t in TABLES for rule in t.rules}
    ages = pl.DataFrame({"DAYS_BIRTH": [-10_000] * 3, "DAYS_EMPLOYED": [-10_001, -10_000, 365243]})
    assert ages.select(rules["employed_before_birth"]).to_series().to_list() == [True, False, False]
    dues = pl.DataFrame({"DAYS_FIRST_DUE": [-100, -100, 365243, -100], "DAYS_LAST_DUE": [-101, -100, -50, 365243]})
    assert dues.select(rules["last_due_before_first"]).to_series().to_list() == [True, False, False, False]
    delays = pl.DataFrame({"SK_DPD": [5, 5], "SK_DPD_DEF": [6, 5]})
    assert delays.select(rules["tolerant_delay_longer"]).to_series().to_list() == [True, False]


def test_outcome_may_come_with_the_application_but_is_no_column_that_must_be_there():
    assert [c.name for c in table("application").columns if c.optional_column] == ["TARGET"]
    assert not table("application").column("TARGET").required
    assert table("outcomes").column("TARGET").required


def test_protected_columns():
    assert {c.name for t in TABLES for c in t.columns if c.protected} == {
        "CODE_GENDER",
        "NAME_FAMILY_STATUS",
        "CNT_FAM_MEMBERS",
        "NAME_TYPE_SUITE",
        "OBS_30_CNT_SOCIAL_CIRCLE",
        "DEF_30_CNT_SOCIAL_CIRCLE",
        "OBS_60_CNT_SOCIAL_CIRCLE",
        "DEF_60_CNT_SOCIAL_CIRCLE",
    }
    assert table("previous_application").column("NAME_TYPE_SUITE").protected


def test_nothing_from_after_the_application_is_legitimate_but_plans_and_when_a_report_came():
    plans = {"DAYS_CREDIT_ENDDATE", "DAYS_LAST_DUE_1ST_VERSION", "DAYS_CREDIT_UPDATE"}
    dated = [c for t in TABLES for c in t.columns if c.name.startswith(("DAYS_", "MONTHS_"))]
    assert len(dated) > 15
    assert {c.name for c in dated if c.high > 0} == plans


def test_a_level_keeps_its_ordinal_place():
    education = table("application").column("NAME_EDUCATION_TYPE").vocabulary
    assert education.index("Lower secondary") < education.index("Higher education") < education.index("Academic degree")
    assert table("previous_application").column("NAME_YIELD_GROUP").vocabulary == (
        "low_action",
        "low_normal",
        "middle",
        "high",
    )


def test_an_unknown_table_or_column_is_named():
    with pytest.raises(KeyError, match=r"no table loans; the tables are application, bureau"):
        table("loans")
    with pytest.raises(KeyError, match="table outcomes declares no column AGE"):
        table("outcomes").column("AGE")
