"""What is wrong with a setting, in our own words: the key, or the variable that set it, and what it has to be.

No value is told but a number: what somebody wrote in a wrong place may be a secret.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
_WANTED = {
    "bool": "true or false",
    "dict": "keys and values",
    "float": "a number",
    "finite_number": "a number",
    "int": "a whole number",
    "list": "a list",
    "model": "keys and values",
    "path": "the path of a folder",
    "string": "a text",
    "tuple": "a list",
}
"""By the beginning of pydantic's names of errors."""


def settings_errors(error: ValidationError, settings: type[BaseModel], prefix: str) -> Iterator[str]:
    """A sentence's part for each thing that is wrong: `training.learning_rate must be at most 1, and is 2`.

    `prefix`: with what the variables of the environment begin that set keys.
    """
    for each in error.errors(include_url=False):
        keys = [str(part) for part in each["loc"] if not (each["type"] == "missing" and isinstance(part, int))]
        yield f"{_said(keys, prefix)} {_problem(str(each['type']), each, settings, keys)}"


def _said(keys: Sequence[str], prefix: str) -> str:
    """The key as the file writes it, or the variable where one is set."""
    for end in range(len(keys), 0, -1):
        variable = prefix + "__".join(keys[:end]).upper()
        if variable in os.environ:
            return variable + "".join(f".{key}" for key in keys[end:])
    return ".".join(keys) or "the file"


def _problem(kind: str, told: Any, settings: type[BaseModel], keys: Sequence[str]) -> str:
    value, context = told["input"], told.get("ctx", {})
    if kind == "extra_forbidden":
        return "is no setting" + _meant(settings, keys)
    if kind in _LIMITS:
        limit, said = _LIMITS[kind]
        return f"must be {said} {context[limit]:g}, and is {value}"
    if kind == "literal_error":
        return f"must be one of {context['expected']}"
    if kind in ("missing", "too_short", "too_long"):
        return "has not as many values as it must have"
    wanted = next((said for start, said in _WANTED.items() if kind.startswith(start)), "another kind of value")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"must be {wanted}" + (f", and is {value}" if number else "")


def _meant(settings: type[BaseModel], keys: Sequence[str]) -> str:
    """The key that was probably meant, among those that are declared where this one stands."""
    declared: Any = settings
    for key in keys[:-1]:
        declared = declared.model_fields[key].annotation
    near = difflib.get_close_matches(keys[-1], declared.model_fields, 1)
    return f" (is {near[0]} meant?)" if near else ""
