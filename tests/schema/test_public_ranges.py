"""The smallest and the largest value of each number in the competition's whole public files lie in the declared ranges.

Aggregates as the competition's many public descriptions give them, sentinels aside, and no row. The rows that were at
hand when this was written (a fifth of the clients) lie inside.
"""

from __future__ import annotations

import pytest

from credit_scoring.schema.column import Kind
from credit_scoring.schema.tables import TABLES, table

PUBLIC: dict[str, dict[str, tuple[float, float]]] = {
    "application": {
        "CNT_CHILDREN": (0, 20), "AMT_INCOME_TOTAL": (25_650, 1.17e8), "AMT_CREDIT": (45_000, 4_050_000),
        "AMT_ANNUITY": (1_615.5, 258_025.5), "AMT_GOODS_PRICE": (40_500, 4_050_000),
        "REGION_POPULATION_RELATIVE": (0.000253, 0.072508), "DAYS_BIRTH": (-25_229, -7_338),
        "DAYS_EMPLOYED": (-17_912, 0), "DAYS_REGISTRATION": (-24_672, 0), "DAYS_ID_PUBLISH": (-7_197, 0),
        "OWN_CAR_AGE": (0, 91), "CNT_FAM_MEMBERS": (1, 21), "REGION_RATING_CLIENT": (1, 3),
        "HOUR_APPR_PROCESS_START": (0, 23), "EXT_SOURCE_1": (0.013458, 0.962693), "EXT_SOURCE_2": (0, 0.855),
        "EXT_SOURCE_3": (0.000527, 0.89601), "OBS_30_CNT_SOCIAL_CIRCLE": (0, 354), "DEF_30_CNT_SOCIAL_CIRCLE": (0, 34),
        "OBS_60_CNT_SOCIAL_CIRCLE": (0, 351), "DEF_60_CNT_SOCIAL_CIRCLE": (0, 24),
        "DAYS_LAST_PHONE_CHANGE": (-4_361, 0), "AMT_REQ_CREDIT_BUREAU_HOUR": (0, 4),
        "AMT_REQ_CREDIT_BUREAU_DAY": (0, 9), "AMT_REQ_CREDIT_BUREAU_WEEK": (0, 8), "AMT_REQ_CREDIT_BUREAU_MON": (0, 27),
        "AMT_REQ_CREDIT_BUREAU_QRT": (0, 261), "AMT_REQ_CREDIT_BUREAU_YEAR": (0, 25),
    },
    "bureau": {
        "DAYS_CREDIT": (-2_922, 0), "CREDIT_DAY_OVERDUE": (0, 2_792), "DAYS_CREDIT_ENDDATE": (-42_060, 31_199),
        "DAYS_ENDDATE_FACT": (-42_023, 0), "AMT_CREDIT_MAX_OVERDUE": (0, 115_987_185), "CNT_CREDIT_PROLONG": (0, 9),
        "AMT_CREDIT_SUM": (0, 585_000_000), "AMT_CREDIT_SUM_DEBT": (-4_705_600.32, 170_100_000),
        "AMT_CREDIT_SUM_LIMIT": (-586_406.115, 4_705_600.32), "AMT_CREDIT_SUM_OVERDUE": (0, 3_756_681),
        "DAYS_CREDIT_UPDATE": (-41_947, 372), "AMT_ANNUITY": (0, 118_453_423.5),
    },
    "bureau_balance": {"MONTHS_BALANCE": (-96, 0)},
    "previous_application": {
        "AMT_ANNUITY": (0, 418_058.145), "AMT_APPLICATION": (0, 6_905_160), "AMT_CREDIT": (0, 6_905_160),
        "AMT_DOWN_PAYMENT": (-0.9, 3_060_045), "AMT_GOODS_PRICE": (0, 6_905_160), "HOUR_APPR_PROCESS_START": (0, 23),
        "RATE_DOWN_PAYMENT": (-0.0000149788, 1), "RATE_INTEREST_PRIMARY": (0.034781, 1),
        "RATE_INTEREST_PRIVILEGED": (0.37315, 1), "DAYS_DECISION": (-2_922, -1), "SELLERPLACE_AREA": (0, 4_000_000),
        "CNT_PAYMENT": (0, 84), "DAYS_FIRST_DRAWING": (-2_922, -2), "DAYS_FIRST_DUE": (-2_892, -2),
        "DAYS_LAST_DUE_1ST_VERSION": (-2_801, 2_389), "DAYS_LAST_DUE": (-2_889, -2), "DAYS_TERMINATION": (-2_874, -2),
    },
    "pos_cash_balance": {
        "MONTHS_BALANCE": (-96, -1), "CNT_INSTALMENT": (1, 92), "CNT_INSTALMENT_FUTURE": (0, 85), "SK_DPD": (0, 4_231),
        "SK_DPD_DEF": (0, 3_595),
    },
    "installments_payments": {
        "NUM_INSTALMENT_VERSION": (0, 178), "NUM_INSTALMENT_NUMBER": (1, 277), "DAYS_INSTALMENT": (-2_922, -1),
        "DAYS_ENTRY_PAYMENT": (-4_921, -1), "AMT_INSTALMENT": (0, 3_771_487.845), "AMT_PAYMENT": (0, 3_771_487.845),
    },
    "credit_card_balance": {
        "MONTHS_BALANCE": (-96, -1), "AMT_BALANCE": (-420_250.185, 1_505_902.185),
        "AMT_CREDIT_LIMIT_ACTUAL": (0, 1_350_000), "AMT_DRAWINGS_ATM_CURRENT": (-6_827.31, 2_115_000),
        "AMT_DRAWINGS_CURRENT": (-6_211.62, 2_287_098.315), "AMT_DRAWINGS_OTHER_CURRENT": (0, 1_529_847),
        "AMT_DRAWINGS_POS_CURRENT": (0, 2_239_274.16), "AMT_INST_MIN_REGULARITY": (0, 202_882.005),
        "AMT_PAYMENT_CURRENT": (0, 4_289_207.445), "AMT_PAYMENT_TOTAL_CURRENT": (0, 4_278_315.69),
        "AMT_RECEIVABLE_PRINCIPAL": (-423_305.82, 1_472_316.795), "AMT_RECIVABLE": (-420_250.185, 1_493_338.185),
        "AMT_TOTAL_RECEIVABLE": (-420_250.185, 1_493_338.185), "CNT_DRAWINGS_ATM_CURRENT": (0, 51),
        "CNT_DRAWINGS_CURRENT": (0, 165), "CNT_DRAWINGS_OTHER_CURRENT": (0, 12), "CNT_DRAWINGS_POS_CURRENT": (0, 165),
        "CNT_INSTALMENT_MATURE_CUM": (0, 120), "SK_DPD": (0, 3_260), "SK_DPD_DEF": (0, 3_260),
    },
}  # fmt: skip
BETWEEN_0_AND_1 = ("_AVG", "_MODE", "_MEDI")
"""Normalised by the lender, all from 0 to 1."""


@pytest.mark.parametrize("name", PUBLIC)
def test_no_public_value_is_out_of_range(name: str) -> None:
    for column, (low, high) in PUBLIC[name].items():
        declared = table(name).column(column)
        assert declared.low is not None
        assert declared.high is not None
        assert declared.low <= low <= high <= declared.high, column


def test_every_number_is_looked_at() -> None:
    for each in TABLES:
        for column in each.columns:
            numeric = column.kind in (Kind.WHOLE, Kind.NUMBER) and (column.low, column.high) != (0, 1)
            if each.name != "outcomes" and numeric and not column.name.endswith(BETWEEN_0_AND_1):
                assert column.name in PUBLIC[each.name] or column.sentinels, f"{each.name}.{column.name}"
