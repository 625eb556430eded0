"""Monthly states of the credits at other lenders: how late, how often and how lately.

Only states of credits that are among the client's bureau rows count: the others have no owner that is sure.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.history import History
from credit_scoring.features.measure import ANY, Condition, Statistic, Window
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE

states = History(
    name="bureau_balance",
    table=BUREAU_BALANCE,
    prefix="bureau_months",
    things="months with a credit at another lender",
    joint="in",
    order=("MONTHS_BALANCE", "SK_ID_BUREAU"),
    only_with=(BUREAU.name, "SK_ID_BUREAU"),
)

_closed, _on_time, *_late = BUREAU_BALANCE.column("STATUS").vocabulary
_position = cleaned.code(BUREAU_BALANCE, "STATUS")

month = Window("MONTHS_BALANCE", "", "fell", per_month=1)
late = Condition("late", "show it past due", cleaned.is_one_of(BUREAU_BALANCE, "STATUS", *_late))
very_late = Condition(
    "very_late", "show it past due by more than a month", cleaned.is_one_of(BUREAU_BALANCE, "STATUS", *_late[1:])
)
running = Condition("not_closed", "show it open", cleaned.is_one_of(BUREAU_BALANCE, "STATUS", _on_time, *_late))
unknown = Condition("unknown", "leave its state unknown", cleaned.is_sentinel(BUREAU_BALANCE, "STATUS"))

lateness = states.measure(
    "lateness",
    "class of delay (0 on time, 1 up to 30 days, ... 5 over 120 days)",
    Unit.CODE,
    (_position - 1.0).clip(lower_bound=0.0),
)
recency_of_lateness = states.measure(
    "lateness_recency",
    "recency of being past due (1 / (1 + months since), 0 when never)",
    Unit.RATIO,
    late.holds.fill_null(False).cast(pl.Float64) / (1.0 - states.column("MONTHS_BALANCE")),
)
recency = states.measure(
    "recency", "recency (1 / (1 + months since))", Unit.RATIO, 1.0 / (1.0 - states.column("MONTHS_BALANCE"))
)
months_ago = states.measure("months_ago", "months since", Unit.MONTHS, -states.column("MONTHS_BALANCE"))

FEATURES: tuple[Feature, ...] = (
    *states.family(
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
        meaning="Recency of the last month past due at another lender: 1 / (1 + months since), 0 when never",
        risk=Risk.RISES,
        reason=Reason.BUREAU_PUNCTUALITY,
    ),
    states.composed(states.share(unknown), risk=Risk.UNKNOWN, reason=Reason.BUREAU_PUNCTUALITY),
    states.composed(states.count(running & month(12)), risk=Risk.UNKNOWN, reason=Reason.BUREAU_AGE),
    states.composed(
        months_ago.max(),
        meaning="Months since the first monthly state of a credit at another lender",
        risk=Risk.UNKNOWN,
        reason=Reason.BUREAU_AGE,
    ),
    states.composed(lateness.mean_by(recency), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
    states.composed(states.share(late, running & month(60)), risk=Risk.RISES, reason=Reason.BUREAU_PUNCTUALITY),
)
