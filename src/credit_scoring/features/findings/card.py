"""What can be said of credit cards of this lender."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history
from credit_scoring.features.reasons import Reason
from credit_scoring.features.row_predicates import some
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE

_use = pl.when(pl.col("AMT_CREDIT_LIMIT_ACTUAL") > 0).then(pl.col("AMT_BALANCE") / pl.col("AMT_CREDIT_LIMIT_ACTUAL"))
_year_of_months = pl.col("MONTHS_BALANCE") >= -12

ABSENCES: dict[Reason, Absence] = {
    Reason.CARD_UTILISATION: no_history("card_count", CREDIT_CARD_BALANCE.name),
    Reason.CARD_DRAWINGS: no_history("card_count", CREDIT_CARD_BALANCE.name),
    Reason.CARD_PAYMENTS: no_history("card_count", CREDIT_CARD_BALANCE.name),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.CARD_UTILISATION: (
        against(
            "OVER_LIMIT",
            "Credit card balance above the limit in a month of the last 12",
            "Solde de la carte de crédit au-dessus du plafond lors d'un des 12 derniers mois",
            pl.col("card_utilisation_12m_max") > 1,
            some(CREDIT_CARD_BALANCE.name, (_use > 1) & _year_of_months),
        ),
        against(
            "HIGH",
            "More than half of the credit card limit used in a month of the last 12",
            "Plus de la moitié du plafond de la carte de crédit utilisée lors d'un des 12 derniers mois",
            pl.col("card_utilisation_12m_max") > 0.5,
            some(CREDIT_CARD_BALANCE.name, (_use > 0.5) & _year_of_months),
        ),
        in_favour(
            "LOW",
            "Credit card balance always below half of the limit",
            "Solde de la carte de crédit toujours inférieur à la moitié du plafond",
            pl.col("card_utilisation_max") < 0.5,
            ~some(CREDIT_CARD_BALANCE.name, _use >= 0.5),
        ),
    ),
    Reason.CARD_DRAWINGS: (
        against(
            "CASH",
            "Cash drawn on the credit card in the last 12 months",
            "Espèces retirées avec la carte de crédit au cours des 12 derniers mois",
            pl.col("card_with_cash_12m_share") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("AMT_DRAWINGS_ATM_CURRENT") > 0) & _year_of_months),
        ),
    ),
    Reason.CARD_PAYMENTS: (
        against(
            "LATE_LAST_YEAR",
            "A credit card past due in the last 12 months",
            "Une carte de crédit en retard de paiement au cours des 12 derniers mois",
            pl.col("card_days_late_12m_max") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("SK_DPD") > 0) & _year_of_months),
        ),
        against(
            "BELOW_MINIMUM",
            "Less than the minimum payment paid on the credit card in a month",
            "Paiement inférieur au minimum exigé sur la carte de crédit lors d'un mois",
            pl.col("card_below_minimum_owing_share") > 0,
            some(
                CREDIT_CARD_BALANCE.name,
                pl.col("AMT_PAYMENT_CURRENT").fill_null(0.0) < pl.col("AMT_INST_MIN_REGULARITY"),
            ),
        ),
        against(
            "ONCE_LATE",
            "A credit card past due more than 12 months ago",
            "Une carte de crédit en retard de paiement il y a plus de 12 mois",
            pl.col("card_days_late_max") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("SK_DPD") > 0) & ~_year_of_months),
        ),
    ),
}
