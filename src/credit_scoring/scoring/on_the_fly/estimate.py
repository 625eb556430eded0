"""An estimate for a person without a file: a range of points from four to ten stated inputs, with reasons.

It is no score and no approval. The model is one of its own (`credit_estimate`), on the features that stand on these
inputs alone. The range holds what eight in ten clients scored, once their whole file was known, around an estimate of
such inputs: training measures it against the champion (training/estimate.py) and leaves it in the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from credit_scoring.features.registry import stateable
from credit_scoring.features.vector import application_vectors
from credit_scoring.features.words import Words
from credit_scoring.model.scorer import Scorer
from credit_scoring.schema.application import APPLICATION, NO_EMPLOYMENT
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.on_the_fly.client_file import Cell
from credit_scoring.scoring.on_the_fly.judging import Problem, judge_table
from credit_scoring.scoring.rows import NO_RUN, score_rows

DAYS_A_YEAR = 365.25
_OLDEST = int(APPLICATION.column("DAYS_BIRTH").low or 0)


@dataclass(frozen=True)
class Person:
    """What is stated: amounts in the lender's currency, the annuity of a year's instalment as in the lender's files.

    `employment_years`: of the present employment; "none": no employment. None: not stated.
    """

    amount: float
    annuity: float
    goods_price: float
    income: float
    children: int | None = None
    age_years: float | None = None
    employment_years: float | Literal["none"] | None = None
    car: bool | None = None
    realty: bool | None = None
    education: str | None = None

    def row(self) -> dict[str, Cell]:
        """The application that says so."""
        return {
            CLIENT: 1,
            "AMT_CREDIT": self.amount,
            "AMT_ANNUITY": self.annuity,
            "AMT_GOODS_PRICE": self.goods_price,
            "AMT_INCOME_TOTAL": self.income,
            "CNT_CHILDREN": self.children,
            "DAYS_BIRTH": _days(self.age_years),
            "DAYS_EMPLOYED": NO_EMPLOYMENT if self.employment_years == "none" else _days(self.employment_years),
            "FLAG_OWN_CAR": _yes(self.car),
            "FLAG_OWN_REALTY": _yes(self.realty),
            "NAME_EDUCATION_TYPE": self.education,
        }

    @property
    def unstated(self) -> tuple[str, ...]:
        """The inputs that are not there."""
        return tuple(name for name in INPUTS if getattr(self, name) is None)


INPUTS: Mapping[str, str] = {
    "amount": "AMT_CREDIT",
    "annuity": "AMT_ANNUITY",
    "goods_price": "AMT_GOODS_PRICE",
    "income": "AMT_INCOME_TOTAL",
    "children": "CNT_CHILDREN",
    "age_years": "DAYS_BIRTH",
    "employment_years": "DAYS_EMPLOYED",
    "car": "FLAG_OWN_CAR",
    "realty": "FLAG_OWN_REALTY",
    "education": "NAME_EDUCATION_TYPE",
}
"""Input -> column of the application."""

MEASURED: Mapping[str, str] = {
    "amount": "credit",
    "annuity": "annuity",
    "goods_price": "goods_price",
    "income": "income",
    "children": "children",
    "age_years": "age",
    "employment_years": "employment",
}
"""Input -> the feature that is the input itself, whose range among the clients of a training is known."""


@dataclass(frozen=True)
class Outside:
    """An input beyond what all but one in a hundred clients of the training had: the estimate is a guess there."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """`points`: in the middle; eight in ten clients of such inputs scored between `low` and `high`. `reasons`: worst
    first, as in score_history, of what is stated alone. `unstated`: inputs that would narrow it down."""

    points: float
    low: int
    high: int
    reasons: tuple[Mapping[str, Any], ...]
    outside: tuple[Outside, ...]
    unstated: tuple[str, ...]


class Impossible(Exception):
    """Inputs that are no legitimate values: `wrong`, by the name of the input, with what must hold."""

    def __init__(self, wrong: Sequence[tuple[str, Problem]]) -> None:
        super().__init__()
        self.wrong = tuple(wrong)


def estimate(person: Person, scorer: Scorer) -> Estimate:
    """The estimate by a model of `stateable` features; raises Impossible."""
    row = person.row()
    if person.age_years is None:
        row["DAYS_BIRTH"] = _OLDEST  # intake needs an age, an estimate does not
    judged = judge_table(APPLICATION, [{APPLICATION.name: [row]}])
    if judged.problems:
        raise Impossible([(_input(problem), problem) for _, problem in judged.problems])
    rows = judged.good
    if person.age_years is None:
        rows = rows.with_columns(pl.lit(None, pl.Int32).alias("DAYS_BIRTH"))
    vectors = application_vectors(rows, stateable())
    cases = pl.DataFrame({"client_id": [1], "as_of": [1], "delivery": [""], "file_complete": [True]})
    (said,) = score_rows(cases, vectors, scorer, NO_RUN).to_pylist()
    used = set(scorer.features.used)
    families = {line.reason for line in scorer.features.features if line.name in used}
    below, above = spread(scorer, bool(person.unstated))
    return Estimate(
        points=said["points"],
        low=math.floor(said["points"] + below),
        high=math.ceil(said["points"] + above),
        reasons=tuple(each for each in said["reasons"] if each["code"].split(".")[0] in families),
        outside=tuple(_outside(vectors[0], scorer)),
        unstated=person.unstated,
    )


def spread(scorer: Scorer, few: bool) -> tuple[float, float]:
    """What to add to an estimate's points for either end of its range; `few`: not all ten inputs are stated."""
    lineage, ending = scorer.decision.lineage, "_few" if few else ""
    return float(lineage[f"estimate_below{ending}"]), float(lineage[f"estimate_above{ending}"])


def is_estimate(scorer: Scorer) -> bool:
    """Whether the model was trained to estimate: it uses no other features, and knows its spread."""
    known = {f"estimate_{side}{few}" for side in ("below", "above") for few in ("", "_few")}
    names = {feature.name for feature in stateable()}
    return names.issuperset(scorer.features.used) and known <= scorer.decision.lineage.keys()


def _outside(vector: Any, scorer: Scorer) -> list[Outside]:
    lineage = scorer.decision.lineage
    place = {name: i for i, name in enumerate(scorer.features.names)}
    found = []
    for name, feature in MEASURED.items():
        value = float(vector[place[feature]])
        low, high = lineage.get(f"seen_{feature}_low"), lineage.get(f"seen_{feature}_high")
        if low is not None and high is not None and not float(low) <= value <= float(high) and value == value:
            found.append(Outside(name, value, float(low), float(high)))
    return found


def _input(problem: Problem) -> str:
    column = problem.column.split(", ")[0]
    return next((name for name, each in INPUTS.items() if each == column), "")


def _days(years: float | str | None) -> int | None:
    return None if years is None else -round(float(years) * DAYS_A_YEAR)


def _yes(flag: bool | None) -> str | None:
    return None if flag is None else "Y" if flag else "N"


SAYS = Words(
    "An estimate from what was stated alone: no score, no decision and no approval. Of clients with such inputs, eight "
    "in ten had a score in this range once their whole file was known.",
    "Une estimation d'après les seules déclarations : ni score, ni décision, ni accord. Parmi les clients semblables, "
    "huit sur dix ont obtenu un score dans cette fourchette une fois leur dossier complet connu.",
)
