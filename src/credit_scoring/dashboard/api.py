"""The API as the desk asks it: with the key of who is signed in, in the language of the page, typed answers back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from credit_scoring.dashboard import answers
from credit_scoring.dashboard.words import AWAY, UNREADABLE
from credit_scoring.features.words import Language

SECONDS = 10.0
"""So long an answer may take."""

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a request, and where (a JSON pointer)."""

    pointer: str
    detail: str


class Refused(Exception):
    """What the API refused, or that it did not answer: `sentence` is for whoever sits before the page.

    `status`: of the answer, 0 where there was none; `code`: the API's own word for it.
    """

    def __init__(self, sentence: str, status: int = 0, code: str = "", errors: tuple[Wrong, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.code, self.errors = sentence, status, code, errors

    @property
    def signed_out(self) -> bool:
        """Whether the key is the trouble: it is unknown, has expired or was revoked."""
        return self.status == 401


@cache
def connections(url: str) -> httpx.Client:
    """Connections to an API, kept open and shared by all who sit at this desk; no key is part of them."""
    return httpx.Client(base_url=url, timeout=SECONDS, trust_env=False, follow_redirects=False)


@dataclass(frozen=True)
class Api:
    """The API for one person in one language."""

    url: str
    key: str
    language: Language

    def features(self) -> answers.FeaturesAnswer:
        """What every feature means."""
        return self._get(answers.FeaturesAnswer, "/v1/features")

    def clients(self, after: int = -1) -> answers.ClientsAnswer:
        """A thousand clients of higher numbers."""
        return self._get(answers.ClientsAnswer, "/v1/clients", after=after, limit=1_000)

    def score(self, client: int) -> answers.ScoreAnswer:
        """The latest published score."""
        return self._get(answers.ScoreAnswer, f"/v1/clients/{client}/score")

    def contributions(self, client: int, top: int = 10) -> answers.ContributionsAnswer:
        """The features that weigh most."""
        return self._get(answers.ContributionsAnswer, f"/v1/clients/{client}/contributions", top=top)

    def history(self, client: int) -> answers.HistoryAnswer:
        """Earlier scores."""
        return self._get(answers.HistoryAnswer, f"/v1/clients/{client}/history")

    def file(self, client: int) -> answers.FileAnswer:
        """The raw rows."""
        return self._get(answers.FileAnswer, f"/v1/clients/{client}/file")

    def distribution(self, feature: str, client: int) -> answers.DistributionAnswer:
        """The densities of a feature by outcome, and where the client stands."""
        return self._get(answers.DistributionAnswer, f"/v1/features/{feature}/distribution", client=client)

    def comparisons(self, client: int) -> answers.ComparisonsAnswer:
        """The client beside others."""
        return self._get(answers.ComparisonsAnswer, "/v1/comparisons", client=client)

    def decisions(self, client: int) -> answers.DecisionsAnswer:
        """What people decided about the client."""
        return self._get(answers.DecisionsAnswer, f"/v1/clients/{client}/decisions")

    def queue(self, after: str = "") -> answers.QueueAnswer:
        """Who waits for a person: a page, the oldest first."""
        return self._get(answers.QueueAnswer, "/v1/queue", after=after, limit=50)

    def decide(
        self, score: answers.ScoreAnswer, decision: str, reason: str, supersedes: str = ""
    ) -> answers.DecisionAnswer:
        """Records what is decided about a score that was looked at, in place of another decision where one is named."""
        body = {
            "client_id": score.client_id, "seq": score.seq, "model_version": score.model_version, "decision": decision,
            "reason": reason or None, "supersedes": supersedes or None,
        }  # fmt: skip
        return self._post(answers.DecisionAnswer, "/v1/decisions", body)

    def what_if(self, client: int, changes: Sequence[Mapping[str, object]]) -> answers.WhatIfAnswer:
        """Both scores, of the file as it is and changed."""
        return self._post(answers.WhatIfAnswer, f"/v1/clients/{client}/what-if", {"changes": list(changes)})

    def estimate(self, stated: Mapping[str, object]) -> answers.EstimateAnswer:
        """A range for a person without a file."""
        return self._post(answers.EstimateAnswer, "/v1/estimates", stated)

    def letter(self, client: int) -> str:
        """The letter as a page of HTML."""
        return self._ask("GET", f"/v1/clients/{client}/letter", {}).text

    def _get(self, kind: type[Answer], path: str, **query: str | int) -> Answer:
        return kind.model_validate_json(self._ask("GET", path, query).content)

    def _post(self, kind: type[Answer], path: str, body: Mapping[str, object]) -> Answer:
        return kind.model_validate_json(self._ask("POST", path, {}, body).content)

    def _ask(
        self, method: str, path: str, query: Mapping[str, str | int], body: Mapping[str, object] | None = None
    ) -> httpx.Response:
        """The answer; Refused where it is none that can be used."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language}
        try:
            answer = connections(self.url).request(method, path, params=query, json=body, headers=headers)
        except (httpx.HTTPError, UnicodeEncodeError) as error:
            wrong_key = isinstance(error, UnicodeEncodeError)  # a header holds ASCII: no key of ours is anything else
            raise Refused((UNREADABLE if wrong_key else AWAY).to(self.language), 401 if wrong_key else 0) from None
        if answer.is_success:
            return answer
        raise _refusal(answer, self.language)


def _refusal(answer: httpx.Response, language: Language) -> Refused:
    """A problem (RFC 9457) as the API says it; whatever else came is an API that is away."""
    try:
        told: dict[str, Any] = json.loads(answer.content)
        errors = tuple(Wrong(str(each["pointer"]), str(each["detail"])) for each in told.get("errors", ()))
        return Refused(str(told["detail"]), answer.status_code, str(told["code"]), errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refused(AWAY.to(language), answer.status_code)
