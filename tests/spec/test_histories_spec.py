"""The six histories, in numbers that can be done in the head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

FeaturesOf = Callable[..., Mapping[str, float | None]]


def test_delay_counts_only_last_year(features_of: FeaturesOf) -> None:
    f = features_of(
        installments_payments="""
        DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
        -30             -25                100            100
        -400            -300               100            100
        """
    )
    assert f["worst_delay_last_year"] == 5
    assert f["installments_days_late_max"] == 100
    assert f["installments_days_late_mean"] == 52.5
    assert f["installments_late_12m_share"] == 1
    assert f["installments_month_late_count"] == 1


def test_payments_of_an_instalment_are_summed_first(features_of: FeaturesOf) -> None:
    f = features_of(
        installments_payments="""
        SK_ID_PREV NUM_INSTALMENT_VERSION NUM_INSTALMENT_NUMBER DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
        7          1                      3                     -50             -60                100            40
        7          1                      3                     -50             -48                100            60
        7          1                      4                     -20             -22                100            50
        """  # noqa: E501
    )
    assert f["installments_count"] == 2
    assert f["installments_days_late_max"] == 2  # the last part of instalment 3
    assert f["installments_late_share"] == 0.5
    assert f["installments_days_early_mean"] == 1  # 0 and 2
    assert f["installments_paid_share_mean"] == 0.75  # all, and half
    assert f["installments_short_share"] == 0.5
    assert f["installments_shortfall_sum"] == 50


def test_unpaid_instalment_is_late_up_to_the_application(features_of: FeaturesOf) -> None:
    f = features_of(
        installments_payments="""
        DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
        -40             -                  100            -
        """
    )
    assert (f["installments_days_late_max"], f["installments_paid_share_mean"]) == (40, 0)


def test_no_history_and_none_in_the_window_differ(features_of: FeaturesOf) -> None:
    none = features_of()
    old = features_of(bureau="DAYS_CREDIT\n-2000")
    assert (none["bureau_count"], none["bureau_taken_12m_count"], none["bureau_debt_taken_12m_mean"]) == (None,) * 3
    assert (old["bureau_count"], old["bureau_taken_12m_count"], old["bureau_debt_taken_12m_mean"]) == (1, 0, None)


def test_debts_at_other_lenders(features_of: FeaturesOf) -> None:
    f = features_of(
        application="AMT_INCOME_TOTAL AMT_ANNUITY EXT_SOURCE_2\n1000 50 0.5",
        bureau="""
        CREDIT_ACTIVE CREDIT_TYPE     DAYS_CREDIT AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT AMT_ANNUITY AMT_CREDIT_SUM_LIMIT
        Active        Consumer_credit        -100            400                 100          50                    -
        Active        Credit_card            -400            600                 300           -                  100
        Closed        Mortgage              -1000           5000                   0           -                    -
        """,
    )
    assert f["bureau_count"] == 3
    assert f["bureau_active_share"] == pytest.approx(2 / 3)
    assert f["bureau_debt_share_active_max"] == 0.5
    assert f["bureau_debt_share_mean"] == pytest.approx(0.25)  # 1/4, 1/2, 0
    assert f["bureau_total_debt_share"] == pytest.approx(0.4)  # 400 of 1000
    assert f["bureau_debt_to_income"] == pytest.approx(0.4)
    assert f["agency_lack_times_bureau_debt_share"] == pytest.approx(0.2)  # (1 - 0.5) x 0.4
    assert f["bureau_annuities_to_income"] == pytest.approx(0.1)  # (50 + 50) of 1000
    assert f["bureau_card_utilisation"] == 0.75  # 300 of 300 + 100
    assert f["bureau_secured_count"] == 1


def test_credit_paid_too_much_is_no_negative_debt(features_of: FeaturesOf) -> None:
    f = features_of(
        application="AMT_INCOME_TOTAL\n1000",
        bureau="CREDIT_ACTIVE DAYS_CREDIT AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT\nActive -10 400 -20",
    )
    assert (f["bureau_debt_to_income"], f["bureau_total_debt_share"]) == (0, 0)


def test_monthly_states_at_other_lenders(features_of: FeaturesOf) -> None:
    f = features_of(
        bureau="SK_ID_BUREAU DAYS_CREDIT\n5 -900",
        bureau_balance="""
        SK_ID_BUREAU MONTHS_BALANCE STATUS
        5                        -1 0
        5                        -2 1
        5                        -3 X
        5                       -13 3
        5                       -30 C
        6                        -1 5
        """,
    )
    assert f["bureau_months_lateness_12m_max"] == 1
    assert f["bureau_months_lateness_max"] == 3  # credit 6 is not the client's
    assert f["bureau_months_late_not_closed_share"] == pytest.approx(2 / 3)
    assert f["bureau_months_late_12m_count"] == 1
    assert f["bureau_months_very_late_count"] == 1
    assert f["bureau_months_lateness_recency_max"] == pytest.approx(1 / 3)  # two months ago
    assert f["bureau_months_unknown_share"] == pytest.approx(0.2)


def test_earlier_applications(features_of: FeaturesOf) -> None:
    f = features_of(
        application="AMT_CREDIT AMT_INCOME_TOTAL AMT_ANNUITY\n300 1000 10",
        previous_application="""
        NAME_CONTRACT_STATUS DAYS_DECISION AMT_APPLICATION AMT_CREDIT AMT_ANNUITY CNT_PAYMENT DAYS_TERMINATION CODE_REJECT_REASON
        Approved                      -731             100        200          20          12           365243 XAP
        Refused                       -100             150        100           -           -                - SCO
        Canceled                       -50               -          -           -           -                - XAP
        Approved                     -1461             100        100          10          10             -500 XAP
        """,  # noqa: E501
    )
    assert f["previous_count"] == 4
    assert f["previous_approved_count"] == 2
    assert f["previous_refused_share"] == 0.25
    assert f["previous_refused_12m_count"] == 1
    assert f["previous_refused_24m_share"] == 0.5
    assert f["previous_refused_for_score_count"] == 1
    assert f["previous_asked_to_granted_max"] == 1.5
    assert f["previous_asked_to_granted_mean"] == 1  # 0.5, 1.5 and 1
    assert f["previous_ago_max"] == 4
    assert f["previous_approved_recency_max"] == pytest.approx(1 / 3, abs=0.001)  # two years ago
    assert f["previous_approved_running_count"] == 1
    assert f["previous_annuities_to_income"] == pytest.approx(0.03)  # 20 running and 10 asked for, of 1000
    assert f["credit_to_largest_previous"] == 1.5
    assert f["previous_rate_approved_latest"] == pytest.approx(0.0292, abs=0.0003)  # 12 x 20 for 200


def test_loans_by_month_and_by_loan(features_of: FeaturesOf) -> None:
    f = features_of(
        pos_cash_balance="""
        SK_ID_PREV MONTHS_BALANCE CNT_INSTALMENT CNT_INSTALMENT_FUTURE NAME_CONTRACT_STATUS SK_DPD SK_DPD_DEF
        1                      -1             10                     4 Active                    0          0
        1                      -2             10                     5 Active                    8          0
        2                     -20              6                     1 Active                   20         20
        2                     -21              6                     2 Active                    0          0
        3                     -15              6                     0 Completed                 0          0
        """
    )
    assert f["pos_days_late_6m_max"] == 8
    assert f["pos_days_late_max"] == 20
    assert f["pos_days_late_lenient_12m_max"] == 0
    assert f["pos_late_share"] == pytest.approx(0.4)
    assert f["pos_months_ago_max"] == 21
    assert f["pos_loans_running_count"] == 1  # loan 2 fell silent, loan 3 is completed
    assert f["pos_loans_completed_count"] == 1
    assert f["pos_loans_to_pay_running_sum"] == 4  # loan 1 as of its latest month
    assert f["pos_loans_to_pay_share_mean"] == pytest.approx((4 / 10 + 1 / 6 + 0) / 3)


def test_card_by_window(features_of: FeaturesOf) -> None:
    f = features_of(
        application="AMT_INCOME_TOTAL\n1000",
        credit_card_balance="""
        SK_ID_PREV MONTHS_BALANCE AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL AMT_DRAWINGS_ATM_CURRENT AMT_DRAWINGS_CURRENT CNT_DRAWINGS_CURRENT AMT_PAYMENT_CURRENT AMT_INST_MIN_REGULARITY SK_DPD
        1                      -1          80                     100                       30                   40                    2                  10                      20      0
        1                      -5          20                     100                        0                    0                    0                  30                      20      3
        1                     -30         100                     100                        0                   20                    1                   0                       0      0
        1                     -31           0                       0                        0                    0                    0                   -                       -      0
        """,  # noqa: E501
    )
    assert f["card_utilisation_3m_max"] == pytest.approx(0.8)
    assert f["card_utilisation_6m_mean"] == pytest.approx(0.5)
    assert f["card_utilisation_max"] == 1
    assert f["card_utilisation_latest"] == pytest.approx(0.8)
    assert f["card_drawings_12m_mean"] == 1
    assert f["card_cash_share"] == 0.5  # 30 of 60
    assert f["card_paid_to_minimum"] == 1  # 40 of 40
    assert f["card_below_minimum_owing_share"] == 0.5
    assert f["card_days_late_12m_max"] == 3
    assert f["card_late_share"] == 0.25
    assert f["card_balance_to_income"] == pytest.approx(0.05)  # 50 on average


def test_late_money_weighs_more_than_late_pennies(features_of: FeaturesOf) -> None:
    f = features_of(
        installments_payments="""
        DAYS_INSTALMENT DAYS_ENTRY_PAYMENT AMT_INSTALMENT AMT_PAYMENT
        -30             -26                300            300
        -60             -60                100            100
        -1500           -1488              200            200
        """
    )
    assert f["installments_days_late_12m_by_due"] == 3  # (4 x 300 + 0 x 100) / 400
    assert f["installments_days_late_60m_by_due"] == 6  # (4 x 300 + 12 x 200) / 600


def test_lately_late_weighs_more_than_once_late(features_of: FeaturesOf) -> None:
    late_now = features_of(bureau="SK_ID_BUREAU\n1", bureau_balance=_states("1 0 0"))
    late_then = features_of(bureau="SK_ID_BUREAU\n1", bureau_balance=_states("0 0 1"))
    # weights 1, 1/2, 1/3 of the months 0, -1, -2
    assert late_now["bureau_months_lateness_by_recency"] == pytest.approx(6 / 11)
    assert late_then["bureau_months_lateness_by_recency"] == pytest.approx(2 / 11)


def _states(latest_first: str) -> str:
    lines = [f"1 {-ago} {status}" for ago, status in enumerate(latest_first.split())]
    return "\n".join(["SK_ID_BUREAU MONTHS_BALANCE STATUS", *lines])


def test_trend_is_the_slope_towards_the_application(features_of: FeaturesOf) -> None:
    f = features_of(
        credit_card_balance="""
        MONTHS_BALANCE AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL
        -1             60          100
        -2             40          100
        -3             20          100
        -10            20          100
        """
    )
    assert f["card_utilisation_6m_trend"] == pytest.approx(0.2)
    assert f["card_balance_12m_trend"] == pytest.approx(3.2)  # sum of (x - 4)(y - 35) over sum of (x - 4)^2: 160 / 50
    alone = features_of(credit_card_balance="MONTHS_BALANCE AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL\n-1 60 100")
    assert alone["card_utilisation_6m_trend"] is None
