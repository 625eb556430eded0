"""Instalments of earlier loans: how late they are paid, and how much of them.

An instalment may be paid in parts, each of which is a row with the whole amount due: its payments are summed before
anything is judged. It is paid when the last part comes in. One that was never paid is late up to the application.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, no_history, some
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import History, Statistic, family
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, DAYS_A_YEAR, Condition, Window
from credit_scoring.features.steps import Derive, Merge
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words
from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS

INSTALMENT = ("DAYS_INSTALMENT", "SK_ID_PREV", "NUM_INSTALMENT_VERSION", "NUM_INSTALMENT_NUMBER")
"""What tells an instalment from another, its due day first so that the latest one is last."""

installments = History(
    name="installments_payments",
    table=INSTALLMENTS_PAYMENTS,
    prefix="installments",
    things=Words("instalments of earlier loans", "échéances de crédits antérieurs"),
    those="celles",
    order=INSTALMENT,
    steps=(
        Merge(
            INSTALMENT,
            {
                "due": pl.col("AMT_INSTALMENT").max(),
                "paid": pl.col("AMT_PAYMENT").sum(),
                "paid_on": pl.col("DAYS_ENTRY_PAYMENT").max(),
            },
        ),
        Derive({"delay": (pl.col("paid_on").fill_null(0) - pl.col("DAYS_INSTALMENT")).cast(pl.Float64)}),
    ),
)

due_within = Window("DAYS_INSTALMENT", "", Words("fell due", "étaient dues"))
late = Condition(
    "late", Words("were paid late or are overdue", "ont été payées en retard ou sont impayées"), pl.col("delay") > 0
)
month_late = Condition(
    "month_late",
    Words(
        "were paid more than 30 days late or are so overdue",
        "ont été payées avec plus de 30 jours de retard ou sont impayées d'autant",
    ),
    pl.col("delay") > 30,
)
short = Condition(
    "short", Words("were not paid in full", "n'ont pas été payées en totalité"), pl.col("paid") < pl.col("due")
)

days_late = installments.measure(
    "days_late", Words("delay", "du retard"), Unit.DAYS, pl.col("delay").clip(lower_bound=0.0)
)
days_early = installments.measure(
    "days_early",
    Words("time ahead of the due day", "de l'avance sur le jour dû"),
    Unit.DAYS,
    (-pl.col("delay")).clip(lower_bound=0.0),
)
due = installments.measure("due", Words("amount due", "du montant dû"), Unit.CURRENCY, pl.col("due"))
months_ago = installments.measure(
    "months_ago",
    Words("months since the due day", "des mois écoulés depuis le jour dû"),
    Unit.MONTHS,
    -pl.col("DAYS_INSTALMENT") * 12.0 / DAYS_A_YEAR,
)
recency = installments.measure(
    "recency",
    Words("recency (1 / (1 + years since))", "de la récence (1 / (1 + années écoulées))"),
    Unit.RATIO,
    1.0 / (1.0 - pl.col("DAYS_INSTALMENT") / DAYS_A_YEAR),
)
shortfall = installments.measure(
    "shortfall",
    Words("amount not paid", "du montant non payé"),
    Unit.CURRENCY,
    (pl.col("due") - pl.col("paid")).clip(lower_bound=0.0),
)
paid_share = installments.measure(
    "paid_share",
    Words("share paid", "de la part payée"),
    Unit.SHARE,
    pl.when(pl.col("due") > 0).then((pl.col("paid") / pl.col("due")).clip(upper_bound=1.0)),
)

FEATURES: tuple[Feature, ...] = (
    installments.feature(
        "worst_delay_last_year",
        days_late.where(due_within(12)).max(),
        meaning=Words(
            "Longest delay of an instalment due in the last 12 months",
            "Plus long retard d'une échéance due au cours des 12 derniers mois",
        ),
        risk=Risk.RISES,
        reason=Reason.LATE_PAYMENTS,
    ),
    *family(
        (days_late,),
        (Statistic.MAX,),
        (due_within(3), due_within(24), ANY),
        risk=Risk.RISES,
        reason=Reason.LATE_PAYMENTS,
    ),
    *family(
        (days_late,),
        (Statistic.MEAN,),
        (due_within(3), due_within(12), due_within(24), ANY),
        risk=Risk.RISES,
        reason=Reason.LATE_PAYMENTS,
    ),
    *(
        installments.composed(installments.share(late, among), risk=Risk.RISES, reason=Reason.LATE_PAYMENTS)
        for among in (due_within(3), due_within(12), due_within(24), ANY)
    ),
    installments.composed(installments.count(month_late), risk=Risk.RISES, reason=Reason.LATE_PAYMENTS),
    *family((days_early,), (Statistic.MEAN,), (due_within(12), ANY), risk=Risk.FALLS, reason=Reason.LATE_PAYMENTS),
    *family(
        (paid_share,),
        (Statistic.MEAN, Statistic.MIN),
        (due_within(12), ANY),
        risk=Risk.FALLS,
        reason=Reason.SHORT_PAYMENTS,
    ),
    *(
        installments.composed(installments.share(short, among), risk=Risk.RISES, reason=Reason.SHORT_PAYMENTS)
        for among in (due_within(12), ANY)
    ),
    *family((shortfall,), (Statistic.SUM,), (due_within(12), ANY), risk=Risk.RISES, reason=Reason.SHORT_PAYMENTS),
    *family((due,), (Statistic.SUM,), (due_within(12),), risk=Risk.UNKNOWN, reason=Reason.SHORT_PAYMENTS),
    installments.composed(installments.count(), risk=Risk.UNKNOWN, reason=Reason.SHORT_PAYMENTS),
    *(
        installments.composed(days_late.where(window).mean_by(weight), risk=Risk.RISES, reason=Reason.LATE_PAYMENTS)
        for window, weight in ((due_within(12), due), (due_within(60), due), (ANY, recency))
    ),
    installments.composed(paid_share.mean_by(recency), risk=Risk.FALLS, reason=Reason.SHORT_PAYMENTS),
    *(
        installments.composed(due.where(window).trend(months_ago), risk=Risk.UNKNOWN, reason=Reason.SHORT_PAYMENTS)
        for window in (due_within(12), due_within(60))
    ),
)

_paid_late = pl.when(pl.col("DAYS_ENTRY_PAYMENT").is_null()).then(pl.col("DAYS_INSTALMENT") < 0)
_late_or_overdue = _paid_late.otherwise(pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT"))
_short = pl.col("AMT_PAYMENT").sum() < pl.col("AMT_INSTALMENT").max() - 1e-6

ABSENCES: dict[Reason, Absence] = {
    Reason.LATE_PAYMENTS: no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
    Reason.SHORT_PAYMENTS: no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
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
            some(INSTALLMENTS_PAYMENTS.name, _short & (pl.col("DAYS_INSTALMENT").max() >= -365), each=INSTALMENT),
        ),
        against(
            "ONCE",
            "An instalment of an earlier loan not paid in full",
            "Une échéance d'un crédit antérieur non payée en totalité",
            pl.col("installments_shortfall_sum") > 1,
            some(INSTALLMENTS_PAYMENTS.name, _short, each=INSTALMENT),
        ),
    ),
}

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
