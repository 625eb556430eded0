"""A client's file scored when it is sent: judged by intake's rules, scored with the bits of the batch."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from credit_scoring.features.words import Language
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.on_the_fly.judging import LEFT_OUT, JudgedFile, Problem
from credit_scoring.scoring.on_the_fly.sentences import sentence
from credit_scoring.serving.callers import Scoring
from credit_scoring.serving.champion import Loaded
from credit_scoring.serving.problems import FILE_UNUSABLE, NO_MODEL, WrongPart, documented
from credit_scoring.serving.recording import Asked, Asking, RecordedRoute
from credit_scoring.serving.routes.scores import Judged, reason
from credit_scoring.serving.sent_file import SentFile
from credit_scoring.serving.words import AskedLanguage

router = APIRouter(prefix="/v1", tags=["scoring"], route_class=RecordedRoute)

NOT_KEPT = json.dumps({"kept": False})
"""What the journal says was asked, where it cannot be told of whom."""


class FileProblem(BaseModel):
    """Something in the file that could not be used as it is."""

    code: str = Field(description="The rule", examples=["not_legitimate"])
    pointer: str = Field(description="Where: a JSON pointer", examples=["/body/bureau/0/AMT_CREDIT_SUM"])
    detail: str = Field(description="What must hold there")
    effect: str = Field(
        description="What became of it: left_out (the row is not used), made_missing (the cell is empty; both leave "
        "the file incomplete), or no_effect",
        examples=["made_missing"],
    )


class Driver(BaseModel):
    """A feature that moves the score much."""

    feature: str = Field(examples=["agency_score_3"])
    value: float | None = Field(description="Its value, single precision; null: missing", examples=[0.48])
    points: float = Field(description="Points that it adds, or takes (below 0)", examples=[-7.5])


class FileScoreAnswer(Judged):
    """The score of a file, as the batch would give it when the same rows are delivered."""

    drivers: list[Driver] = Field(description="The ten features of most absolute points, heaviest first")
    problems: list[FileProblem] = Field(description="All that is wrong with the file, by table and row")
    model_version: int = Field(description="Version of the model that scored")
    fingerprint: str = Field(description="Identifies its features, vocabularies and cleaning")
    code_version: str = Field(description="Release and digest of the code that scored")


@router.post("/scores", summary="A whole file, scored now", responses=documented(FILE_UNUSABLE, NO_MODEL))
async def score(
    body: Annotated[SentFile, Body()], request: Request, of: Asking, actor: Scoring, language: AskedLanguage
) -> FileScoreAnswer:
    """A client's tables as JSON. What is wrong with them is told with all its reasons, by table, row and column; a file
    with a usable application is scored, and referred to a person when anything else could not be used."""
    of.entry.asked = NOT_KEPT  # whose it is must be known before it is kept, or no erasure would find it
    model = champion(of)
    scored = await of.service.batches.score(body.file(language), model)
    of.entry.client_id = scored.judged.client_id
    if scored.score is None:
        wrong = [each for each in scored.judged.problems if each.effect == LEFT_OUT]
        raise FILE_UNUSABLE([_wrong(each, language) for each in wrong], count=len(wrong), column=CLIENT)
    of.entry.asked = as_sent(await request.body())
    of.service.metrics.decisions.labels(scored.score["decision"], of.entry.route).inc()
    facts: dict[str, Any] = dict(scored.score)
    return FileScoreAnswer(
        **facts
        | {"reasons": [reason(r["code"], r["points"], r["absent"], language) for r in facts["reasons"]]}
        | {"problems": problems(scored.judged, language)},
        model_version=model.version,
        code_version=of.service.journal.code_version,
    )


def champion(of: Asked) -> Loaded:
    """The model that answers this request to its end; a refusal while there is none."""
    model = of.service.champion.current
    if model is None:
        raise NO_MODEL()
    of.entry.model_version, of.entry.fingerprint = model.version, model.fingerprint
    return model


def problems(judged: JudgedFile, language: Language) -> list[FileProblem]:
    """What was found in a file, as it is answered."""
    return [
        FileProblem(code=each.rule, pointer=_pointer(each), detail=sentence(each, language), effect=each.effect)
        for each in judged.problems
    ]


def as_sent(body: bytes) -> str:
    """The request's input for the journal: the body as it came."""
    try:
        return f'{{"body":{body.decode()}}}'
    except UnicodeDecodeError:  # JSON in UTF-16
        return json.dumps({"body": json.loads(body)})


def _wrong(problem: Problem, language: Language) -> WrongPart:
    return WrongPart(code=problem.rule, pointer=_pointer(problem), detail=sentence(problem, language))


def _pointer(problem: Problem) -> str:
    column = problem.column if "," not in problem.column else ""  # a rule between columns is about the row
    return f"/body/{problem.table}/{problem.row}" + (f"/{column}" if column else "")
