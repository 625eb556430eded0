"""The two languages of answers, and which one a request asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

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


_WRONG_IN_FRENCH = {
    "missing": "Champ obligatoire",
    "extra_forbidden": "Champ ou paramètre inconnu",
    "int_type": "Doit être un nombre entier",
    "int_parsing": "Doit être un nombre entier",
    "int_from_float": "Doit être un nombre entier, sans partie décimale",
    "int_parsing_size": "Ce nombre est trop grand",
    "float_type": "Doit être un nombre",
    "float_parsing": "Doit être un nombre",
    "finite_number": "Doit être un nombre fini",
    "bool_type": "Doit être true ou false",
    "bool_parsing": "Doit être true ou false",
    "string_type": "Doit être un texte",
    "string_too_short": "Doit compter au moins {min_length} caractères",
    "string_too_long": "Doit compter au plus {max_length} caractères",
    "string_pattern_mismatch": "Doit suivre le motif {pattern}",
    "greater_than": "Doit être supérieur à {gt}",
    "greater_than_equal": "Doit être d'au moins {ge}",
    "less_than": "Doit être inférieur à {lt}",
    "less_than_equal": "Doit être d'au plus {le}",
    "literal_error": "Doit être l'une des valeurs {expected}",
    "list_type": "Doit être une liste",
    "too_short": "Doit compter au moins {min_length} éléments",
    "too_long": "Doit compter au plus {max_length} éléments",
    "dict_type": "Doit être un objet",
    "model_type": "Doit être un objet",
    "model_attributes_type": "Doit être un objet",
    "uuid_parsing": "Doit être un UUID",
    "json_invalid": "Le corps de la requête n'est pas un JSON lisible",
}
"""What pydantic says in English, by its type of error."""


def wrong(error: Mapping[str, Any], language: Language) -> str:
    """What an error of pydantic says; in English where nobody has said it in French. An error without `input` is one
    of ours, which is in the language already."""
    french = _WRONG_IN_FRENCH.get(error["type"])
    if language == "en" or french is None or "input" not in error:
        return str(error["msg"])
    return french.format(**{name: _french(value) for name, value in error.get("ctx", {}).items()})


def _french(value: object) -> str:
    if isinstance(value, int | float):
        return f"{value:,.10g}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    return str(value).replace(" or ", " ou ")
