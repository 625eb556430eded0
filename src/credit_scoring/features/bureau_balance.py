"""Monthly states of the credits at other lenders: how late, how often and how lately.

Only states of credits that are among the client's bureau rows count: the others have no owner that is sure.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.history import IN, History, Statistic, family
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import ANY, Condition, Window
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE

states = History(
    name="bureau_balance",
    table=BUREAU_BALANCE,
    prefix="bureau_months",
    things=Words("months with a credit at another lender", "mois avec un crédit auprès d'un autre prêteur"),
    joint=IN,
    order=("MONTHS_BALANCE", "SK_ID_BUREAU"),
    only_with=(BUREAU.name, "SK_ID_BUREAU"),
)

_closed, _on_time, *_late = BUREAU_BALANCE.column("STATUS").vocabulary
_position = cleaned.code(BUREAU_BALANCE, "STATUS")

month = Window("MONTHS_BALANCE", "", Words("fell", "se situent"), per_month=1)
late = Condition(
    "late", Words("show it past due", "le montrent en retard"), cleaned.is_one_of(BUREAU_BALANCE, "STATUS", *_late)
)
very_late = Condition(
    "very_late",
    Words("show it past due by more than a month", "le montrent en retard de plus d'un mois"),
    cleaned.is_one_of(BUREAU_BALANCE, "STATUS", *_late[1:]),
)
running = Condition(
    "not_closed",
    Words("show it open", "le montrent ouvert"),
    cleaned.is_one_of(BUREAU_BALANCE, "STATUS", _on_time, *_late),
)
unknown = Condition(
    "unknown",
    Words("leave its state unknown", "laissent son état inconnu"),
    cleaned.is_sentinel(BUREAU_BALANCE, "STATUS"),
)

lateness = states.measure(
    "lateness",
    Words(
        "class of delay (0 on time, 1 up to 30 days, ... 5 over 120 days)",
        "de la classe de retard (0 à l'heure, 1 jusqu'à 30 jours, ... 5 plus de 120 jours)",
    ),
    Unit.CODE,
    (_position - 1.0).clip(lower_bound=0.0),
)
recency_of_lateness = states.measure(
    "lateness_recency",
    Words(
        "recency of being past due (1 / (1 + months since), 0 when never)",
        "de la récence du retard (1 / (1 + mois écoulés), 0 si jamais)",
    ),
    Unit.RATIO,
    late.holds.fill_null(False).cast(pl.Float64) / (1.0 - states.column("MONTHS_BALANCE")),
)
recency = states.measure(
    "recency",
    Words("recency (1 / (1 + months since))", "de la récence (1 / (1 + mois écoulés))"),
    Unit.RATIO,
    1.0 / (1.0 - states.column("MONTHS_BALANCE")),
)
months_ago = states.measure(
    "months_ago", Words("months since", "des mois écoulés"), Unit.MONTHS, -states.column("MONTHS_BALANCE")
)

FEATURES: tuple[Feature, ...] = (
    *family(
        (lateness,),
        (Statistic.MAX, Statistic.MEAN),
        (month(12), month(24), ANY),
        risk=Risk.RISES,
        reason=Reason.BUREAU_PUNCTUALITY,
    ),
    *(
        states.composed(states.share(late, among), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY)
        for among in (running & month(12), running)
    ),
    *(
        states.composed(states.count(condition), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY)
        for condition in (late & month(12), very_late)
    ),
    states.composed(
        recency_of_lateness.max(),
        meaning=Words(
            "Recency of the last month past due at another lender: 1 / (1 + months since), 0 when never",
            "Récence du dernier mois en retard auprès d'un autre prêteur : 1 / (1 + mois écoulés), 0 si jamais",
        ),
        risk=Risk.RISES,
        reason=Reason.BUREAU_PUNCTUALITY,
    ),
    states.composed(states.share(unknown), risk=Risk.UNKNOWN, reason=Reason.BUREAU_PUNCTUALITY),
    states.composed(states.count(running & month(12)), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
    states.composed(
        months_ago.max(),
        meaning=Words(
            "Months since the first monthly state of a credit at another lender",
            "Mois écoulés depuis le premier état mensuel d'un crédit auprès d'un autre prêteur",
        ),
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_AGE,
    ),
    states.composed(lateness.mean_by(recency), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    states.composed(states.share(late, running & month(60)), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
)

GROUP = FeatureGroup(FEATURES, absences={}, findings={})
"""Its reasons are those of bureau, and what can be said is declared there."""
