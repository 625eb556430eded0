"""A settings file: read with the overrides of the environment; what is wrong with it is a sentence.

The sentence names the file or the variable, the key, and what the value has to be.
"""

from __future__ import annotations

import codecs
import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from credit_scoring.errors.usage import (
    NO_SETTINGS_FILE,
    SETTINGS_NO_KEYS,
    SETTINGS_NOT_READ,
    SETTINGS_NOT_YAML,
    SETTINGS_WRONG,
    VARIABLE_UNKNOWN,
)
from credit_scoring.settings import CONF, PREFIX, TRACE, Settings, placed

OTHER_VARIABLES = {f"{PREFIX}JARS", TRACE, CONF}
"""Variables with our prefix that are not settings: read before any settings file is."""

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


def load(path: Path) -> Settings:
    """The settings of a file, with the overrides of the environment; UsageError with file and key otherwise.

    Relative places in the file begin at its folder, those in variables at the working directory.
    """
    try:
        values = yaml.safe_load(_text(path)) or {}
    except yaml.YAMLError as error:
        raise SETTINGS_NOT_YAML(file=path, problem=_where(error)) from None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise SETTINGS_NO_KEYS(file=path)
    _refuse_unknown_variables(path)
    try:
        written = {name: value for name, value in values.items() if value is not None}  # a section without keys
        return Settings(**placed({"home": "var", **written}, path.absolute().parent))
    except SettingsError as error:  # a variable of a whole section that is not JSON; its value is not shown
        raise SETTINGS_WRONG(file=path, problems=_not_json(error)) from None
    except ValidationError as error:
        raise SETTINGS_WRONG(file=path, problems="; ".join(_problems(error))) from None


def _text(path: Path) -> str:
    """What the file says; UsageError where it is not there, no file, not ours to read or no UTF-8 text."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NO_SETTINGS_FILE(file=path) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = "it is a folder" if path.is_dir() else getattr(error, "strerror", None) or "its name is none of a file"
        raise SETTINGS_NOT_READ(file=path, why=why) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise SETTINGS_NOT_READ(file=path, why="it is UTF-16 text" if wide else "it is not UTF-8 text") from None


def _not_json(error: SettingsError) -> str:
    """Pydantic names the field in quotes, and no value."""
    found = re.search(r'field "(\w+)"', str(error))
    return f"{PREFIX}{found[1].upper()} must be JSON" if found else "a variable of a whole section must be JSON"


def _where(error: yaml.YAMLError) -> str:
    """What is wrong in which line; never the line itself, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{line}"


def _refuse_unknown_variables(path: Path) -> None:
    """A misspelt override must not be ignored silently."""
    names = EnvSettingsSource(Settings).env_vars
    sections = set(Settings.model_fields)
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in OTHER_VARIABLES:
            section = name[len(PREFIX) :].lower().split("__")[0]
            if section not in sections:
                raise VARIABLE_UNKNOWN(variable=name.upper(), file=path, sections=", ".join(sorted(sections)))


def _problems(error: ValidationError) -> Iterator[str]:
    """A sentence's part for each thing that is wrong: `training.learning_rate must be at most 1, and is 2`.

    No value is told but a number: what somebody wrote in a wrong place may be a secret.
    """
    for each in error.errors(include_url=False):
        keys = [str(part) for part in each["loc"] if not (each["type"] == "missing" and isinstance(part, int))]
        yield f"{_said(keys)} {_problem(str(each['type']), each, keys)}"


def _said(keys: Sequence[str]) -> str:
    """The key as the file writes it, or the variable where one is set."""
    for end in range(len(keys), 0, -1):
        variable = PREFIX + "__".join(keys[:end]).upper()
        if variable in os.environ:
            return variable + "".join(f".{key}" for key in keys[end:])
    return ".".join(keys) or "the file"


def _problem(kind: str, told: Any, keys: Sequence[str]) -> str:
    value, context = told["input"], told.get("ctx", {})
    if kind == "extra_forbidden":
        return "is no setting" + _meant(keys)
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


def _meant(keys: Sequence[str]) -> str:
    """The key that was probably meant, among those that are declared where this one stands."""
    declared: Any = Settings
    for key in keys[:-1]:
        declared = declared.model_fields[key].annotation
    near = difflib.get_close_matches(keys[-1], declared.model_fields, 1)
    return f" (is {near[0]} meant?)" if near else ""
