"""Monthly states of consumer and cash loans of this lender: days past due, and what is still to pay.

Two histories of the same rows: the months themselves, and one row a loan with what its latest month says.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history, some
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import IN, History, Statistic, family
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, Condition, Window
from credit_scoring.features.steps import Merge
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE

months = History(
    name="pos_months",
    table=POS_CASH_BALANCE,
    prefix="pos",
    things=Words("months with a loan of this lender", "mois avec un crédit de ce prêteur"),
    joint=IN,
    order=("MONTHS_BALANCE", "SK_ID_PREV"),
)

month = Window("MONTHS_BALANCE", "", Words("fell", "se situent"), per_month=1)
late = Condition("late", Words("show it past due", "le montrent en retard"), months.column("SK_DPD") > 0)
days_late = months.measure(
    "days_late", Words("number of days past due", "du nombre de jours de retard"), Unit.DAYS, "SK_DPD"
)
days_late_lenient = months.measure(
    "days_late_lenient",
    Words("number of days past due (small debts left out)", "du nombre de jours de retard (petites dettes exclues)"),
    Unit.DAYS,
    "SK_DPD_DEF",
)
to_pay = months.measure(
    "to_pay",
    Words("number of instalments still to pay", "du nombre d'échéances restant à payer"),
    Unit.COUNT,
    "CNT_INSTALMENT_FUTURE",
)
months_ago = months.measure(
    "months_ago", Words("months since", "des mois écoulés"), Unit.MONTHS, -months.column("MONTHS_BALANCE")
)

loans = History(
    name="pos_loans",
    table=POS_CASH_BALANCE,
    prefix="pos_loans",
    things=Words("loans of this lender with monthly states", "crédits de ce prêteur avec relevés mensuels"),
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

running = Condition(
    "running",
    Words("are still running", "sont encore en cours"),
    (pl.col("latest_month") >= -2) & ~pl.col("was_completed"),
)
completed = Condition("completed", Words("are completed", "sont soldés"), pl.col("was_completed"))
loan_to_pay = loans.measure(
    "to_pay",
    Words("number of instalments still to pay", "du nombre d'échéances restant à payer"),
    Unit.COUNT,
    pl.col("latest_to_pay"),
)
to_pay_share = loans.measure(
    "to_pay_share",
    Words("share of the instalments still to pay", "de la part des échéances restant à payer"),
    Unit.SHARE,
    pl.when(pl.col("longest_term") > 0).then(pl.col("latest_to_pay") / pl.col("longest_term")),
)

FEATURES: tuple[Feature, ...] = (
    *family(
        (days_late,),
        (Statistic.MAX, Statistic.MEAN),
        (month(6), month(12), ANY),
        risk=Risk.RISES,
        reason=Reason.LOAN_PUNCTUALITY,
    ),
    *family((days_late_lenient,), (Statistic.MAX,), (month(12), ANY), risk=Risk.RISES, reason=Reason.LOAN_PUNCTUALITY),
    *(
        months.composed(months.share(late, among), risk=Risk.RISES, reason=Reason.LOAN_PUNCTUALITY)
        for among in (month(12), ANY)
    ),
    *family(
        (to_pay,), (Statistic.MEAN, Statistic.MIN), (month(24), ANY), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS
    ),
    months.composed(months.count(), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
    *(
        months.composed(value, meaning=meaning, risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS)
        for value, meaning in (
            (
                months_ago.max(),
                Words(
                    "Months since the first monthly state of a loan of this lender",
                    "Mois écoulés depuis le premier état mensuel d'un crédit de ce prêteur",
                ),
            ),
            (
                months_ago.min(),
                Words(
                    "Months since the latest monthly state of a loan of this lender",
                    "Mois écoulés depuis le dernier état mensuel d'un crédit de ce prêteur",
                ),
            ),
        )
    ),
    *(
        loans.composed(loans.count(condition), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS)
        for condition in (running, completed)
    ),
    *family((loan_to_pay,), (Statistic.SUM,), (running,), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
    *family((to_pay_share,), (Statistic.MEAN,), risk=Risk.UNKNOWN, reason=Reason.RUNNING_LOANS),
)

_year_of_months = pl.col("MONTHS_BALANCE") >= -12

ABSENCES: dict[Reason, Absence] = {
    Reason.RUNNING_LOANS: no_history("pos_count", POS_CASH_BALANCE.name),
    Reason.LOAN_PUNCTUALITY: no_history("pos_count", POS_CASH_BALANCE.name),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.RUNNING_LOANS: (
        against(
            "RUNNING",
            "A loan of this lender on record in the last two months, not completed",
            "Un crédit de ce prêteur enregistré lors des deux derniers mois, non soldé",
            pl.col("pos_loans_running_count") > 0,
            some(
                POS_CASH_BALANCE.name,
                (pl.col("MONTHS_BALANCE").max() >= -2)
                & ~(pl.col("NAME_CONTRACT_STATUS") == "Completed").fill_null(False).any(),
                each=("SK_ID_PREV",),
            ),
        ),
    ),
    Reason.LOAN_PUNCTUALITY: (
        against(
            "LATE_LAST_YEAR",
            "A loan of this lender past due in the last 12 months",
            "Un crédit de ce prêteur en retard au cours des 12 derniers mois",
            pl.col("pos_days_late_12m_max") > 0,
            some(POS_CASH_BALANCE.name, (pl.col("SK_DPD") > 0) & _year_of_months),
        ),
        against(
            "ONCE_LATE",
            "A loan of this lender past due more than 12 months ago",
            "Un crédit de ce prêteur en retard il y a plus de 12 mois",
            pl.col("pos_days_late_max") > 0,
            some(POS_CASH_BALANCE.name, (pl.col("SK_DPD") > 0) & ~_year_of_months),
        ),
        in_favour(
            "NEVER_LATE",
            "No month on record with a loan of this lender past due",
            "Aucun mois enregistré avec un crédit de ce prêteur en retard",
            pl.col("pos_days_late_max") == 0,
            ~some(POS_CASH_BALANCE.name, pl.col("SK_DPD") > 0),
        ),
    ),
}

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
