"""The two languages of answers, and which one a request asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query
from starlette.requests import Request

from credit_scoring.features.words import Language, Words


def preferred(asked: str | None, accepted: str | None) -> Language:
    """The language of an answer: `asked` (?language=) wins, then the first of Accept-Language that is ours, then en."""
    if asked in ("en", "fr"):
        return "fr" if asked == "fr" else "en"
    weighed: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accepted or "").split(",")):
        name, _, parameters = part.strip().partition(";")
        language = name.strip().lower().split("-")[0]
        if language in ("en", "fr"):
            weighed.append((-_weight(parameters), place, "fr" if language == "fr" else "en"))
    weighed = [each for each in sorted(weighed) if each[0] < 0]
    return weighed[0][2] if weighed else "en"


def _weight(parameters: str) -> float:
    """q=0.5 -> 0.5; 1 where nothing is said; 0 where it is no number."""
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def of_request(request: Request) -> Language:
    """The language in which a request is answered."""
    return preferred(request.query_params.get("language"), request.headers.get("accept-language"))


def said(words: Words, language: Language, **facts: object) -> str:
    """A phrase in a language, with its facts."""
    return words.to(language).format(**facts)


async def _asked(
    language: Annotated[Language | None, Query(description="Language of sentences; else by Accept-Language.")] = None,
    accept_language: Annotated[str | None, Header(description="Languages, most liked first.")] = None,
) -> Language:
    return preferred(language, accept_language)


AskedLanguage = Annotated[Language, Depends(_asked)]
"""Parameter of a route: the language that the caller wants."""
