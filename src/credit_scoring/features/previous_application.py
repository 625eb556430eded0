"""Earlier applications to this lender: their outcome, amounts and terms, and when they were."""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.application import ANNUITY, CREDIT, INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.history import History
from credit_scoring.features.loan_price import monthly_rate
from credit_scoring.features.measure import ANY, DAYS_A_YEAR, Condition, Measure, Statistic, Window
from credit_scoring.features.reasons import Reason
from credit_scoring.features.steps import Derive
from credit_scoring.features.value import Unit
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

applications = History(
    name="previous_application",
    table=PREVIOUS_APPLICATION,
    prefix="previous",
    things="earlier applications",
    order=("DAYS_DECISION", "SK_ID_PREV"),
    steps=(Derive({"rate": monthly_rate(pl.col("AMT_CREDIT"), pl.col("AMT_ANNUITY"), pl.col("CNT_PAYMENT"))}),),
)

decided = Window("DAYS_DECISION", "", "were decided")
approved = applications.condition("approved", "were approved", "NAME_CONTRACT_STATUS", "Approved")
refused = applications.condition("refused", "were refused", "NAME_CONTRACT_STATUS", "Refused")
for_score = applications.condition(
    "refused_for_score", "were refused with code SCO or SCOFR", "CODE_REJECT_REASON", "SCO", "SCOFR"
)
for_limit = applications.condition("refused_for_limit", "were refused with code LIMIT", "CODE_REJECT_REASON", "LIMIT")
for_check = applications.condition("refused_for_check", "were refused with code HC", "CODE_REJECT_REASON", "HC")
walk_in = applications.condition("walk_in", "were asked for at the counter", "NAME_PRODUCT_TYPE", "walk-in")
dear = applications.condition("dear", "carried high interest", "NAME_YIELD_GROUP", "high")
cash = applications.condition("cash", "were for cash", "NAME_CONTRACT_TYPE", "Cash loans")
revolving = applications.condition("revolving", "were for revolving credit", "NAME_CONTRACT_TYPE", "Revolving loans")
insured = Condition("insured", "were insured", applications.column("NFLAG_INSURED_ON_APPROVAL") == 1)
running = approved & Condition(
    "running", "are still running", cleaned.is_sentinel(PREVIOUS_APPLICATION, "DAYS_TERMINATION")
)

asked = applications.measure("asked", "amount asked for", Unit.CURRENCY, applications.column("AMT_APPLICATION"))
granted = applications.measure("granted", "amount of credit", Unit.CURRENCY, applications.column("AMT_CREDIT"))
annuity = applications.measure("annuity", "annuity", Unit.CURRENCY, applications.column("AMT_ANNUITY"))
down_payment = applications.measure(
    "down_payment", "down payment", Unit.CURRENCY, applications.column("AMT_DOWN_PAYMENT")
)
down_payment_share = applications.measure(
    "down_payment_share", "share paid down", Unit.SHARE, applications.column("RATE_DOWN_PAYMENT")
)
term = applications.measure("term", "term", Unit.MONTHS, applications.column("CNT_PAYMENT"))
rate = applications.measure("rate", "monthly interest", Unit.RATE, pl.col("rate"))
ago = applications.measure(
    "ago", "time since the decision", Unit.YEARS, -applications.column("DAYS_DECISION") / DAYS_A_YEAR
)
ended = applications.measure(
    "ended", "time since the last instalment was due", Unit.YEARS, -applications.column("DAYS_LAST_DUE") / DAYS_A_YEAR
)
shortened = applications.measure(
    "shortened",
    "lead of the last instalment over its first agreed date",
    Unit.YEARS,
    (applications.column("DAYS_LAST_DUE_1ST_VERSION") - applications.column("DAYS_LAST_DUE")) / DAYS_A_YEAR,
)


def recency(condition: Condition) -> Measure:
    """1 / (1 + years since the decision) where the condition is met, else 0: none is a value, not an absence."""
    met = condition.holds.fill_null(False).cast(pl.Float64)
    return applications.measure(f"{condition.name}_recency", "recency", Unit.RATIO, met / (1.0 + ago.expression))


asked_to_granted = (asked / granted).named("asked_to_granted", "amount asked for per amount of credit")

_decisions = (
    *(
        applications.composed(applications.count(condition), risk=risk, reason=Reason.EARLIER_DECISIONS)
        for condition, risk in (
            (approved, Risk.UNKNOWN),
            (refused, Risk.RISES),
            (refused & decided(12), Risk.RISES),
            (for_score, Risk.RISES),
            (for_limit, Risk.RISES),
            (for_check, Risk.RISES),
        )
    ),
    *(
        applications.composed(applications.share(condition, among), risk=risk, reason=Reason.EARLIER_DECISIONS)
        for condition, among, risk in (
            (approved, ANY, Risk.FALLS),
            (refused, ANY, Risk.RISES),
            (refused, decided(24), Risk.RISES),
            (for_score, ANY, Risk.RISES),
        )
    ),
    *(
        applications.composed(
            recency(condition).max(),
            meaning=f"Recency of the last application that was {condition.name}: 1 / (1 + years since), 0 when none",
            risk=risk,
            reason=Reason.EARLIER_DECISIONS,
        )
        for condition, risk in ((approved, Risk.UNKNOWN), (refused, Risk.RISES))
    ),
    *applications.family(
        (annuity, granted), (Statistic.SUM,), (refused,), risk=Risk.RISES, reason=Reason.EARLIER_DECISIONS
    ),
)

_terms = (
    *applications.family(
        (asked_to_granted,),
        (Statistic.MIN, Statistic.MEAN, Statistic.MAX),
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    *applications.family(
        (down_payment, down_payment_share),
        (Statistic.MAX, Statistic.MEAN),
        risk=Risk.FALLS,
        reason=Reason.EARLIER_LOANS,
    ),
    *applications.family(
        (rate,),
        (Statistic.MAX, Statistic.MEAN, Statistic.LATEST),
        (approved,),
        risk=Risk.RISES,
        reason=Reason.EARLIER_LOANS,
    ),
    *applications.family(
        (term, annuity, granted),
        (Statistic.MAX, Statistic.MEAN),
        (approved,),
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    *applications.family((term, annuity), (Statistic.LATEST,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS),
    *applications.family((shortened,), (Statistic.MEAN,), (approved,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS),
    *(
        applications.composed(applications.share(condition), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS)
        for condition in (walk_in, dear, cash, revolving, insured)
    ),
    applications.feature(
        "credit_to_largest_previous",
        CREDIT / granted.where(approved).max(),
        meaning="Loan as a multiple of the largest credit that was approved earlier",
        unit=Unit.RATIO,
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    applications.feature(
        "annuity_to_average_previous",
        ANNUITY / annuity.where(approved).mean(),
        meaning="Annuity of the loan as a multiple of the average annuity that was approved earlier",
        unit=Unit.RATIO,
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    applications.feature(
        "previous_annuities_to_income",
        (annuity.where(running).sum() + ANNUITY) / INCOME,
        meaning="Annuities of loans of this lender still running and of the loan, as a share of the yearly income",
        unit=Unit.RATIO,
        risk=Risk.RISES,
        reason=Reason.EARLIER_LOANS,
    ),
)

_dates = (
    *(
        applications.composed(applications.count(condition), risk=Risk.UNKNOWN, reason=Reason.EARLIER_DATES)
        for condition in (ANY, decided(6), decided(12), decided(24), running)
    ),
    *applications.family(
        (ago,), (Statistic.MIN, Statistic.MEAN, Statistic.MAX), risk=Risk.UNKNOWN, reason=Reason.EARLIER_DATES
    ),
    *applications.family((ended,), (Statistic.MIN,), (approved,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_DATES),
)

FEATURES: tuple[Feature, ...] = (*_decisions, *_terms, *_dates)
