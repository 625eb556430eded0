"""What can be said of earlier applications to this lender."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history, some
from credit_scoring.features.reasons import Reason
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

_refused = pl.col("NAME_CONTRACT_STATUS") == "Refused"

ABSENCES: dict[Reason, Absence] = {
    Reason.EARLIER_DECISIONS: no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_LOANS: no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_DATES: no_history("previous_count", PREVIOUS_APPLICATION.name),
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
}
