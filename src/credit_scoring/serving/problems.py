"""What the API refuses, and how it says so: RFC 9457, with a code of ours, in English or French.

What can be refused is declared here once, and raised by calling it: `raise CLIENT_UNKNOWN(client=client_id)`. A route
names what it can give (`documented`), so the schema says it too. Sentences name what the caller
sent, never what we hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from credit_scoring.features.words import Language, Words
from credit_scoring.serving.words import said

MEDIA = "application/problem+json"


class WrongPart(BaseModel):
    """One thing that is wrong with a request."""

    code: str = Field(description="Kind of error", examples=["missing"])
    pointer: str = Field(description="Where: a JSON pointer into the request", examples=["/body/decision"])
    detail: str = Field(description="What is wrong there", examples=["Field required"])


class ProblemAnswer(BaseModel):
    """A refusal (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:credit-scoring:client-unknown",
                    "title": "Unknown client",
                    "status": 404,
                    "detail": "Nothing is published of client 100002.",
                    "code": "client-unknown",
                    "instance": "urn:uuid:0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                    "errors": [],
                }
            ]
        }
    )

    type: str = Field(description="Identifies the kind of problem")
    title: str = Field(description="The kind of problem in words")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="What happened, and what to do")
    code: str = Field(description="The kind of problem, short")
    instance: str = Field(description="The request, as in X-Request-ID")
    errors: list[WrongPart] = Field(description="All that is wrong with the request")


class Refusal(Exception):
    """A problem with its facts, on its way to the caller."""

    def __init__(
        self,
        problem: Problem,
        facts: Mapping[str, object],
        errors: Sequence[WrongPart] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem, self.facts, self.errors = problem, facts, errors
        self.headers = problem.headers if headers is None else headers

    def answer(self, request_id: str, language: Language) -> Response:
        """The refusal as it leaves."""
        told = ProblemAnswer(
            type=f"urn:credit-scoring:{self.problem.code}",
            title=said(self.problem.title, language),
            status=self.problem.status,
            detail=said(self.problem.detail, language, **self.facts),
            code=self.problem.code,
            instance=f"urn:uuid:{request_id}",
            errors=list(self.errors),
        )
        headers = {**self.headers, "X-Request-ID": request_id}
        return Response(told.model_dump_json(), self.problem.status, headers, MEDIA)


@dataclass(frozen=True)
class Problem:
    """One thing that the API refuses. `detail` names its facts in braces."""

    code: str
    status: int
    title: Words
    detail: Words
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __call__(self, errors: Sequence[WrongPart] = (), **facts: object) -> Refusal:
        """The problem with these facts, to be raised."""
        return Refusal(self, facts, errors)


def documented(*problems: Problem) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that can refuse so, besides what every route can (see EVERYWHERE)."""
    by_status: dict[int, list[Problem]] = {}
    for problem in (*problems, *EVERYWHERE):
        by_status.setdefault(problem.status, []).append(problem)
    return {
        status: {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(problem.code for problem in found)}",
            "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        for status, found in sorted(by_status.items())
    }


KEY_MISSING = Problem(
    "key-missing",
    401,
    Words("Key missing", "Clé absente"),
    Words(
        "The request has no key. Send `Authorization: Bearer <key>`.",
        "La requête ne porte pas de clé. Envoyez `Authorization: Bearer <clé>`.",
    ),
    {"WWW-Authenticate": 'Bearer realm="credit-scoring"'},
)
KEY_REFUSED = Problem(
    "key-refused",
    401,
    Words("Key refused", "Clé refusée"),
    Words(
        "The key is unknown, has expired or was revoked. Ask whoever runs the service for another.",
        "La clé est inconnue, expirée ou révoquée. Demandez-en une autre à l'exploitant du service.",
    ),
    {"WWW-Authenticate": 'Bearer realm="credit-scoring", error="invalid_token"'},
)
ROLE_MISSING = Problem(
    "role-missing",
    403,
    Words("Not allowed", "Non autorisé"),
    Words(
        "Your role, {role}, may not ask this. It takes: {roles}.",
        "Votre rôle, {role}, ne permet pas cette demande. Il faut : {roles}.",
    ),
)
TOO_MANY = Problem(
    "too-many-requests",
    429,
    Words("Too many requests", "Trop de requêtes"),
    Words(
        "This key may ask {per_minute} times a minute. Wait, and ask again.",
        "Cette clé permet {per_minute} requêtes par minute. Patientez avant de recommencer.",
    ),
    {"Retry-After": "1"},
)
REQUEST_WRONG = Problem(
    "request-wrong",
    422,
    Words("Request not understood", "Requête non comprise"),
    Words(
        "What was sent is not as the schema says ({count} errors). Each is listed under `errors`.",
        "La requête ne suit pas le schéma ({count} erreurs). Chacune figure sous `errors`.",
    ),
)
BODY_TOO_LARGE = Problem(
    "body-too-large",
    413,
    Words("Body too large", "Corps trop volumineux"),
    Words("A request may hold {most:,} bytes.", "Une requête peut contenir {most} octets."),
)
DATABASE_AWAY = Problem(
    "database-away",
    503,
    Words("Not available", "Indisponible"),
    Words(
        "The answer could not be read or recorded, and nothing is answered without a record. Ask again in a moment.",
        "La réponse n'a pu être lue ou enregistrée, et rien n'est répondu sans trace. Réessayez dans un instant.",
    ),
    {"Retry-After": "1"},
)
FAILED = Problem(
    "failed-unforeseen",
    500,
    Words("Failed", "Échec"),
    Words(
        "The service failed in a way that nobody foresaw. Report the instance to whoever runs it.",
        "Le service a échoué d'une façon imprévue. Signalez l'instance à son exploitant.",
    ),
)
PATH_UNKNOWN = Problem(
    "path-unknown",
    404,
    Words("Unknown path", "Chemin inconnu"),
    Words("There is nothing here. /docs lists what there is.", "Il n'y a rien ici. /docs énumère ce qui existe."),
)
METHOD_WRONG = Problem(
    "method-wrong",
    405,
    Words("Method not allowed", "Méthode non permise"),
    Words("This path is asked with {allowed}.", "Ce chemin s'emploie avec {allowed}."),
)
CLIENT_UNKNOWN = Problem(
    "client-unknown",
    404,
    Words("Unknown client", "Client inconnu"),
    Words(
        "Nothing is published of client {client}. Check the number (SK_ID_CURR).",
        "Rien n'est publié du client {client}. Vérifiez le numéro (SK_ID_CURR).",
    ),
)
FEATURE_UNKNOWN = Problem(
    "feature-unknown",
    404,
    Words("Unknown feature", "Variable inconnue"),
    Words(
        "There is no feature of this name. GET /v1/features lists all.", "Variable inconnue : voir GET /v1/features."
    ),
)
FEATURES_OF_OTHERS = Problem(
    "features-of-others",
    409,
    Words("Features of another release", "Variables d'une autre version"),
    Words(
        "The client was scored with the features of another release, which this one cannot name until it scores again.",
        "Le client a été noté avec les variables d'une autre version, que celle-ci ne sait pas nommer. Il sera renoté.",
    ),
)
REQUEST_UNKNOWN = Problem(
    "request-unknown",
    404,
    Words("Unknown request", "Requête inconnue"),
    Words("The journal holds no such request.", "Le journal ne contient pas cette requête."),
)
TOO_FEW = Problem(
    "too-few-clients",
    404,
    Words("Too few clients", "Trop peu de clients"),
    Words(
        "Fewer than ten clients are known, so no figure about them is given.",
        "Moins de dix clients sont connus : aucun chiffre n'est donné à leur sujet.",
    ),
)
NO_MODEL = Problem(
    "no-model",
    503,
    Words("No model", "Aucun modèle"),
    Words("There is no champion that passed its probe yet.", "Aucun modèle champion n'a encore passé son contrôle."),
    {"Retry-After": "10"},
)
FILE_UNUSABLE = Problem(
    "file-unusable",
    422,
    Words("File unusable", "Dossier inutilisable"),
    Words(
        "Nobody can be scored by this file: it needs one application that can be used, and rows of no other {column}. "
        "{count} reasons are listed under `errors`.",
        "Ce dossier ne permet pas de score : il faut une demande utilisable, et aucune ligne d'un autre {column}. "
        "{count} raisons figurent sous `errors`.",
    ),
)
CHANGE_UNUSABLE = Problem(
    "change-unusable",
    422,
    Words("Change unusable", "Changement inutilisable"),
    Words(
        "The changed file breaks {count} rules of the lender's tables. Each is listed under `errors`.",
        "Le dossier modifié enfreint {count} règles des tables du prêteur. Chacune figure sous `errors`.",
    ),
)
NO_ESTIMATES = Problem(
    "no-estimates",
    503,
    Words("No estimates", "Pas d'estimations"),
    Words(
        "There is no model for estimates: `credit-scoring train --estimate` and `promote --estimate` make one.",
        "Aucun modèle d'estimation : `credit-scoring train --estimate` et `promote --estimate` en font un.",
    ),
    {"Retry-After": "10"},
)
DECIDED_ALREADY = Problem(
    "decided-already",
    409,
    Words("Decided already", "Déjà décidé"),
    Words(
        "{actor} decided {decision} at {at}. To replace it, send its id, {id}, as `supersedes`, with a reason.",
        "{actor} a décidé {decision} le {at}. Pour remplacer cette décision, envoyez son id, {id}, dans `supersedes`, "
        "avec un motif.",
    ),
)
REASON_MISSING = Problem(
    "reason-missing",
    422,
    Words("Reason missing", "Motif absent"),
    Words(
        "A decision against the score, or in place of another, needs a reason.",
        "Une décision contraire au score, ou qui en remplace une autre, exige un motif.",
    ),
)
SCORE_CHANGED = Problem(
    "score-changed",
    409,
    Words("Score changed", "Score modifié"),
    Words(
        "The client has another score by now. Read it, then decide.",
        "Le client a entre-temps un autre score. Lisez-le, puis décidez.",
    ),
)

EVERYWHERE = (KEY_MISSING, KEY_REFUSED, ROLE_MISSING, TOO_MANY, BODY_TOO_LARGE, REQUEST_WRONG, DATABASE_AWAY)
"""What every recorded route can give."""
