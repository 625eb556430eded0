"""Monthly states of credit cards of this lender: use of the limit, drawings, payments and delays."""

from __future__ import annotations

from credit_scoring.features.application import INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.history import History
from credit_scoring.features.measure import ANY, Condition, Statistic, Window
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE

months = History(
    name="credit_card_balance",
    table=CREDIT_CARD_BALANCE,
    prefix="card",
    things="months with a credit card of this lender",
    joint="in",
    order=("MONTHS_BALANCE", "SK_ID_PREV"),
)

month = Window("MONTHS_BALANCE", "", "fell", per_month=1)

balance = months.measure("balance", "balance", Unit.CURRENCY, months.column("AMT_BALANCE"))
limit = months.measure("limit", "limit", Unit.CURRENCY, months.column("AMT_CREDIT_LIMIT_ACTUAL"))
drawn = months.measure("drawn", "amount drawn", Unit.CURRENCY, months.column("AMT_DRAWINGS_CURRENT"))
drawn_cash = months.measure("drawn_cash", "cash drawn", Unit.CURRENCY, months.column("AMT_DRAWINGS_ATM_CURRENT"))
drawings = months.measure("drawings", "number of drawings", Unit.COUNT, months.column("CNT_DRAWINGS_CURRENT"))
cash_drawings = months.measure(
    "cash_drawings", "number of cash drawings", Unit.COUNT, months.column("CNT_DRAWINGS_ATM_CURRENT")
)
paid = months.measure("paid", "amount paid", Unit.CURRENCY, months.column("AMT_PAYMENT_CURRENT"))
minimum = months.measure("minimum", "minimum payment", Unit.CURRENCY, months.column("AMT_INST_MIN_REGULARITY"))
days_late = months.measure("days_late", "number of days past due", Unit.DAYS, months.column("SK_DPD"))
days_late_lenient = months.measure(
    "days_late_lenient", "number of days past due (small debts left out)", Unit.DAYS, months.column("SK_DPD_DEF")
)
months_ago = months.measure("months_ago", "months since", Unit.MONTHS, -months.column("MONTHS_BALANCE"))
recency = months.measure(
    "recency", "recency (1 / (1 + months since))", Unit.RATIO, 1.0 / (1.0 - months.column("MONTHS_BALANCE"))
)
utilisation = (balance / limit).named("utilisation", "use of the limit")

late = Condition("late", "show it past due", days_late.expression > 0)
owing = Condition("owing", "asked for a minimum payment", minimum.expression > 0)
below_minimum = Condition(
    "below_minimum", "were paid less than the minimum", paid.expression.fill_null(0.0) < minimum.expression
)
with_cash = Condition("with_cash", "show cash drawn", drawn_cash.expression > 0)

FEATURES: tuple[Feature, ...] = (
    *months.family(
        (utilisation,),
        (Statistic.MEAN, Statistic.MAX),
        (month(3), month(6), month(12), ANY),
        risk=Risk.RISES,
        reason=Reason.CARD_UTILISATION,
    ),
    *months.family((utilisation,), (Statistic.LATEST,), risk=Risk.RISES, reason=Reason.CARD_UTILISATION),
    *months.family(
        (balance,), (Statistic.MEAN, Statistic.MAX), (month(12),), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION
    ),
    *months.family((limit,), (Statistic.LATEST,), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION),
    months.feature(
        "card_balance_to_income",
        balance.where(month(6)).mean().at_least(0.0) / INCOME,
        meaning="Average card balance of the last 6 months as a share of the yearly income",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.CARD_UTILISATION,
    ),
    *months.family(
        (drawings, cash_drawings),
        (Statistic.MEAN,),
        (month(3), month(12), ANY),
        risk=Risk.UNKNOWN,
        reason=Reason.CARD_DRAWINGS,
    ),
    *months.family((drawn,), (Statistic.MEAN,), (month(6), ANY), risk=Risk.UNKNOWN, reason=Reason.CARD_DRAWINGS),
    months.feature(
        "card_cash_share",
        drawn_cash.sum() / drawn.sum(),
        meaning="Share of cash in all that was drawn on credit cards of this lender",
        unit=Unit.SHARE,
        risk=Risk.UNKNOWN,
        reason=Reason.CARD_DRAWINGS,
    ),
    months.composed(months.share(with_cash, month(12)), risk=Risk.UNKNOWN, reason=Reason.CARD_DRAWINGS),
    *(
        months.feature(
            f"card_paid_to_minimum{suffix}",
            paid.where(window, owing).sum() / minimum.where(window, owing).sum(),
            meaning=f"Payments as a multiple of the minimum payments of credit cards of this lender{words}",
            unit=Unit.RATIO,
            risk=Risk.FALLS,
            reason=Reason.CARD_PAYMENTS,
        )
        for window, suffix, words in ((month(12), "_12m", " in the last 12 months"), (ANY, "", ""))
    ),
    *(
        months.composed(months.share(below_minimum, among), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS)
        for among in (owing & month(12), owing)
    ),
    *months.family(
        (days_late,), (Statistic.MAX, Statistic.MEAN), (month(12), ANY), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS
    ),
    *months.family((days_late_lenient,), (Statistic.MAX,), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
    months.composed(months.share(late), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
    months.composed(months.count(), risk=Risk.UNKNOWN, reason=Reason.CARD_PAYMENTS),
    *(
        months.composed(measure.where(window).trend(months_ago), risk=Risk.UNKNOWN, reason=Reason.CARD_UTILISATION)
        for measure, window in ((utilisation, month(6)), (utilisation, month(12)), (balance, month(12)))
    ),
    months.composed(days_late.mean_by(recency), risk=Risk.RISES, reason=Reason.CARD_PAYMENTS),
)
