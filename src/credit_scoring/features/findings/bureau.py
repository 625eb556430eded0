"""What can be said of credits at other lenders."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import YEAR, Absence, Finding, against, in_favour, no_history, some
from credit_scoring.features.reasons import Reason
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE

_bureau_active = pl.col("CREDIT_ACTIVE") == "Active"
_year_of_months = pl.col("MONTHS_BALANCE") >= -12
LATE_STATUS = ("1", "2", "3", "4", "5")

ABSENCES: dict[Reason, Absence] = {
    Reason.BUREAU_DEBT: no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_PUNCTUALITY: no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_CREDITS: no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_AGE: no_history("bureau_count", BUREAU.name),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.BUREAU_DEBT: (
        against(
            "MOSTLY_OWED",
            "More than half of an active credit at another lender still owed",
            "Plus de la moitié d'un crédit en cours auprès d'un autre prêteur encore due",
            pl.col("bureau_debt_share_active_max") > 0.5,
            some(
                BUREAU.name,
                _bureau_active
                & (pl.col("AMT_CREDIT_SUM") > 0)
                & (pl.col("AMT_CREDIT_SUM_DEBT") > 0.5 * pl.col("AMT_CREDIT_SUM")),
            ),
        ),
        against(
            "OWED",
            "Debt outstanding on active credits at other lenders",
            "Dette restante sur des crédits en cours auprès d'autres prêteurs",
            pl.col("bureau_debt_active_max") > 0,
            some(BUREAU.name, _bureau_active & (pl.col("AMT_CREDIT_SUM_DEBT") > 0)),
        ),
        in_favour(
            "NO_ACTIVE",
            "No active credits at other lenders",
            "Aucun crédit en cours auprès d'autres prêteurs",
            pl.col("bureau_active_count") == 0,
            ~some(BUREAU.name, _bureau_active),
        ),
    ),
    Reason.BUREAU_PUNCTUALITY: (
        against(
            "OVERDUE",
            "A credit at another lender overdue now",
            "Un crédit auprès d'un autre prêteur actuellement en retard",
            pl.col("bureau_overdue_days_max") > 0,
            some(BUREAU.name, pl.col("CREDIT_DAY_OVERDUE") > 0),
        ),
        against(
            "LATE_LAST_YEAR",
            "A credit at another lender past due in the last 12 months",
            "Un crédit auprès d'un autre prêteur en retard au cours des 12 derniers mois",
            pl.col("bureau_months_late_12m_count") > 0,
            some(BUREAU_BALANCE.name, pl.col("STATUS").is_in(LATE_STATUS) & _year_of_months),
        ),
        against(
            "ONCE_LATE",
            "A credit at another lender past due more than 12 months ago",
            "Un crédit auprès d'un autre prêteur en retard il y a plus de 12 mois",
            pl.col("bureau_months_lateness_max") > 0,
            some(BUREAU_BALANCE.name, pl.col("STATUS").is_in(LATE_STATUS) & ~_year_of_months),
        ),
        against(
            "ONCE_OVERDUE",
            "An amount was overdue at another lender",
            "Un montant a été en retard auprès d'un autre prêteur",
            pl.col("bureau_worst_overdue_max") > 0,
            some(BUREAU.name, pl.col("AMT_CREDIT_MAX_OVERDUE") > 0),
        ),
    ),
    Reason.BUREAU_CREDITS: (
        against(
            "NEW",
            "Credits at other lenders applied for in the last 12 months",
            "Crédits demandés auprès d'autres prêteurs au cours des 12 derniers mois",
            pl.col("bureau_taken_12m_count") > 0,
            some(BUREAU.name, pl.col("DAYS_CREDIT") >= -365),
        ),
        against(
            "ACTIVE",
            "Active credits at other lenders",
            "Crédits en cours auprès d'autres prêteurs",
            pl.col("bureau_active_count") > 0,
            some(BUREAU.name, _bureau_active),
        ),
    ),
    Reason.BUREAU_AGE: (
        against(
            "YOUNG",
            "Oldest credit at other lenders less than three years old",
            "Crédit le plus ancien auprès d'autres prêteurs de moins de trois ans",
            pl.col("bureau_age_max") < 3,
            ~some(BUREAU.name, pl.col("DAYS_CREDIT") <= -3 * YEAR),
        ),
        in_favour(
            "OLD",
            "Oldest credit at other lenders more than five years old",
            "Crédit le plus ancien auprès d'autres prêteurs de plus de cinq ans",
            pl.col("bureau_age_max") > 5,
            some(BUREAU.name, pl.col("DAYS_CREDIT") < -5 * YEAR),
        ),
    ),
}
