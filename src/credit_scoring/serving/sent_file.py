"""A client's file in the body of a request, and its schema: tables and columns as they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from credit_scoring.features.words import Language
from credit_scoring.schema.column import Column
from credit_scoring.schema.tables import SOURCES
from credit_scoring.scoring.on_the_fly.client_file import ClientFile, allowed, example, misshapes


@dataclass(frozen=True, eq=False)
class SentFile:
    """What was sent, whatever it is: pydantic would look at every cell with a model of its own, for longer than the
    client is scored."""

    sent: Any

    def file(self, language: Language) -> ClientFile:
        """The file; RequestValidationError with all that keeps it from being one."""
        wrong = misshapes(self.sent)
        if wrong:
            raise RequestValidationError(
                [{"type": each.kind, "loc": ("body", *each.where), "msg": each.sentence.to(language)} for each in wrong]
            )
        file: ClientFile = self.sent
        return file

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Takes anything."""
        return core_schema.no_info_plain_validator_function(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema for documentation."""
        return file_schema()


@cache
def file_schema() -> dict[str, Any]:
    """JSON schema of a client's file."""
    tables: dict[str, dict[str, Any]] = {}
    for table in SOURCES:
        columns = {name: _cell(table.column(name)) for name in allowed(table) if _declares(table.columns, name)}
        for name in allowed(table):
            columns.setdefault(name, {"type": ["number", "string", "null"], "description": "Ignored"})
        tables[table.name] = {
            "type": "array",
            "description": table.meaning,
            "items": {"type": "object", "properties": columns, "additionalProperties": False},
        }
    tables["application"]["minItems"] = 1
    return {
        "type": "object",
        "title": "ClientFile",
        "description": "A client's file: the tables of a delivery with the rows of one client. Cells are what the CSV "
        "files hold, as numbers or texts; an absent table has no rows, an absent column is empty.",
        "properties": tables,
        "required": ["application"],
        "additionalProperties": False,
        "examples": [example()],
    }


def _declares(columns: tuple[Column, ...], name: str) -> bool:
    return any(column.name == name for column in columns)


def _cell(column: Column) -> dict[str, Any]:
    must = "; required" if column.required else ""
    return {"type": ["number", "string", "null"], "description": f"{column.described()}: {column.expectation()}{must}"}
