"""Earlier applications to this lender: their outcome, amounts and terms, and when they were."""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.application import ANNUITY, CREDIT, INCOME
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.previous_application import ABSENCES, FINDINGS
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import History, Measure, Statistic, family
from credit_scoring.features.loan_price import monthly_rate
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, DAYS_A_YEAR, Condition, Window
from credit_scoring.features.steps import Derive
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

applications = History(
    name="previous_application",
    table=PREVIOUS_APPLICATION,
    prefix="previous",
    things=Words("earlier applications", "demandes antérieures"),
    those="celles",
    order=("DAYS_DECISION", "SK_ID_PREV"),
    steps=(Derive({"rate": monthly_rate(pl.col("AMT_CREDIT"), pl.col("AMT_ANNUITY"), pl.col("CNT_PAYMENT"))}),),
)

decided = Window("DAYS_DECISION", "", Words("were decided", "ont été décidées"))
approved = applications.condition(
    "approved", Words("were approved", "ont été acceptées"), "NAME_CONTRACT_STATUS", "Approved"
)
refused = applications.condition(
    "refused", Words("were refused", "ont été refusées"), "NAME_CONTRACT_STATUS", "Refused"
)
for_score = applications.condition(
    "refused_for_score",
    Words("were refused with code SCO or SCOFR", "ont été refusées avec le code SCO ou SCOFR"),
    "CODE_REJECT_REASON",
    "SCO",
    "SCOFR",
)
for_limit = applications.condition(
    "refused_for_limit",
    Words("were refused with code LIMIT", "ont été refusées avec le code LIMIT"),
    "CODE_REJECT_REASON",
    "LIMIT",
)
for_check = applications.condition(
    "refused_for_check",
    Words("were refused with code HC", "ont été refusées avec le code HC"),
    "CODE_REJECT_REASON",
    "HC",
)
walk_in = applications.condition(
    "walk_in", Words("were asked for at the counter", "ont été faites au guichet"), "NAME_PRODUCT_TYPE", "walk-in"
)
dear = applications.condition(
    "dear", Words("carried high interest", "portaient un intérêt élevé"), "NAME_YIELD_GROUP", "high"
)
cash = applications.condition(
    "cash", Words("were for cash", "portaient sur des espèces"), "NAME_CONTRACT_TYPE", "Cash loans"
)
revolving = applications.condition(
    "revolving",
    Words("were for revolving credit", "portaient sur un crédit renouvelable"),
    "NAME_CONTRACT_TYPE",
    "Revolving loans",
)
insured = Condition(
    "insured", Words("were insured", "étaient assurées"), applications.column("NFLAG_INSURED_ON_APPROVAL") == 1
)
running = approved & Condition(
    "running",
    Words("are still running", "sont encore en cours"),
    cleaned.is_sentinel(PREVIOUS_APPLICATION, "DAYS_TERMINATION"),
)

asked = applications.measure("asked", Words("amount asked for", "du montant demandé"), Unit.CURRENCY, "AMT_APPLICATION")
granted = applications.measure(
    "granted", Words("amount of credit", "du montant du crédit"), Unit.CURRENCY, "AMT_CREDIT"
)
annuity = applications.measure("annuity", Words("annuity", "de l'annuité"), Unit.CURRENCY, "AMT_ANNUITY")
down_payment = applications.measure(
    "down_payment", Words("down payment", "de l'apport"), Unit.CURRENCY, "AMT_DOWN_PAYMENT"
)
down_payment_share = applications.measure(
    "down_payment_share", Words("share paid down", "de la part d'apport"), Unit.SHARE, "RATE_DOWN_PAYMENT"
)
term = applications.measure("term", Words("term", "de la durée"), Unit.MONTHS, "CNT_PAYMENT")
rate = applications.measure("rate", Words("monthly interest", "du taux mensuel"), Unit.RATE, pl.col("rate"))
ago = applications.measure(
    "ago",
    Words("time since the decision", "du temps écoulé depuis la décision"),
    Unit.YEARS,
    -applications.column("DAYS_DECISION") / DAYS_A_YEAR,
)
ended = applications.measure(
    "ended",
    Words("time since the last instalment was due", "du temps écoulé depuis la dernière échéance"),
    Unit.YEARS,
    -applications.column("DAYS_LAST_DUE") / DAYS_A_YEAR,
)
shortened = applications.measure(
    "shortened",
    Words(
        "lead of the last instalment over its first agreed date",
        "de l'avance de la dernière échéance sur sa première date convenue",
    ),
    Unit.YEARS,
    (applications.column("DAYS_LAST_DUE_1ST_VERSION") - applications.column("DAYS_LAST_DUE")) / DAYS_A_YEAR,
)


def recency(condition: Condition) -> Measure:
    """1 / (1 + years since the decision) where the condition is met, else 0: none is a value, not an absence."""
    met = condition.holds.fill_null(False).cast(pl.Float64)
    return applications.measure(
        f"{condition.name}_recency", Words("recency", "de la récence"), Unit.RATIO, met / (1.0 + ago.expression)
    )


asked_to_granted = asked.divided_by(
    granted,
    "asked_to_granted",
    Words("amount asked for per amount of credit", "du montant demandé par montant de crédit"),
)

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
            meaning=Words(
                f"Recency of the last application that was {condition.name}: 1 / (1 + years since), 0 when none",
                f"Récence de la dernière demande {outcome_fr} : 1 / (1 + années écoulées), 0 si aucune",
            ),
            risk=risk,
            reason=Reason.EARLIER_DECISIONS,
        )
        for condition, outcome_fr, risk in ((approved, "acceptée", Risk.UNKNOWN), (refused, "refusée", Risk.RISES))
    ),
    *family((annuity, granted), (Statistic.SUM,), (refused,), risk=Risk.RISES, reason=Reason.EARLIER_DECISIONS),
)

_terms = (
    *family(
        (asked_to_granted,),
        (Statistic.MIN, Statistic.MEAN, Statistic.MAX),
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    *family(
        (down_payment, down_payment_share),
        (Statistic.MAX, Statistic.MEAN),
        risk=Risk.FALLS,
        reason=Reason.EARLIER_LOANS,
    ),
    *family(
        (rate,),
        (Statistic.MAX, Statistic.MEAN, Statistic.LATEST),
        (approved,),
        risk=Risk.RISES,
        reason=Reason.EARLIER_LOANS,
    ),
    *family(
        (term, annuity, granted),
        (Statistic.MAX, Statistic.MEAN),
        (approved,),
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    *family((term, annuity), (Statistic.LATEST,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS),
    *family((shortened,), (Statistic.MEAN,), (approved,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS),
    *(
        applications.composed(applications.share(condition), risk=Risk.UNKNOWN, reason=Reason.EARLIER_LOANS)
        for condition in (walk_in, dear, cash, revolving, insured)
    ),
    applications.feature(
        "credit_to_largest_previous",
        CREDIT / granted.where(approved).max(),
        meaning=Words(
            "Loan as a multiple of the largest credit that was approved earlier",
            "Crédit en multiple du plus grand crédit accordé antérieurement",
        ),
        unit=Unit.RATIO,
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    applications.feature(
        "annuity_to_average_previous",
        ANNUITY / annuity.where(approved).mean(),
        meaning=Words(
            "Annuity of the loan as a multiple of the average annuity that was approved earlier",
            "Annuité du crédit en multiple de l'annuité moyenne accordée antérieurement",
        ),
        unit=Unit.RATIO,
        risk=Risk.UNKNOWN,
        reason=Reason.EARLIER_LOANS,
    ),
    applications.feature(
        "previous_annuities_to_income",
        (annuity.where(running).sum() + ANNUITY) / INCOME,
        meaning=Words(
            "Annuities of loans of this lender still running and of the loan, as a share of the yearly income",
            "Annuités des crédits de ce prêteur encore en cours et du crédit, en part du revenu annuel",
        ),
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
    *family((ago,), (Statistic.MIN, Statistic.MEAN, Statistic.MAX), risk=Risk.UNKNOWN, reason=Reason.EARLIER_DATES),
    *family((ended,), (Statistic.MIN,), (approved,), risk=Risk.UNKNOWN, reason=Reason.EARLIER_DATES),
)

FEATURES: tuple[Feature, ...] = (*_decisions, *_terms, *_dates)

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
