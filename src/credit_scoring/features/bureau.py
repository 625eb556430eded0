"""Credits at other lenders, as the credit bureau reports them: debts, punctuality, number and kind, age."""

from __future__ import annotations

from credit_scoring.features.agency_scores import LACK
from credit_scoring.features.application import ANNUITY, INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.bureau import ABSENCES, FINDINGS
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import History, Statistic, family
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, DAYS_A_YEAR, Window
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words
from credit_scoring.schema.bureau import BUREAU

credits = History(
    name="bureau",
    table=BUREAU,
    prefix="bureau",
    things=Words("credits at other lenders", "crédits auprès d'autres prêteurs"),
    order=("DAYS_CREDIT", "SK_ID_BUREAU"),
)

taken = Window("DAYS_CREDIT", "taken", Words("were applied for", "ont été demandés"))
active = credits.condition("active", Words("are still active", "sont en cours"), "CREDIT_ACTIVE", "Active")
closed = credits.condition("closed", Words("are closed", "sont clos"), "CREDIT_ACTIVE", "Closed")
lost = credits.condition(
    "lost", Words("were sold or written off", "ont été cédés ou passés en perte"), "CREDIT_ACTIVE", "Sold", "Bad debt"
)
card = credits.condition("card", Words("are credit cards", "sont des cartes de crédit"), "CREDIT_TYPE", "Credit card")
consumer = credits.condition(
    "consumer", Words("are consumer credits", "sont des crédits à la consommation"), "CREDIT_TYPE", "Consumer credit"
)
microloan = credits.condition("microloan", Words("are microloans", "sont des microcrédits"), "CREDIT_TYPE", "Microloan")
secured = credits.condition(
    "secured",
    Words("are mortgages or car loans", "sont des prêts immobiliers ou automobiles"),
    "CREDIT_TYPE",
    "Mortgage",
    "Real estate loan",
    "Car loan",
)

amount = credits.measure("amount", Words("amount", "du montant"), Unit.CURRENCY, "AMT_CREDIT_SUM")
debt = credits.measure("debt", Words("debt", "de la dette"), Unit.CURRENCY, "AMT_CREDIT_SUM_DEBT")
limit = credits.measure("limit", Words("limit", "du plafond"), Unit.CURRENCY, "AMT_CREDIT_SUM_LIMIT")
annuity = credits.measure("annuity", Words("annuity", "de l'annuité"), Unit.CURRENCY, "AMT_ANNUITY")
overdue = credits.measure(
    "overdue", Words("amount overdue", "du montant en retard"), Unit.CURRENCY, "AMT_CREDIT_SUM_OVERDUE"
)
worst_overdue = credits.measure(
    "worst_overdue",
    Words("highest amount that was overdue at a time", "du plus haut montant en retard à un moment"),
    Unit.CURRENCY,
    "AMT_CREDIT_MAX_OVERDUE",
)
overdue_days = credits.measure(
    "overdue_days", Words("number of days overdue", "du nombre de jours de retard"), Unit.DAYS, "CREDIT_DAY_OVERDUE"
)
prolonged = credits.measure(
    "prolonged", Words("number of prolongations", "du nombre de prolongations"), Unit.COUNT, "CNT_CREDIT_PROLONG"
)
age = credits.measure("age", Words("age", "de l'âge"), Unit.YEARS, -credits.column("DAYS_CREDIT") / DAYS_A_YEAR)
recency = credits.measure(
    "recency",
    Words("recency (1 / (1 + years since))", "de la récence (1 / (1 + années écoulées))"),
    Unit.RATIO,
    1.0 / (1.0 + age.expression),
)
since_end = credits.measure(
    "since_end",
    Words("time since the end", "du temps écoulé depuis la fin"),
    Unit.YEARS,
    -credits.column("DAYS_ENDDATE_FACT") / DAYS_A_YEAR,
)
remaining = credits.measure(
    "remaining",
    Words("remaining time", "de la durée restante"),
    Unit.YEARS,
    credits.column("DAYS_CREDIT_ENDDATE").clip(0.0, 30.0 * DAYS_A_YEAR) / DAYS_A_YEAR,
)
early_end = credits.measure(
    "early_end",
    Words("lead of the end over the agreed end", "de l'avance de la fin sur la fin convenue"),
    Unit.YEARS,
    ((credits.column("DAYS_CREDIT_ENDDATE") - credits.column("DAYS_ENDDATE_FACT")) / DAYS_A_YEAR).clip(-30.0, 30.0),
)
debt_share = debt.divided_by(amount, "debt_share", Words("share still owed", "de la part encore due"))

# never below zero: a credit paid too much must not turn a better income, score or debt into a worse value
total_debt = debt.where(active).sum().at_least(0.0)
card_debt = debt.where(active, card).sum().at_least(0.0)
card_limit = limit.where(active, card).sum().at_least(0.0)
total_debt_share = total_debt / amount.where(active).sum()

_debts = (
    *family((debt_share,), (Statistic.MAX, Statistic.MEAN), (ANY, active), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *family((debt, debt_share), (Statistic.MEAN,), (taken(12), taken(24)), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *family((debt,), (Statistic.SUM, Statistic.MAX), (active,), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *family((debt,), (Statistic.SUM,), (card, consumer), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    credits.feature(
        "bureau_total_debt_share",
        total_debt_share,
        meaning=Words(
            "Debt of all active credits at other lenders as a share of their amounts",
            "Dette de tous les crédits en cours auprès d'autres prêteurs en part de leurs montants",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_debt_to_income",
        total_debt / INCOME,
        meaning=Words(
            "Debt of all active credits at other lenders as a multiple of the yearly income",
            "Dette de tous les crédits en cours auprès d'autres prêteurs en multiple du revenu annuel",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_annuities_to_income",
        (annuity.where(active).sum() + ANNUITY) / INCOME,
        meaning=Words(
            "Annuities of active credits at other lenders and of the loan asked for, as a share of the income",
            "Annuités des crédits en cours auprès d'autres prêteurs et du crédit demandé, en part du revenu",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "bureau_card_utilisation",
        card_debt / (card_limit + card_debt),
        meaning=Words(
            "Debt of active credit cards at other lenders as a share of debt and open limit",
            "Dette des cartes de crédit actives d'autres prêteurs en part de la dette et du plafond disponible",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.BUREAU_DEBT,
    ),
    credits.feature(
        "agency_lack_times_bureau_debt_share",
        LACK * total_debt_share,
        meaning=Words(
            "What the agency scores lack of the best, times the share of active credits still owed",
            "Ce qui manque aux scores d'agences pour être les meilleurs, fois la part encore due des crédits en cours",
        ),
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.AGENCY_SCORES_TOGETHER,
    ),
)

_punctuality = (
    *family((overdue, prolonged), (Statistic.SUM,), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    *family((overdue_days,), (Statistic.MAX,), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    *family(
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
    *family(
        (amount,),
        (Statistic.SUM, Statistic.MEAN, Statistic.MAX),
        (ANY, active),
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_CREDITS,
    ),
)

_ages = (
    *family(
        (age,),
        (Statistic.MIN, Statistic.MEAN, Statistic.MAX),
        (ANY, active, closed),
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_AGE,
    ),
    *family((since_end,), (Statistic.MIN, Statistic.MEAN), (closed,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
    *family((remaining,), (Statistic.MAX, Statistic.MEAN), (active,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
    *family((early_end,), (Statistic.MEAN,), (closed,), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
)

_debt_by_age = (
    credits.composed(debt_share.mean_by(recency), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
    *family((debt,), (Statistic.MEAN,), (taken(60),), risk=Risk.RISES, reason=Reason.BUREAU_DEBT),
)

FEATURES: tuple[Feature, ...] = (*_debts, *_punctuality, *_numbers, *_ages, *_debt_by_age)

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
