"""The application, in numbers that can be done in the head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

FeaturesOf = Callable[..., Mapping[str, float | None]]


def test_loan_against_income(features_of: FeaturesOf) -> None:
    f = features_of(
        application="""
        AMT_INCOME_TOTAL AMT_CREDIT AMT_ANNUITY AMT_GOODS_PRICE CNT_CHILDREN
                  100000     300000       20000          240000            1
        """
    )
    assert f["credit_to_income"] == 3
    assert f["annuity_to_income"] == pytest.approx(0.2)
    assert f["annuity_and_children_to_income"] == pytest.approx(0.4)
    assert f["goods_to_income"] == pytest.approx(2.4)
    assert f["credit_to_annuity"] == 15
    assert f["credit_to_goods"] == 1.25
    assert f["credit_above_goods"] == 60000


def test_agency_scores_together(features_of: FeaturesOf) -> None:
    f = features_of(
        application="""
        EXT_SOURCE_1 EXT_SOURCE_2 EXT_SOURCE_3 AMT_INCOME_TOTAL AMT_CREDIT
                0.25            -         0.75           100000     200000
        """
    )
    assert (f["agency_score_1"], f["agency_score_2"], f["agency_score_3"]) == (0.25, None, 0.75)
    assert (f["agency_score_mean"], f["agency_score_min"], f["agency_score_max"]) == (0.5, 0.25, 0.75)
    assert f["agency_score_product_1_3"] == 0.1875
    assert f["agency_score_product_1_2"] is None
    assert f["agency_lack_times_credit_to_income"] == 1  # (1 - 0.5) x 2


def test_no_agency_score_at_all(features_of: FeaturesOf) -> None:
    f = features_of(application="EXT_SOURCE_1\n-")
    assert (f["agency_score_mean"], f["agency_score_min"], f["agency_lack_times_term"]) == (None, None, None)


@pytest.mark.parametrize(("days", "years", "flag"), [(-1461, 4, 0), (365243, None, 1)])
def test_employment_and_its_sentinel(features_of: FeaturesOf, days: int, years: float | None, flag: int) -> None:
    f = features_of(application=f"DAYS_BIRTH DAYS_EMPLOYED\n-14610 {days}")
    assert f["age"] == 40
    assert f["employment"] == years
    assert f["employment_to_age"] == (pytest.approx(0.1) if years else None)
    assert f["without_employment"] == flag


def test_categories_by_declared_position(features_of: FeaturesOf) -> None:
    f = features_of(
        application="""
        NAME_EDUCATION_TYPE ORGANIZATION_TYPE FLAG_OWN_CAR NAME_HOUSING_TYPE
        Lower_secondary     XNA               Y            Igloo
        """
    )
    assert f["education"] == 0
    assert f["organisation"] is None  # a sentinel
    assert f["owns_car"] == 1
    assert f["housing"] is None  # unseen


def test_addresses_enquiries_and_building(features_of: FeaturesOf) -> None:
    f = features_of(
        application="""
        REG_REGION_NOT_LIVE_REGION REG_REGION_NOT_WORK_REGION REG_CITY_NOT_LIVE_CITY REG_CITY_NOT_WORK_CITY LIVE_CITY_NOT_WORK_CITY AMT_REQ_CREDIT_BUREAU_WEEK AMT_REQ_CREDIT_BUREAU_MON AMT_REQ_CREDIT_BUREAU_QRT AMT_REQ_CREDIT_BUREAU_YEAR APARTMENTS_AVG
        0 1 0 1 1 0 1 2 3 0.5
        """  # noqa: E501
    )
    assert f["address_disagreements"] == 3
    assert f["enquiries"] == 6
    assert f["building_unknown"] == 11  # one of twelve is known
