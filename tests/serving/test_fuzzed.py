"""Requests drawn from the schema: none fails unforeseen, and every answer is one that the schema documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

import served
from credit_scoring.online.loading import Champion, register
from credit_scoring.schema.tables import SOURCES
from fitted_models import estimate_model
from published_lender import PublishedLender
from serving.conftest import Caller, until

EXAMPLES = 10
RULES = {"not_in_file", "not_legitimate"} | {rule.code for table in SOURCES for rule in table.rules}
"""What the schema cannot say, because it is about the lender's tables."""
KNOWN: dict[str, list[Any]] = {"client_id": [3, 104, 133], "client": [3, 133], "name": ["income", "age"]}
"""Values that the schema allows like any other, and that somebody is behind: of most numbers there is nobody."""


def _schema(cell_by_cell: bool) -> schemathesis.BaseSchema:
    """The published schema, which `make check` holds to the code. `cell_by_cell`: whether each part of a body is made
    wrong by itself, besides what is drawn."""
    described = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text())
    for path in described["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in KNOWN:
                    parameter["schema"] = {"anyOf": [{"enum": KNOWN[parameter["name"]]}, parameter["schema"]]}
    schema = schemathesis.openapi.from_dict(described)
    schema.config.phases.coverage.enabled = cell_by_cell
    return schema


@pytest.fixture(scope="module")
def admin(api: served.Api, database: served.Database, lender: PublishedLender, generated: list[int]) -> Caller:
    with database.transaction() as connection:
        register(connection, Champion("credit_estimate", 1, estimate_model))
    until(lambda: api.service.estimates.current is not None)
    return Caller(api.url, database.key("admin"))


FILES = "/v1/scores"
"""A file has two hundred columns: alike for the schema, and minutes when each is made wrong by itself."""
bounded = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@_schema(cell_by_cell=True).exclude(path=FILES).parametrize()
@bounded
def test_every_answer_is_documented(case: Case, admin: Caller) -> None:
    _asked(case, admin)


@_schema(cell_by_cell=False).include(path=FILES).parametrize()
@bounded
def test_every_answer_to_a_file_is_documented(case: Case, admin: Caller) -> None:
    _asked(case, admin)


def _asked(case: Case, admin: Caller) -> None:
    headers = {"Authorization": f"Bearer {admin.key}"}
    answer = case.call(base_url=admin.url, headers=headers)
    # Rules of the lender's tables are no part of the schema, and refuse by codes of their own.
    case.validate_response(answer, headers=headers, excluded_checks=[positive_data_acceptance])
    if answer.status_code == 422 and case.meta.generation.mode is GenerationMode.POSITIVE:
        said = answer.json()
        assert said["code"] != "request-wrong" or {each["code"] for each in said["errors"]} <= RULES, answer.text
