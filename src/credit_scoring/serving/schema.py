"""openapi.json: what FastAPI finds, with the shape of problems, which no route returns by itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from credit_scoring.serving.problems import ProblemAnswer

LARGEST = 2**63 - 1
"""The largest number of a client or a delivery: PostgreSQL's bigint."""
_UNUSED = ("HTTPValidationError", "ValidationError")


def described(app: FastAPI) -> dict[str, Any]:
    """The schema of an application; made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = schema["components"]["schemas"]
        for name in _UNUSED:
            schemas.pop(name, None)
        problem = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs"))
        schemas["ProblemAnswer"] = problem
        schema["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema = _exact(schema)
    return app.openapi_schema


def _exact(part: Any) -> Any:
    """The schema with its largest whole number as it is: FastAPI makes a double of it, which is one more."""
    if isinstance(part, dict):
        return {name: _exact(each) for name, each in part.items()}
    if isinstance(part, list):
        return [_exact(each) for each in part]
    return LARGEST if isinstance(part, float) and part == LARGEST + 1 else part
