"""Credits at other lenders, as the credit bureau reports them: debts, punctuality, number and kind, age."""

from __future__ import annotations

from credit_scoring.features.agency_scores import LACK
from credit_scoring.features.application import ANNUITY, INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.history import History
from credit_scoring.features.measure import ANY, DAYS_A_YEAR, Statistic, Window
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit
from credit_scoring.schema.bureau import BUREAU

credits = History(
    name="bureau",
    table=BUREAU,
    prefix="bureau",
    things="credits at other lenders",
    order=("DAYS_CREDIT", "SK_ID_BUREAU"),
)

taken = Window("DAYS_CREDIT", "taken", "were applied for")
active = credits.condition("active", "are still active", "CREDIT_ACTIVE", "Active")
closed = credits.condition("closed", "are closed", "CREDIT_ACTIVE", "Closed")
lost = credits.condition("lost", "were sold or written off", "CREDIT_ACTIVE", "Sold", "Bad debt")
card = credits.condition("card", "are credit cards", "CREDIT_TYPE", "Credit card")
consumer = credits.condition("consumer", "are consumer credits", "CREDIT_TYPE", "Consumer credit")
microloan = credits.condition("microloan", "are microloans", "CREDIT_TYPE", "Microloan")
secured = credits.condition(
    "secured", "are mortgages or car loans", "CREDIT_TYPE", "Mortgage", "Real estate loan", "Car loan"
)

amount = credits.measure("amount", "amount", Unit.CURRENCY, credits.column("AMT_CREDIT_SUM"))
debt = credits.measure("debt", "debt", Unit.CURRENCY, credits.column("AMT_CREDIT_SUM_DEBT"))
limit = credits.measure("limit", "limit", Unit.CURRENCY, credits.column("AMT_CREDIT_SUM_LIMIT"))
annuity = credits.measure("annuity", "annuity", Unit.CURRENCY, credits.column("AMT_ANNUITY"))
overdue = credits.measure("overdue", "amount overdue", Unit.CURRENCY, credits.column("AMT_CREDIT_SUM_OVERDUE"))
worst_overdue = credits.measure(
    "worst_overdue",
    "highest amount that was overdue at a time",
    Unit.CURRENCY,
    credits.column("AMT_CREDIT_MAX_OVERDUE"),
)
overdue_days = credits.measure(
    "overdue_days", "number of days overdue", Unit.DAYS, credits.column("CREDIT_DAY_OVERDUE")
)
prolonged = credits.measure("prolonged", "number of prolongations", Unit.COUNT, credits.column("CNT_CREDIT_PROLONG"))
age = credits.measure("age", "age", Unit.YEARS, -credits.column("DAYS_CREDIT") / DAYS_A_YEAR)
recency = credits.measure("recency", "recency (1 / (1 + years since))", Unit.RATIO, 1.0 / (1.0 + age.expression))
since_end = credits.measure(
    "since_end", "time since the end", Unit.YEARS, -credits.column("DAYS_ENDDATE_FACT") / DAYS_A_YEAR
)
remaining = credits.measure(
    "remaining",
    "remaining time",
    Unit.YEARS,
    # end dates of the far past and far future are placeholders: none counts for more than thirty years ahead
    credits.column("DAYS_CREDIT_ENDDATE").clip(0.0, 30.0 * DAYS_A_YEAR) / DAYS_A_YEAR,
)
early_end = credits.measure(
    "early_end",
    "lead of the end over the agreed end",
    Unit.YEARS,
    ((credits.column("DAYS_CREDIT_ENDDATE") - credits.column("DAYS_ENDDATE_FACT")) / DAYS_A_YEAR).clip(-30.0, 30.0),
)
debt_share = (debt / amount).named("debt_share", "share still owed")

# never below zero: a credit paid too much must not turn a better income, score or debt into a worse value
total_debt = debt.where(active).sum().at_least(0.0)
card_debt = debt.where(active, card).sum().at_least(0.0)
card_limit = limit.where(active, card).sum().at_least(0.0)
total_debt_share = total_debt / amount.where(active).sum()

_debts = (
    *credits.family(
        (debt_share,), (Statistic.MAX, Statistic.MEAN), (ANY, active), risk=Risk.RISES, reason=Reason.BUREAU_DEBT
    ),
    *credits.family(
        (debt, debt_share), (Statistic.MEAN,), (taken(12), taken(24)), risk=Risk.RISES, reason=Reason.BUREAU_DEBT
    ),
    *credits.family((debt,), (Statistic.SUM, Statistic.MAX), (active,), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *credits.family((debt,), (Statistic.SUM,), (card, consumer), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    credits.feature(
        "bureau_total_debt_share",
        total_debt_share,
        meaning="Debt of all active credits at other lenders as a share of their amounts",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_debt_to_income",
        total_debt / INCOME,
        meaning="Debt of all active credits at other lenders as a multiple of the yearly income",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_annuities_to_income",
        (annuity.where(active).sum() + ANNUITY) / INCOME,
        meaning="Annuities of active credits at other lenders and of the loan asked for, as a share of the income",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_card_utilisation",
        card_debt / (card_limit + card_debt),
        meaning="Debt of active credit cards at other lenders as a share of debt and open limit",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "agency_lack_times_bureau_debt_share",
        LACK * total_debt_share,
        meaning="What the agency scores lack of the best, times the share of active credits still owed",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.AGENCY_SCORES_TOGETHER,
    ),
)

_punctuality = (
    *credits.family((overdue, prolonged), (Statistic.SUM,), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    *credits.family((overdue_days,), (Statistic.MAX,), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    *credits.family(
        (worst_overdue,),
        (Statistic.MAX, Statistic.MEAN),
        (ANY, taken(24)),
        risk=Risk.RISES,
        reason=Reason.BUREAU_PUNCTUALITY,
    ),
    credits.composed(credits.count(lost), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
)

_numbers = (
    *(
        credits.composed(credits.count(condition), risk=Risk.UNKNOWN, reason=Reason.BUREAU_CREDITS)
        for condition in (ANY, active, closed, taken(6), taken(12), taken(24), card, microloan, secured)
    ),
    *(
        credits.composed(credits.share(condition), risk=Risk.UNKNOWN, reason=Reason.BUREAU_CREDITS)
        for condition in (active, card, consumer)
    ),
    *credits.family(
        (amount,),
        (Statistic.SUM, Statistic.MEAN, Statistic.MAX),
        (ANY, active),
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_CREDITS,
    ),
)

_ages = (
    *credits.family(
        (age,),
        (Statistic.MIN, Statistic.MEAN, Statistic.MAX),
        (ANY, active, closed),
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_AGE,
    ),
    *credits.family(
        (since_end,), (Statistic.MIN, Statistic.MEAN), (closed,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE
    ),
    *credits.family(
        (remaining,), (Statistic.MAX, Statistic.MEAN), (active,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE
    ),
    *credits.family((early_end,), (Statistic.MEAN,), (closed,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
)

_debt_by_age = (
    credits.composed(debt_share.mean_by(recency), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *credits.family((debt,), (Statistic.MEAN,), (taken(60),), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
)

FEATURES: tuple[Feature, ...] = (*_debts, *_punctuality, *_numbers, *_ages, *_debt_by_age)
