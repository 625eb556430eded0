"""The closed list of promised raw values: when one of them improves and nothing else changes, no score falls.

A constraint on each feature is not enough, because a raw value enters many features. What makes a promise hold is that
every feature that moves with the raw value has a declared risk, and moves to the safer side of it; the model is then
constrained in all of them, and in no others (see training.inputs). `sign` says of every feature how it moves, from its
declared risk and the columns that it reads (docs/dictionary.md lists it); `moves` finds out whether that is so, by
rebuilding every feature from changed rows.

Moves to or from missing are not promised: a model may treat missing as any value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.fingerprint import raw_columns
from credit_scoring.features.registry import FEATURES
from credit_scoring.features.vector import Histories, client_vectors, reading
from credit_scoring.features.words import Words
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE
from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

Matrix = NDArray[np.float32]
Rows = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, eq=False)
class Promise:
    """A raw value whose improvement never lowers the score.

    `words`: the improvement, as a phrase. `improved`: the table's columns after it, as expressions over each row; what
    is missing stays missing.
    """

    name: str
    words: Words
    table: str
    improved: Mapping[str, pl.Expr]

    def sign(self, feature: Feature) -> int:
        """How the improvement moves the feature, if at all: 1 up, -1 down, to the safer side of its declared risk.

        0: not at all, because the feature does not read what improves, or reads only what the improvement leaves (a
        feature whose risk is unknown may not move).
        """
        if raw_columns(feature).isdisjoint((self.table, column) for column in self.improved):
            return 0
        return -feature.risk.constraint

    def kept_by(self, tables: Rows) -> dict[str, pl.DataFrame]:
        """The tables after the improvement; equal where there is nothing to improve."""
        if self.table not in tables:
            return dict(tables)
        rows = tables[self.table]
        changed = [value.cast(rows.schema[name]).alias(name) for name, value in self.improved.items()]
        return {**tables, self.table: rows.with_columns(changed)}


def _less(column: str, by: float) -> dict[str, pl.Expr]:
    """The column, less by so much, but not below zero; what is below zero stays."""
    value = pl.col(column)
    return {column: pl.when(value > 0).then((value - by).clip(lower_bound=0)).otherwise(value)}


def _next(column: str, levels: list[str]) -> dict[str, pl.Expr]:
    """The column, each of its levels replaced by the next."""
    return {column: pl.col(column).replace(dict(pairwise(levels)))}


_entry, _due = pl.col("DAYS_ENTRY_PAYMENT"), pl.col("DAYS_INSTALMENT")
_refused = pl.col("NAME_CONTRACT_STATUS") == "Refused"
_employed = pl.col("DAYS_EMPLOYED")

PROMISES: tuple[Promise, ...] = (
    *(
        Promise(
            f"agency_score_{number}",
            Words(f"a better score of external agency {number}", f"un meilleur score de l'agence externe {number}"),
            APPLICATION.name,
            {f"EXT_SOURCE_{number}": (pl.col(f"EXT_SOURCE_{number}") + 0.05).clip(upper_bound=1.0)},
        )
        for number in (1, 2, 3)
    ),
    Promise(
        "income",
        Words("more income", "un revenu plus élevé"),
        APPLICATION.name,
        {"AMT_INCOME_TOTAL": pl.col("AMT_INCOME_TOTAL") * 1.1},
    ),
    Promise(
        "employment",
        Words("a longer present employment", "une plus longue ancienneté dans l'emploi actuel"),
        APPLICATION.name,
        {"DAYS_EMPLOYED": pl.when(_employed <= 0).then(_employed - 365).otherwise(_employed)},
    ),
    Promise(
        "education",
        Words("a higher level of education", "un niveau d'études plus élevé"),
        APPLICATION.name,
        _next("NAME_EDUCATION_TYPE", list(APPLICATION.column("NAME_EDUCATION_TYPE").vocabulary)),
    ),
    Promise(
        "addresses",
        Words(
            "permanent, contact and work address that agree",
            "des adresses permanente, de contact et de travail qui concordent",
        ),
        APPLICATION.name,
        {
            column: pl.when(pl.col(column).is_not_null()).then(0)
            for column in (
                "REG_REGION_NOT_LIVE_REGION",
                "REG_REGION_NOT_WORK_REGION",
                "REG_CITY_NOT_LIVE_CITY",
                "REG_CITY_NOT_WORK_CITY",
                "LIVE_CITY_NOT_WORK_CITY",
            )
        },
    ),
    Promise(
        "bureau_overdue",
        Words(
            "less overdue, and for fewer days, at other lenders",
            "moins de retards, et moins longs, auprès d'autres prêteurs",
        ),
        BUREAU.name,
        _less("CREDIT_DAY_OVERDUE", 10) | _less("AMT_CREDIT_SUM_OVERDUE", 500) | _less("AMT_CREDIT_MAX_OVERDUE", 500),
    ),
    Promise(
        "bureau_debt",
        Words("less debt at other lenders", "moins de dettes auprès d'autres prêteurs"),
        BUREAU.name,
        {
            "AMT_CREDIT_SUM_DEBT": pl.when(pl.col("AMT_CREDIT_SUM_DEBT") > 0)
            .then(pl.col("AMT_CREDIT_SUM_DEBT") * 0.8)
            .otherwise(pl.col("AMT_CREDIT_SUM_DEBT"))
        },
    ),
    Promise(
        "bureau_lateness",
        Words(
            "months at other lenders that are past due by a class less",
            "des mois en retard d'une classe de moins auprès d'autres prêteurs",
        ),
        BUREAU_BALANCE.name,
        _next("STATUS", ["5", "4", "3", "2", "1", "0"]),
    ),
    Promise(
        "refusals",
        Words(
            "earlier applications that were cancelled in place of refused",
            "des demandes antérieures annulées au lieu de refusées",
        ),
        PREVIOUS_APPLICATION.name,
        {
            "NAME_CONTRACT_STATUS": pl.when(_refused)
            .then(pl.lit("Canceled"))
            .otherwise(pl.col("NAME_CONTRACT_STATUS")),
            "CODE_REJECT_REASON": pl.when(_refused).then(pl.lit("XAP")).otherwise(pl.col("CODE_REJECT_REASON")),
        },
    ),
    Promise(
        "instalments_on_time",
        Words(
            "instalments of earlier loans that were paid less late",
            "des échéances de crédits antérieurs payées avec moins de retard",
        ),
        INSTALLMENTS_PAYMENTS.name,
        {"DAYS_ENTRY_PAYMENT": pl.when(_entry > _due).then(pl.max_horizontal(_due, _entry - 10)).otherwise(_entry)},
    ),
    Promise(
        "instalments_paid",
        Words(
            "instalments of earlier loans of which more was paid",
            "des échéances de crédits antérieurs davantage payées",
        ),
        INSTALLMENTS_PAYMENTS.name,
        {"AMT_PAYMENT": pl.col("AMT_PAYMENT") * 1.1},
    ),
    Promise(
        "loan_days_late",
        Words("fewer days past due on loans of this lender", "moins de jours de retard sur les crédits de ce prêteur"),
        POS_CASH_BALANCE.name,
        _less("SK_DPD", 5) | _less("SK_DPD_DEF", 5),
    ),
    Promise(
        "card_days_late",
        Words(
            "fewer days past due on credit cards of this lender",
            "moins de jours de retard sur les cartes de crédit de ce prêteur",
        ),
        CREDIT_CARD_BALANCE.name,
        _less("SK_DPD", 5) | _less("SK_DPD_DEF", 5),
    ),
    Promise(
        "card_payments",
        Words(
            "higher payments on credit cards of this lender",
            "des paiements plus élevés sur les cartes de crédit de ce prêteur",
        ),
        CREDIT_CARD_BALANCE.name,
        {"AMT_PAYMENT_CURRENT": pl.col("AMT_PAYMENT_CURRENT") * 1.1},
    ),
)
"""Every promise, with an improvement that is large enough to pass the thresholds of trees."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What an improvement does to the vectors of n clients.

    `vectors` [n, F] after it. `promised` [n]: clients with a feature that moved, none of them to or from missing.
    `wrong`: features by name that moved to the riskier side, or moved without a declared risk, and of how many of the
    promised clients.
    """

    promise: Promise
    vectors: Matrix
    promised: NDArray[np.bool_]
    wrong: Mapping[str, int]


def moves(promise: Promise, tables: Rows, before: Matrix, told: Histories | None = None) -> Moves:
    """Rebuilds every feature after the improvement; `before`: the vectors of the same tables.

    `told`: what features take of the histories of `tables` (vector.histories), for those that the improvement leaves
    alone; without it they are computed again for every promise.
    """
    left_alone = {rows: found for rows, found in (told or {}).items() if promise.table not in reading(rows)}
    _, after = client_vectors(promise.kept_by(tables), left_alone)
    flipped = (np.isnan(after) != np.isnan(before)).any(axis=1)
    difference = np.nan_to_num(after.astype(np.float64) - before)
    promised = (difference != 0).any(axis=1) & ~flipped
    of_promised = difference[promised]
    wrong = {}
    for i, feature in enumerate(FEATURES):
        moved = of_promised[:, i] * feature.risk.constraint > 0
        if feature.risk is Risk.UNKNOWN:
            moved = of_promised[:, i] != 0
        if times := int(moved.sum()):
            wrong[feature.name] = times
    return Moves(promise, after, promised, wrong)
