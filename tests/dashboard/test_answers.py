"""What the desk reads of answers is what the API's schema promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from credit_scoring.dashboard import answers

SCHEMAS = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text())["components"][
    "schemas"
]
READ = [each for each in vars(answers).values() if isinstance(each, type) and issubclass(each, BaseModel)]


def kinds(schema: dict[str, Any]) -> set[str]:
    """The kinds of a field, one with a format among them, references by name."""
    if "anyOf" in schema:
        return {kind for each in schema["anyOf"] for kind in kinds(each)}
    if "$ref" in schema:
        return {schema["$ref"].rsplit("/", 1)[-1]}
    inner = kinds(schema["items"]) if "items" in schema else set()
    kind = schema.get("const") or schema.get("format") or schema.get("type", "anything")
    return {f"{kind} of {each}" for each in inner} or {kind}


@pytest.mark.parametrize("read", [each for each in READ if each is not BaseModel], ids=lambda each: each.__name__)
def test_every_field_is_promised_and_of_the_same_kind(read: type[BaseModel]) -> None:
    promised, ours = SCHEMAS[read.__name__], read.model_json_schema()
    for name, field in ours["properties"].items():
        assert name in promised["required"], name
        assert kinds(promised["properties"][name]) == kinds(field), name
