"""What can be said of earlier applications and loans of this lender."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history
from credit_scoring.features.reasons import Reason
from credit_scoring.features.row_predicates import some
from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

_refused = pl.col("NAME_CONTRACT_STATUS") == "Refused"
_paid_late = pl.when(pl.col("DAYS_ENTRY_PAYMENT").is_null()).then(pl.col("DAYS_INSTALMENT") < 0)
_late_or_overdue = _paid_late.otherwise(pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT"))
_short = pl.col("AMT_PAYMENT").sum() < pl.col("AMT_INSTALMENT").max() - 1e-6
_year_of_months = pl.col("MONTHS_BALANCE") >= -12
AN_INSTALMENT = ("SK_ID_PREV", "NUM_INSTALMENT_VERSION", "NUM_INSTALMENT_NUMBER", "DAYS_INSTALMENT")

ABSENCES: dict[Reason, Absence] = {
    Reason.EARLIER_DECISIONS: no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_LOANS: no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_DATES: no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.RUNNING_LOANS: no_history("pos_count", POS_CASH_BALANCE.name),
    Reason.LOAN_PUNCTUALITY: no_history("pos_count", POS_CASH_BALANCE.name),
    Reason.LATE_PAYMENTS: no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
    Reason.SHORT_PAYMENTS: no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.EARLIER_DECISIONS: (
        against(
            "REFUSED_LAST_YEAR",
            "An earlier application to this lender refused in the last 12 months",
            "Une demande antérieure auprès de ce prêteur refusée au cours des 12 derniers mois",
            pl.col("previous_refused_12m_count") > 0,
            some(PREVIOUS_APPLICATION.name, _refused & (pl.col("DAYS_DECISION") >= -365)),
        ),
        against(
            "REFUSED",
            "An earlier application to this lender refused",
            "Une demande antérieure auprès de ce prêteur refusée",
            pl.col("previous_refused_count") > 0,
            some(PREVIOUS_APPLICATION.name, _refused),
        ),
        in_favour(
            "NONE_REFUSED",
            "No earlier application to this lender refused",
            "Aucune demande antérieure auprès de ce prêteur refusée",
            pl.col("previous_refused_count") == 0,
            ~some(PREVIOUS_APPLICATION.name, _refused),
        ),
    ),
    Reason.EARLIER_LOANS: (
        against(
            "DEAR",
            "An earlier application to this lender in its group of high interest",
            "Une demande antérieure auprès de ce prêteur dans son groupe d'intérêt élevé",
            pl.col("previous_dear_share") > 0,
            some(PREVIOUS_APPLICATION.name, pl.col("NAME_YIELD_GROUP") == "high"),
        ),
        against(
            "NO_DOWN_PAYMENT",
            "No down payment on an earlier application to this lender",
            "Aucun apport lors d'une demande antérieure auprès de ce prêteur",
            pl.col("previous_down_payment_max") == 0,
            ~some(PREVIOUS_APPLICATION.name, pl.col("AMT_DOWN_PAYMENT") > 0),
        ),
        in_favour(
            "DOWN_PAYMENT",
            "A down payment on an earlier application to this lender",
            "Un apport lors d'une demande antérieure auprès de ce prêteur",
            pl.col("previous_down_payment_max") > 0,
            some(PREVIOUS_APPLICATION.name, pl.col("AMT_DOWN_PAYMENT") > 0),
        ),
    ),
    Reason.EARLIER_DATES: (
        against(
            "RECENT",
            "An earlier application to this lender decided in the last 6 months",
            "Une demande antérieure auprès de ce prêteur décidée au cours des 6 derniers mois",
            pl.col("previous_6m_count") > 0,
            some(PREVIOUS_APPLICATION.name, pl.col("DAYS_DECISION") >= -183),
        ),
    ),
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
    Reason.LATE_PAYMENTS: (
        against(
            "LAST_YEAR",
            "An instalment of an earlier loan that fell due in the last 12 months paid late or overdue",
            "Une échéance d'un crédit antérieur, due au cours des 12 derniers mois, payée en retard ou impayée",
            pl.col("worst_delay_last_year") > 0,
            some(INSTALLMENTS_PAYMENTS.name, _late_or_overdue & (pl.col("DAYS_INSTALMENT") >= -365)),
        ),
        against(
            "ONCE",
            "An instalment of an earlier loan paid late or overdue",
            "Une échéance d'un crédit antérieur payée en retard ou impayée",
            pl.col("installments_days_late_max") > 0,
            some(INSTALLMENTS_PAYMENTS.name, _late_or_overdue),
        ),
        in_favour(
            "NEVER",
            "No payment of an instalment of an earlier loan came late",
            "Aucun paiement d'échéance d'un crédit antérieur reçu en retard",
            pl.col("installments_days_late_max") == 0,
            ~some(INSTALLMENTS_PAYMENTS.name, pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT")),
        ),
    ),
    Reason.SHORT_PAYMENTS: (
        against(
            "LAST_YEAR",
            "An instalment of an earlier loan that fell due in the last 12 months not paid in full",
            "Une échéance d'un crédit antérieur, due au cours des 12 derniers mois, non payée en totalité",
            pl.col("installments_shortfall_12m_sum") > 1,
            some(INSTALLMENTS_PAYMENTS.name, _short & (pl.col("DAYS_INSTALMENT").max() >= -365), each=AN_INSTALMENT),
        ),
        against(
            "ONCE",
            "An instalment of an earlier loan not paid in full",
            "Une échéance d'un crédit antérieur non payée en totalité",
            pl.col("installments_shortfall_sum") > 1,
            some(INSTALLMENTS_PAYMENTS.name, _short, each=AN_INSTALMENT),
        ),
    ),
}
