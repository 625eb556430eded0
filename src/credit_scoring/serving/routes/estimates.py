"""A range of points for a person without a file, from four to ten stated inputs. It is never an approval."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat

from credit_scoring.features.words import Language, Words
from credit_scoring.scoring.on_the_fly.estimate import SAYS, Impossible, Outside, Person, estimate
from credit_scoring.scoring.on_the_fly.sentences import sentence
from credit_scoring.serving.callers import Scoring
from credit_scoring.serving.problems import NO_ESTIMATES, documented
from credit_scoring.serving.recording import Asking, RecordedRoute
from credit_scoring.serving.routes.scores import ReasonAnswer, reason
from credit_scoring.serving.whole_numbers import WHOLE
from credit_scoring.serving.words import AskedLanguage, said

router = APIRouter(prefix="/v1", tags=["scoring"], route_class=RecordedRoute)

Amount = Annotated[StrictFloat, Field(gt=0, le=1e12, allow_inf_nan=False)]
Years = Annotated[StrictFloat, Field(ge=0, le=100, allow_inf_nan=False)]
Education = Literal[
    "Lower secondary", "Secondary / secondary special", "Incomplete higher", "Higher education", "Academic degree"
]


class EstimateBody(BaseModel):
    """What a person states. Amounts are in the lender's currency, the income is a year's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"amount": 450000, "annuity": 27000, "goods_price": 400000, "income": 180000},
                {
                    "amount": 450000, "annuity": 27000, "goods_price": 400000, "income": 180000, "children": 1,
                    "age_years": 41, "employment_years": 6.5, "car": False, "realty": True,
                    "education": "Higher education",
                },
            ]
        },
    )  # fmt: skip

    amount: Amount = Field(description="The loan asked for")
    annuity: Amount = Field(description="Its instalment, as the lender's files have it (AMT_ANNUITY)")
    goods_price: Amount = Field(description="Price of what the loan is to pay")
    income: Amount = Field(description="Yearly income")
    children: Annotated[int, Field(ge=0, le=100), WHOLE] | None = Field(None, description="Children in the household")
    age_years: Years | None = Field(None, description="Age")
    employment_years: Years | Literal["none"] | None = Field(
        None, description='Years in the present employment; "none": pensioner, or out of work'
    )
    car: StrictBool | None = Field(None, description="Whether the person owns a car")
    realty: StrictBool | None = Field(None, description="Whether the person owns a home")
    education: Education | None = Field(None, description="Highest level of education")


class OutsideAnswer(BaseModel):
    """An input beyond what nearly all clients of the training had. It is taken as it is, not clamped."""

    input: str = Field(examples=["income"])
    value: float
    low: float = Field(description="All but one in two hundred clients had at least this")
    high: float = Field(description="All but one in two hundred clients had at most this")
    sentence: str


class EstimateAnswer(BaseModel):
    """An estimate, which is a range: no score, no decision, and never an approval."""

    kind: Literal["estimate"]
    says: str = Field(description="What this is")
    low: int = Field(description="Lower end of the range, in points", examples=[512])
    high: int = Field(description="Upper end", examples=[586])
    share: float = Field(description="Part of such clients whose score lay in the range", examples=[0.8])
    reasons: list[ReasonAnswer] = Field(description="What moves the estimate, worst first")
    outside: list[OutsideAnswer] = Field(description="Inputs beyond the training's range: there it is a guess")
    unstated: list[str] = Field(description="Inputs that would narrow the range", examples=[["children", "education"]])
    model_version: int
    fingerprint: str
    code_version: str


@router.post("/estimates", summary="A range for a person without a file", responses=documented(NO_ESTIMATES))
async def estimates(body: EstimateBody, of: Asking, actor: Scoring, language: AskedLanguage) -> EstimateAnswer:
    """Four inputs are enough; with all ten the range is narrower."""
    model = of.service.estimates.current
    if model is None:
        raise NO_ESTIMATES()
    of.entry.model_version, of.entry.fingerprint = model.version, model.fingerprint
    try:
        found = await asyncio.to_thread(estimate, Person(**body.model_dump()), model.scorer)
    except Impossible as impossible:
        raise RequestValidationError(
            [
                {"type": problem.rule, "loc": ("body", name) if name else ("body",), "msg": sentence(problem, language)}
                for name, problem in impossible.wrong
            ]
        ) from None
    return EstimateAnswer(
        kind="estimate",
        says=said(SAYS, language),
        low=found.low,
        high=found.high,
        share=0.8,
        reasons=[reason(each["code"], each["points"], each["absent"], language) for each in found.reasons],
        outside=[_outside(each, language) for each in found.outside],
        unstated=list(found.unstated),
        model_version=model.version,
        fingerprint=model.fingerprint,
        code_version=of.service.journal.code_version,
    )


_OUTSIDE = Words(
    "{name} is {value}, and nearly all clients that the model knows had {low} to {high}: here the estimate is a guess.",
    "{name} vaut {value}, alors que presque tous les clients connus du modèle avaient de {low} à {high} : l'estimation "
    "est ici hasardeuse.",
)


def _outside(each: Outside, language: Language) -> OutsideAnswer:
    facts = {"value": f"{each.value:.6g}", "low": f"{each.low:.6g}", "high": f"{each.high:.6g}"}
    sentence = said(_OUTSIDE, language, name=each.name, **facts)
    return OutsideAnswer(input=each.name, value=each.value, low=each.low, high=each.high, sentence=sentence)
