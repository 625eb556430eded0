"""What another file of the same client would score: changed raw values, and the least that would be approved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from credit_scoring.features.registry import FEATURES
from credit_scoring.features.words import Language
from credit_scoring.schema.tables import SOURCES
from credit_scoring.scoring.on_the_fly.changed import CellChange, Unusable, WhatIf, misplaced, what_if
from credit_scoring.scoring.on_the_fly.judging import Problem
from credit_scoring.scoring.on_the_fly.sentences import sentence
from credit_scoring.scoring.what_if import Improvement
from credit_scoring.serving.callers import Scoring
from credit_scoring.serving.problems import CHANGE_UNUSABLE, CLIENT_UNKNOWN, NO_MODEL, WrongPart, documented
from credit_scoring.serving.recording import Asking, ClientId, RecordedRoute
from credit_scoring.serving.routes.on_the_fly import champion
from credit_scoring.serving.routes.scores import ReasonAnswer, reason, stored
from credit_scoring.serving.vectors import number
from credit_scoring.serving.whole_numbers import WHOLE
from credit_scoring.serving.words import AskedLanguage

router = APIRouter(prefix="/v1", tags=["scoring"], route_class=RecordedRoute)

if TYPE_CHECKING:
    Table = str
else:
    Table = Literal[tuple(table.name for table in SOURCES)]
Value = Annotated[StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=1_000)] | None, Field()]
MOST_TOLD = 10


class ChangedCell(BaseModel):
    """Another value in place of one of the file's."""

    model_config = ConfigDict(extra="forbid")

    table: Table = Field(description="The table", examples=["application"])
    row: Annotated[int, Field(ge=0, le=1_000_000), WHOLE] = Field(
        0, description="The row, by its place in /v1/clients/{client_id}/file, from 0"
    )
    column: str = Field(description="The column", max_length=100, examples=["AMT_CREDIT"])
    value: Value = Field(None, description="What it should hold; null: nothing", examples=[300000])


class WhatIfBody(BaseModel):
    """Changes that are made together; without any, only the improvements are told."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"changes": [{"table": "application", "column": "AMT_CREDIT", "value": 300000}]}]
        },
    )

    changes: list[ChangedCell] = Field(default_factory=list, max_length=100)


class Outcome(BaseModel):
    """What the model says of a file."""

    decision: str = Field(description="approve, refuse or refer", examples=["refuse"])
    score: int = Field(description="Points as a whole number", examples=[541])
    points: float = Field(description="Points, exact", examples=[540.71])
    probability: float = Field(description="Calibrated probability of default", examples=[0.114])
    start_points: float = Field(description="Where every client starts; with all reasons it gives the points")
    reasons: list[ReasonAnswer] = Field(description="All reasons, worst first")


class MovedFeature(BaseModel):
    """A feature whose value or points moved."""

    feature: str = Field(examples=["credit_to_income"])
    meaning: str
    before: float | None
    after: float | None
    points_before: float
    points_after: float


class ChangeTold(BaseModel):
    """A raw value that an improvement moves; in tables with many rows, how many of them."""

    table: str
    column: str
    before: float | str | None = Field(description="Null outside the application")
    after: float | str | None
    rows: int = Field(description="Rows that move")
    of_rows: int


class ImprovementTold(BaseModel):
    """The fewest steps of an improvement by which the client would be approved."""

    improvement: str = Field(description="What would be better", examples=["more income"])
    steps: int = Field(description="How often a step of it is made")
    score: int
    decision: str
    changes: list[ChangeTold]


class WhatIfAnswer(BaseModel):
    """How the model would judge another file. It is no advice, and no decision."""

    client_id: int
    before: Outcome = Field(description="The stored file, scored by the present model")
    after: Outcome = Field(description="The changed file")
    moved: list[MovedFeature] = Field(description="At most ten features, those whose points moved most")
    improvements: list[ImprovementTold] = Field(
        description="The least improvements of the stored file that would be approved; none where it is approved "
        "already, or where no improvement suffices: an incomplete file stays with a person"
    )
    cut_off: int = Field(description="Lowest score that is approved")
    file_complete: bool
    model_version: int
    fingerprint: str


@router.post(
    "/clients/{client_id}/what-if",
    summary="What other values would score",
    responses=documented(CLIENT_UNKNOWN, CHANGE_UNUSABLE, NO_MODEL),
)
async def what_if_of(
    client_id: ClientId, body: WhatIfBody, of: Asking, actor: Scoring, language: AskedLanguage
) -> WhatIfAnswer:
    """The stored rows are changed, judged by intake's rules and scored again, every feature rebuilt."""
    row = await stored(of, client_id, _FILE)
    of.entry.answer = None
    model = champion(of)
    file = json.loads(row["rows"])
    changes = [CellChange(each.table, each.row, each.column, each.value) for each in body.changes]
    if wrong := misplaced(file, changes):
        raise RequestValidationError(
            [
                {"type": "not_in_file", "loc": ("body", "changes", i, part), "msg": said.to(language)}
                for i, part, said in wrong
            ]
        )
    try:
        found = await asyncio.to_thread(what_if, file, changes, row["file_complete"], model.scorer)
    except Unusable as unusable:
        wrong_parts = [_wrong(each, changes, language) for each in unusable.problems]
        raise CHANGE_UNUSABLE(wrong_parts, count=len(wrong_parts)) from None
    return WhatIfAnswer(
        client_id=client_id,
        before=_outcome(found.scores[0], language),
        after=_outcome(found.scores[1], language),
        moved=_moved(found, language),
        improvements=[_improvement(each, language) for each in found.least],
        cut_off=model.scorer.decision.cut_off,
        file_complete=row["file_complete"],
        model_version=model.version,
        fingerprint=model.fingerprint,
    )


_FILE = """
    SELECT client_file.seq, rows, file_complete, model_version, client_score.fingerprint
    FROM client_file JOIN client_score USING (client_id) WHERE client_id = $1
"""


def _outcome(score: Mapping[str, Any], language: Language) -> Outcome:
    return Outcome(
        **{name: score[name] for name in Outcome.model_fields if name != "reasons"},
        reasons=[reason(each["code"], each["points"], each["absent"], language) for each in score["reasons"]],
    )


def _moved(found: WhatIf, language: Language) -> list[MovedFeature]:
    before, after = np.array([score["contributions"] for score in found.scores])
    by = np.abs(after - before)
    differs = (found.vectors[0] != found.vectors[1]) & ~np.isnan(found.vectors).all(axis=0)
    order = [place for place in np.argsort(-by, kind="stable") if by[place] > 0 or differs[place]]
    return [
        MovedFeature(
            feature=FEATURES[place].name,
            meaning=FEATURES[place].words.to(language),
            before=number(found.vectors[0, place]),
            after=number(found.vectors[1, place]),
            points_before=float(before[place]),
            points_after=float(after[place]),
        )
        for place in order[:MOST_TOLD]
    ]


def _improvement(each: Improvement, language: Language) -> ImprovementTold:
    return ImprovementTold(
        improvement=each.words.to(language),
        steps=each.step,
        score=each.score,
        decision=each.decision,
        changes=[
            ChangeTold(
                table=change.table,
                column=change.column,
                before=change.before,
                after=change.after,
                rows=change.rows,
                of_rows=change.of,
            )
            for change in each.changes
        ],
    )


def _wrong(problem: Problem, changes: list[CellChange], language: Language) -> WrongPart:
    """The problem at the change that brought it, or at all of them."""
    for place, change in enumerate(changes):
        if (change.table, change.row) == (problem.table, problem.row) and change.column in problem.column:
            return WrongPart(
                code=problem.rule, pointer=f"/body/changes/{place}/value", detail=sentence(problem, language)
            )
    return WrongPart(code=problem.rule, pointer="/body/changes", detail=sentence(problem, language))
