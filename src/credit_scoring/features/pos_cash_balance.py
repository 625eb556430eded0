"""Monthly states of consumer and cash loans of this lender: days past due, and what is still to pay.

Two histories of the same rows: the months themselves, and one row a loan with what its latest month says.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.history import History
from credit_scoring.features.measure import ANY, Condition, Statistic, Window
from credit_scoring.features.reasons import Reason
from credit_scoring.features.steps import Merge
from credit_scoring.features.value import Unit
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE

months = History(
    name="pos_months",
    table=POS_CASH_BALANCE,
    prefix="pos",
    things="months with a loan of this lender",
    joint="in",
    order=("MONTHS_BALANCE", "SK_ID_PREV"),
)

month = Window("MONTHS_BALANCE", "", "fell", per_month=1)
late = Condition("late", "show it past due", months.column("SK_DPD") > 0)
days_late = months.measure("days_late", "number of days past due", Unit.DAYS, months.column("SK_DPD"))
days_late_lenient = months.measure(
    "days_late_lenient", "number of days past due (small debts left out)", Unit.DAYS, months.column("SK_DPD_DEF")
)
to_pay = months.measure(
    "to_pay", "number of instalments still to pay", Unit.COUNT, months.column("CNT_INSTALMENT_FUTURE")
)
months_ago = months.measure("months_ago", "months since", Unit.MONTHS, -months.column("MONTHS_BALANCE"))

loans = History(
    name="pos_loans",
    table=POS_CASH_BALANCE,
    prefix="pos_loans",
    things="loans of this lender with monthly states",
    order=("SK_ID_PREV", "MONTHS_BALANCE"),
    steps=(
        Merge(
            ("SK_ID_PREV",),
            {
                "latest_month": pl.col("MONTHS_BALANCE").max(),
                "latest_to_pay": pl.col("CNT_INSTALMENT_FUTURE").drop_nulls().last(),
                "longest_term": pl.col("CNT_INSTALMENT").max(),
                "was_completed": cleaned.is_one_of(POS_CASH_BALANCE, "NAME_CONTRACT_STATUS", "Completed").any(),
            },
        ),
    ),
)

running = Condition("running", "are still running", (pl.col("latest_month") >= -2) & ~pl.col("was_completed"))
completed = Condition("completed", "are completed", pl.col("was_completed"))
loan_to_pay = loans.measure("to_pay", "number of instalments still to pay", Unit.COUNT, pl.col("latest_to_pay"))
to_pay_share = loans.measure(
    "to_pay_share",
    "share of the instalments still to pay",
    Unit.SHARE,
    pl.when(pl.col("longest_term") > 0).then(pl.col("latest_to_pay") / pl.col("longest_term")),
)

FEATURES: tuple[Feature, ...] = (
    *months.family(
        (days_late,),
        (Statistic.MAX, Statistic.MEAN),
        (month(6), month(12), ANY),
        risk=Risk.RISES,
        reason=Reason.LOAN_PUNCTUALITY,
    ),
    *months.family(
        (days_late_lenient,), (Statistic.MAX,), (month(12), ANY), risk=Risk.RISES, reason=Reason.LOAN_PUNCTUALITY
    ),
    *(
        months.composed(months.share(late, among), risk=Risk.RISES, reason=Reason.LOAN_PUNCTUALITY)
        for among in (month(12), ANY)
    ),
    *months.family(
        (to_pay,), (Statistic.MEAN, Statistic.MIN), (month(24), ANY), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS
    ),
    months.composed(months.count(), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
    *(
        months.composed(value, meaning=meaning, risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS)
        for value, meaning in (
            (months_ago.max(), "Months since the first monthly state of a loan of this lender"),
            (months_ago.min(), "Months since the latest monthly state of a loan of this lender"),
        )
    ),
    *(
        loans.composed(loans.count(condition), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS)
        for condition in (running, completed)
    ),
    *loans.family((loan_to_pay,), (Statistic.SUM,), (running,), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
    *loans.family((to_pay_share,), (Statistic.MEAN,), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
)
