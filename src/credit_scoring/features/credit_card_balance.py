"""Monthly states of credit cards of this lender: use of the limit, drawings, payments and delays."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.application import INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history, some
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import IN, History, Statistic, family
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, Condition, Window
from credit_scoring.features.value import Unit
from credit_scoring.features.words import SILENT, Words
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE

months = History(
    name="credit_card_balance",
    table=CREDIT_CARD_BALANCE,
    prefix="card",
    things=Words("months with a credit card of this lender", "mois avec une carte de crédit de ce prêteur"),
    joint=IN,
    order=("MONTHS_BALANCE", "SK_ID_PREV"),
)

month = Window("MONTHS_BALANCE", "", Words("fell", "se situent"), per_month=1)

balance = months.measure("balance", Words("balance", "du solde"), Unit.CURRENCY, "AMT_BALANCE")
limit = months.measure("limit", Words("limit", "du plafond"), Unit.CURRENCY, "AMT_CREDIT_LIMIT_ACTUAL")
drawn = months.measure("drawn", Words("amount drawn", "du montant tiré"), Unit.CURRENCY, "AMT_DRAWINGS_CURRENT")
drawn_cash = months.measure(
    "drawn_cash", Words("cash drawn", "des espèces retirées"), Unit.CURRENCY, "AMT_DRAWINGS_ATM_CURRENT"
)
drawings = months.measure(
    "drawings", Words("number of drawings", "du nombre de tirages"), Unit.COUNT, "CNT_DRAWINGS_CURRENT"
)
cash_drawings = months.measure(
    "cash_drawings",
    Words("number of cash drawings", "du nombre de retraits d'espèces"),
    Unit.COUNT,
    "CNT_DRAWINGS_ATM_CURRENT",
)
paid = months.measure("paid", Words("amount paid", "du montant payé"), Unit.CURRENCY, "AMT_PAYMENT_CURRENT")
minimum = months.measure(
    "minimum", Words("minimum payment", "du paiement minimum"), Unit.CURRENCY, "AMT_INST_MIN_REGULARITY"
)
days_late = months.measure(
    "days_late", Words("number of days past due", "du nombre de jours de retard"), Unit.DAYS, "SK_DPD"
)
days_late_lenient = months.measure(
    "days_late_lenient",
    Words("number of days past due (small debts left out)", "du nombre de jours de retard (petites dettes exclues)"),
    Unit.DAYS,
    "SK_DPD_DEF",
)
months_ago = months.measure(
    "months_ago", Words("months since", "des mois écoulés"), Unit.MONTHS, -months.column("MONTHS_BALANCE")
)
recency = months.measure(
    "recency",
    Words("recency (1 / (1 + months since))", "de la récence (1 / (1 + mois écoulés))"),
    Unit.RATIO,
    1.0 / (1.0 - months.column("MONTHS_BALANCE")),
)
utilisation = balance.divided_by(limit, "utilisation", Words("use of the limit", "de l'usage du plafond"))

late = Condition("late", Words("show it past due", "le montrent en retard"), days_late.expression > 0)
owing = Condition(
    "owing", Words("asked for a minimum payment", "exigeaient un paiement minimum"), minimum.expression > 0
)
below_minimum = Condition(
    "below_minimum",
    Words("were paid less than the minimum", "ont été payés au-dessous du minimum"),
    paid.expression.fill_null(0.0) < minimum.expression,
)
with_cash = Condition("with_cash", Words("show cash drawn", "montrent un retrait d'espèces"), drawn_cash.expression > 0)

FEATURES: tuple[Feature, ...] = (
    *family(
        (utilisation,),
        (Statistic.MEAN, Statistic.MAX),
        (month(3), month(6), month(12), ANY),
        risk=Risk.RISES,
        reason=Reason.CARD_UTILISATION,
    ),
    *family((utilisation,), (Statistic.LATEST,), risk=Risk.RISES, reason=Reason.CARD_UTILISATION),
    *family(
        (balance,), (Statistic.MEAN, Statistic.MAX), (month(12),), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION
    ),
    *family((limit,), (Statistic.LATEST,), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION),
    months.feature(
        "card_balance_to_income",
        balance.where(month(6)).mean().at_least(0.0) / INCOME,
        meaning=Words(
            "Average card balance of the last 6 months as a share of the yearly income",
            "Solde moyen de la carte des 6 derniers mois en part du revenu annuel",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.CARD_UTILISATION,
    ),
    *family(
        (drawings, cash_drawings),
        (Statistic.MEAN,),
        (month(3), month(12), ANY),
        risk=Risk.UNKNOWN,
        reason=Reason.CARD_DRAWINGS,
    ),
    *family((drawn,), (Statistic.MEAN,), (month(6), ANY), risk=Risk.UNKNOWN, reason=Reason.CARD_DRAWINGS),
    months.feature(
        "card_cash_share",
        drawn_cash.sum() / drawn.sum(),
        meaning=Words(
            "Share of cash in all that was drawn on credit cards of this lender",
            "Part des espèces dans tout ce qui a été tiré sur les cartes de crédit de ce prêteur",
        ),
        unit=Unit.SHARE,
        risk=Risk.UNKNOWN,
        reason=Reason.CARD_DRAWINGS,
    ),
    months.composed(months.share(with_cash, month(12)), risk=Risk.UNKNOWN, reason=Reason.CARD_DRAWINGS),
    *(
        months.feature(
            f"card_paid_to_minimum{suffix}",
            paid.where(window, owing).sum() / minimum.where(window, owing).sum(),
            meaning=Words(
                "Payments as a multiple of the minimum payments of credit cards of this lender" + words.en,
                "Paiements en multiple des paiements minimums des cartes de crédit de ce prêteur" + words.fr,
            ),
            unit=Unit.RATIO,
            risk=Risk.FALLS,
            reason=Reason.CARD_PAYMENTS,
        )
        for window, suffix, words in (
            (month(12), "_12m", Words(" in the last 12 months", " au cours des 12 derniers mois")),
            (ANY, "", SILENT),
        )
    ),
    *(
        months.composed(months.share(below_minimum, among), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS)
        for among in (owing & month(12), owing)
    ),
    *family(
        (days_late,), (Statistic.MAX, Statistic.MEAN), (month(12), ANY), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS
    ),
    *family((days_late_lenient,), (Statistic.MAX,), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
    months.composed(months.share(late), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
    months.composed(months.count(), risk=Risk.UNKNOWN, reason=Reason.CARD_PAYMENTS),
    *(
        months.composed(measure.where(window).trend(months_ago), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION)
        for measure, window in ((utilisation, month(6)), (utilisation, month(12)), (balance, month(12)))
    ),
    months.composed(days_late.mean_by(recency), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
)

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

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
