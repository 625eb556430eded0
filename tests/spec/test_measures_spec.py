"""Every measure that the other tables leave out, and every window: numbers that can be done in the head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

FeaturesOf = Callable[..., Mapping[str, float | None]]


def test_price_of_the_loan_and_the_clients_particulars(features_of: FeaturesOf) -> None:
    f = features_of(
        application="""
        NAME_CONTRACT_TYPE AMT_CREDIT AMT_ANNUITY AMT_GOODS_PRICE AMT_INCOME_TOTAL EXT_SOURCE_1 EXT_SOURCE_2 EXT_SOURCE_3 DAYS_BIRTH DAYS_REGISTRATION DAYS_ID_PUBLISH DAYS_LAST_PHONE_CHANGE OWN_CAR_AGE CNT_CHILDREN FLAG_DOCUMENT_3 FLAG_DOCUMENT_6 REGION_RATING_CLIENT
        Cash_loans         120000     12000       96000           100000           0.5          0.5          0.5          -14610     -7305           -1461           -731                   7           2            1               1               3
        """  # noqa: E501
    )
    assert f["goods_to_annuity"] == 8
    assert f["implied_cost"] == pytest.approx(f["implied_term"] * 12000 / 120000 - 1)
    assert f["interest_to_income"] == pytest.approx(f["implied_rate"] * 1.2)
    assert f["agency_lack_times_rate"] == pytest.approx(0.5 * f["implied_rate"])
    assert f["agency_2_lack_times_term"] == pytest.approx(0.5 * f["implied_term"])
    assert f["agency_lack_times_expected_term"] == pytest.approx(0.5 * f["expected_term"])
    assert f["agency_score_product_1_2_3"] == 0.125
    assert f["agency_lack_to_age"] == pytest.approx(0.5 / 40)
    assert (f["registration_age"], f["identity_document_age"]) == (20, 4)
    assert (f["registration_age_to_age"], f["identity_document_age_to_age"]) == (0.5, pytest.approx(0.1))
    assert f["phone_age"] == pytest.approx(2, abs=0.002)
    assert (f["car_age"], f["children"], f["region_rating"], f["document_3"], f["document_8"]) == (7, 2, 3, 1, None)


def test_credits_at_other_lenders_by_measure(features_of: FeaturesOf) -> None:
    f = features_of(
        bureau="""
        CREDIT_ACTIVE CREDIT_TYPE     DAYS_CREDIT DAYS_CREDIT_ENDDATE DAYS_ENDDATE_FACT AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT AMT_CREDIT_SUM_OVERDUE AMT_CREDIT_MAX_OVERDUE CREDIT_DAY_OVERDUE CNT_CREDIT_PROLONG
        Active        Microloan              -100                1461                 -            100                  50                      5                      9                 12                  1
        Active        Consumer_credit        -700                 731                 -            300                 150                      0                      -                  0                  0
        Closed        Credit_card           -1461                -365              -731            200                   0                      0                      3                  0                  2
        Sold          Consumer_credit       -2922               -2000             -1461            400                   0                      0                      0                  0                  0
        """  # noqa: E501
    )
    assert (f["bureau_active_count"], f["bureau_closed_count"], f["bureau_lost_count"]) == (2, 1, 1)
    assert (f["bureau_taken_6m_count"], f["bureau_taken_12m_count"], f["bureau_taken_24m_count"]) == (1, 1, 2)
    assert (f["bureau_microloan_count"], f["bureau_card_share"], f["bureau_consumer_share"]) == (1, 0.25, 0.5)
    assert (f["bureau_debt_taken_12m_mean"], f["bureau_debt_taken_24m_mean"]) == (50, 100)
    assert (f["bureau_debt_taken_60m_mean"], f["bureau_debt_active_sum"]) == (pytest.approx(200 / 3), 200)
    assert (f["bureau_debt_active_max"], f["bureau_debt_consumer_sum"]) == (150, 150)
    assert (f["bureau_overdue_sum"], f["bureau_overdue_days_max"], f["bureau_prolonged_sum"]) == (5, 12, 3)
    assert (f["bureau_worst_overdue_max"], f["bureau_worst_overdue_mean"]) == (9, 4)
    assert (f["bureau_worst_overdue_taken_24m_max"], f["bureau_amount_active_mean"]) == (9, 200)
    assert (f["bureau_amount_sum"], f["bureau_amount_mean"], f["bureau_amount_max"]) == (1000, 250, 400)
    assert (f["bureau_age_max"], f["bureau_age_closed_mean"]) == (8, 4)
    assert f["bureau_age_active_min"] == pytest.approx(100 / 365.25)
    assert f["bureau_since_end_closed_mean"] == pytest.approx(2, abs=0.002)
    assert f["bureau_remaining_active_max"] == 4
    assert f["bureau_remaining_active_mean"] == pytest.approx(3, abs=0.002)
    assert f["bureau_early_end_closed_mean"] == pytest.approx(366 / 365.25)


def test_months_at_other_lenders_by_window(features_of: FeaturesOf) -> None:
    f = features_of(
        bureau="SK_ID_BUREAU\n1",
        bureau_balance="""
        SK_ID_BUREAU MONTHS_BALANCE STATUS
        1                         0 0
        1                       -12 1
        1                       -13 2
        1                       -24 0
        1                       -60 5
        1                       -61 0
        """,
    )
    assert (f["bureau_months_lateness_12m_mean"], f["bureau_months_lateness_12m_max"]) == (0.5, 1)
    assert (f["bureau_months_lateness_24m_mean"], f["bureau_months_lateness_24m_max"]) == (0.75, 2)
    assert f["bureau_months_lateness_mean"] == pytest.approx(8 / 6)
    assert f["bureau_months_late_not_closed_12m_share"] == 0.5
    assert f["bureau_months_late_not_closed_60m_share"] == pytest.approx(3 / 5)
    assert (f["bureau_months_not_closed_12m_count"], f["bureau_months_months_ago_max"]) == (2, 61)


def test_earlier_applications_by_measure(features_of: FeaturesOf) -> None:
    f = features_of(
        application="AMT_ANNUITY\n30",
        previous_application="""
        NAME_CONTRACT_STATUS NAME_CONTRACT_TYPE NAME_PRODUCT_TYPE NAME_YIELD_GROUP DAYS_DECISION AMT_APPLICATION AMT_CREDIT AMT_ANNUITY CNT_PAYMENT AMT_DOWN_PAYMENT RATE_DOWN_PAYMENT DAYS_LAST_DUE_1ST_VERSION DAYS_LAST_DUE NFLAG_INSURED_ON_APPROVAL CODE_REJECT_REASON
        Approved             Cash_loans         walk-in           high                     -1461             200        100          20          10               10               0.1                      -366         -1097                         1 XAP
        Approved             Revolving_loans    x-sell            middle                    -365             100        100          10           -                -                 -                         -             -                         0 XAP
        Refused              Cash_loans         x-sell            high                      -183              60        120          40          12                0                 0                         -             -                         - LIMIT
        Refused              Consumer_loans     XNA               XNA                        -10             100         80           5           6                -                 -                         -             -                         - HC
        """,  # noqa: E501
    )
    assert (f["previous_refused_count"], f["previous_refused_12m_count"]) == (2, 2)
    assert (f["previous_refused_for_limit_count"], f["previous_refused_for_check_count"]) == (1, 1)
    assert (f["previous_approved_share"], f["previous_refused_for_score_share"]) == (0.5, 0)
    assert f["previous_refused_recency_max"] == pytest.approx(1 / (1 + 10 / 365.25))
    assert (f["previous_annuity_refused_sum"], f["previous_granted_refused_sum"]) == (45, 200)
    assert (f["previous_asked_to_granted_min"], f["previous_asked_to_granted_max"]) == (0.5, 2)
    assert (f["previous_down_payment_max"], f["previous_down_payment_mean"]) == (10, 5)
    assert (f["previous_down_payment_share_max"], f["previous_down_payment_share_mean"]) == (
        pytest.approx(0.1),
        pytest.approx(0.05),
    )
    assert (f["previous_term_approved_max"], f["previous_term_latest"]) == (10, 6)
    assert (f["previous_annuity_approved_mean"], f["previous_annuity_latest"]) == (15, 5)
    assert f["previous_granted_approved_mean"] == 100
    assert f["annuity_to_average_previous"] == 2
    assert f["previous_shortened_approved_mean"] == pytest.approx(731 / 365.25)
    assert f["previous_ended_approved_min"] == pytest.approx(1097 / 365.25)
    shares = ("walk_in", "dear", "cash", "revolving", "insured")
    assert [f[f"previous_{name}_share"] for name in shares] == [0.25, 0.5, 0.5, 0.25, 0.25]
    assert [f[f"previous_{months}m_count"] for months in (6, 12, 24)] == [2, 3, 3]
    assert f["previous_ago_mean"] == pytest.approx((1461 + 365 + 183 + 10) / 4 / 365.25)
    assert f["previous_rate_approved_max"] == pytest.approx(0.1509, rel=0.02)  # 10 x 20 for 100


def test_loans_by_window(features_of: FeaturesOf) -> None:
    f = features_of(
        pos_cash_balance="""
        MONTHS_BALANCE CNT_INSTALMENT_FUTURE SK_DPD SK_DPD_DEF
        -1                                 2      0          0
        -6                                 4      6          0
        -12                                6     12          2
        -24                                8      0          0
        -25                               30     32          9
        """
    )
    assert [f[f"pos_days_late_{window}max"] for window in ("6m_", "12m_", "")] == [6, 12, 32]
    assert [f[f"pos_days_late_{window}mean"] for window in ("6m_", "12m_", "")] == [3, 6, 10]
    assert [f[f"pos_days_late_lenient_{window}max"] for window in ("12m_", "")] == [2, 9]
    assert [f[f"pos_to_pay_{window}"] for window in ("24m_mean", "24m_min", "mean", "min")] == [5, 2, 10, 2]
    assert (f["pos_late_12m_share"], f["pos_count"], f["pos_months_ago_min"]) == (pytest.approx(2 / 3), 5, 1)


def test_instalments_by_window(features_of: FeaturesOf) -> None:
    f = features_of(
        installments_payments="""
        DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
        -91             -89                100            100
        -365            -369               100             50
        -730            -720               100            100
        -1461           -1461              100             20
        """
    )
    assert [f[f"installments_days_late_{window}max"] for window in ("3m_", "24m_", "")] == [2, 10, 10]
    assert [f[f"installments_days_late_{window}mean"] for window in ("3m_", "12m_", "24m_", "")] == [2, 1, 4, 3]
    assert [f[f"installments_late_{window}share"] for window in ("3m_", "12m_", "")] == [1, 0.5, 0.5]
    assert (f["installments_days_early_12m_mean"], f["installments_days_early_mean"]) == (2, 1)
    assert (f["installments_paid_share_12m_mean"], f["installments_paid_share_12m_min"]) == (0.75, 0.5)
    assert (f["installments_paid_share_min"], f["installments_short_12m_share"]) == (pytest.approx(0.2), 0.5)
    assert (f["installments_shortfall_12m_sum"], f["installments_shortfall_sum"]) == (50, 130)
    assert (f["installments_due_12m_sum"], f["installments_due_12m_trend"]) == (200, pytest.approx(0))
    weights = [1 / (1 + days / 365.25) for days in (91, 365, 730, 1461)]
    assert f["installments_days_late_by_recency"] == pytest.approx((2 * weights[0] + 10 * weights[2]) / sum(weights))


def test_cards_by_window(features_of: FeaturesOf) -> None:
    f = features_of(
        credit_card_balance="""
        MONTHS_BALANCE AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL AMT_DRAWINGS_ATM_CURRENT CNT_DRAWINGS_ATM_CURRENT CNT_DRAWINGS_CURRENT AMT_DRAWINGS_CURRENT AMT_PAYMENT_CURRENT AMT_INST_MIN_REGULARITY SK_DPD SK_DPD_DEF
        -3                      20                     100                       10                        1                    2                   30                  10                      20      0          0
        -6                      40                     100                        0                        0                    4                   10                  20                      20      2          1
        -12                    120                     100                        0                        0                    6                    0                  30                      20      4          0
        -13                    100                     200                       10                        3                    8                    0                  20                      20     10          6
        """  # noqa: E501
    )
    means, maxima = ("3m_mean", "6m_mean", "12m_mean", "mean"), ("3m_max", "6m_max", "12m_max", "max")
    assert [f[f"card_utilisation_{w}"] for w in means] == pytest.approx([0.2, 0.3, 0.6, 0.575])
    assert [f[f"card_utilisation_{w}"] for w in maxima] == pytest.approx([0.2, 0.4, 1.2, 1.2])
    assert (f["card_balance_12m_mean"], f["card_balance_12m_max"], f["card_limit_latest"]) == (60, 120, 100)
    assert [f[f"card_drawings_{w}"] for w in ("3m_mean", "12m_mean", "mean")] == [2, 4, 5]
    assert [f[f"card_cash_drawings_{w}"] for w in ("3m_mean", "12m_mean", "mean")] == pytest.approx([1, 1 / 3, 1])
    assert (f["card_drawn_6m_mean"], f["card_drawn_mean"], f["card_with_cash_12m_share"]) == (
        20,
        10,
        pytest.approx(1 / 3),
    )
    assert (f["card_paid_to_minimum_12m"], f["card_below_minimum_owing_12m_share"]) == (1, pytest.approx(1 / 3))
    assert (f["card_days_late_12m_mean"], f["card_days_late_mean"], f["card_days_late_max"]) == (2, 4, 10)
    assert (f["card_days_late_lenient_max"], f["card_count"]) == (6, 4)
