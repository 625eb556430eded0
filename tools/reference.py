"""The pages of docs/ that are written from the code, so that they cannot disagree with it.

.venv/bin/python tools/reference.py            writes them (make docs)
.venv/bin/python tools/reference.py --check    says which of them are not what the code says (make check)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy.dialects import postgresql

from credit_scoring import errors
from credit_scoring.cli import main as command_line
from credit_scoring.cli import results
from credit_scoring.errors import CreditScoringError
from credit_scoring.errors.catalogue import kinds
from credit_scoring.features import dictionary
from credit_scoring.monitoring import tables as monitoring
from credit_scoring.online import database
from credit_scoring.online.models import Base
from credit_scoring.publishing.tables import STORED
from credit_scoring.publishing.views import VIEWS
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.serving.app import application
from credit_scoring.serving.service import service
from credit_scoring.settings import PREFIX, MlflowSettings, OnlineSettings, Section, Settings

DOCS = Path(__file__).parents[1] / "docs"
WRITTEN = "Written from the code by `make docs`; `make check` compares them."


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def paragraphs(docstring: str | None) -> str:
    """A docstring as Markdown: its paragraphs, each on a line."""
    text = "\n".join(line.strip() for line in (docstring or "").strip().splitlines())
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in text.split("\n\n"))


def command_line_page() -> str:
    """Every command with its options as `--help` shows them, and the exit codes."""
    parts = ["# Command line", WRITTEN]
    for name, command in sorted(command_line.commands.items()):
        context = click.Context(command, info_name=f"credit-scoring {name}", max_content_width=100, terminal_width=100)
        parts += [f"## {name}", f"```text\n{command.get_help(context)}\n```"]
    codes = [(family.exit_code, paragraphs(family.__doc__)) for family in _families()]
    parts += ["## Exit codes", table(["code", "meaning"], [(0, "Done, or nothing to do."), *codes])]
    return "\n\n".join(parts) + "\n"


def json_page() -> str:
    """What a command prints with --json: the one document, by command, and that of an error."""
    parts = ["# Results as JSON", WRITTEN, _JSON, "## Errors", f"```json\n{json.dumps(results.ERROR, indent=1)}\n```"]
    for command in sorted(results.RESULTS):
        parts += [f"## {command}", f"```json\n{json.dumps(results.shape_of(command), indent=1)}\n```"]
    return "\n\n".join(parts) + "\n"


_JSON = """\
With `--json` a command writes one JSON document to standard output and nothing else there; what it says while it works,
and the sentence of an error, go to standard error. A command that fails before it has a result writes the document of
an error instead. One whose result holds a refused delivery or a held one writes the result, and its
[exit code](command-line.md#exit-codes) says so. Here a value stands for what it may be; a key that ends with `?` may be
null; `[..., "..."]` is a list of any length, and `<name>` any key."""


def _families() -> list[type[CreditScoringError]]:
    """The classes of errors, by exit code."""
    found = (error for error in vars(errors).values() if isinstance(error, type))
    families = (error for error in found if issubclass(error, CreditScoringError) and error is not CreditScoringError)
    return sorted(families, key=lambda family: family.exit_code)


def errors_page() -> str:
    """Every error that can reach a user: its code, what it says, what to do."""
    parts = ["# Errors", WRITTEN, _ERRORS]
    for family in _families():
        of_family = [kind for kind in kinds() if kind.raised is family]
        if of_family:
            parts += [f"## Exit code {family.exit_code}", paragraphs(family.__doc__)]
        for kind in of_family:
            parts += [f"### {kind.code}", _facts(kind.sentence), f"**What to do:** {_facts(kind.remedy)}"]
    return "\n\n".join(parts) + "\n"


_ERRORS = """\
An error ends with its code in square brackets. What stands here in *italics* the error names: a file, a delivery, a
number. No error holds a value out of a client's row."""


def _facts(template: str) -> str:
    """A sentence with the names of its facts in italics."""
    return re.sub(r"{(\w+)(?:![rs])?(?::[^}]*)?}", lambda fact: f"*{fact[1].replace('_', ' ')}*", template)


def settings_page() -> str:
    """Every key of a settings file: type, limits, default, and the variable that overrides it."""
    sections = {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    }
    top = {name: field for name, field in Settings.model_fields.items() if name not in sections}
    parts = ["# Settings", WRITTEN, _SETTINGS, "## Places", _PLACES, _keys(top, "")]
    for name, section in sections.items():
        nested = {key: field.annotation for key, field in section.model_fields.items() if _is_nested(field)}
        plain = {key: field for key, field in section.model_fields.items() if key not in nested}
        parts += [f"## {name}", paragraphs(section.__doc__), _keys(plain, f"{name}__")]
        for key, model in nested.items():
            told = "\n\n".join(paragraphs(each.__doc__) for each in model.__mro__[:2] if each is not BaseModel)
            parts += [f"### {name}.{key}", told, _keys(model.model_fields, f"{name}__{key}__")]
    return "\n\n".join(parts) + "\n"


_SETTINGS = f"""\
A settings file is YAML: a section is a key with the section's keys below it. Every command takes `--conf FILE`; the
default is `conf/local.yml`. A variable of the environment, `{PREFIX}<SECTION>__<KEY>`, wins over the file. What is not
set has the default below; a key that does not exist is refused."""

_PLACES = """\
A place that is not set lies below `home`: `landing/`, `tables/`, `published/`, `reports/`. Each is a folder, a
`/Volumes/...` path or an `abfss://` address; `tables` may also be `catalog.schema`. A relative folder begins at the
folder of the settings file, wherever a command is typed; in a variable it begins at the working directory. `~` is the
user's folder. A store is begun by `deliver`, by `demo`, and by `intake --new` or `score --new`; any other command on a
place without a store is an error."""


def _is_nested(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _keys(fields: dict[str, FieldInfo], prefix: str) -> str:
    rows = [
        (f"`{name}`", _kind(field), _default(field, place=not prefix), f"`{PREFIX}{(prefix + name).upper()}`")
        for name, field in fields.items()
    ]
    return table(["key", "type", "default", "variable"], rows)


def _kind(field: FieldInfo) -> str:
    """The type with its limits: `int, from 1, at most 512`."""
    said = {"ge": "from", "gt": "above", "le": "at most", "lt": "below"}
    limits = [f"{said[name]} {getattr(rule, name)}" for rule in field.metadata for name in said if hasattr(rule, name)]
    return ", ".join([_type(field.annotation), *limits])


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is tuple and arguments[1:] == (...,):
        return f"list of {_type(arguments[0])}"
    return f"`{annotation if origin else annotation.__name__}`"


def _default(field: FieldInfo, place: bool) -> str:
    match field.default:
        case None:
            return ""
        case "":
            return "below `home`" if place else "none"
        case tuple():
            return ", ".join(f"`{value}`" for value in field.default)
        case _:
            return f"`{field.default}`"


def tables_page() -> str:
    """Every table: those that the lender delivers, with the rules of their rows, and what is made of them."""
    parts = ["# Tables", WRITTEN, "## What the lender delivers", _DELIVERED]
    for source in TABLES:
        parts += _source(source)
    parts += ["## What is made of it", _MADE]
    delivered = {source.name for source in TABLES}
    for stored in (*STORED, *(view.declared for view in (*VIEWS, *monitoring.VIEWS))):
        if stored.name not in delivered:
            columns = [column for column in stored.columns if column not in APPLICATION.stored().columns]
            rows = [(f"`{column.name}`", f"`{column.sql}`", column.meaning) for column in columns]
            if len(columns) < len(stored.columns):
                rows.append(("...", "", "The columns of the application, as above"))
            parts += [f"### {stored.name}", f"{stored.meaning}.", table(["column", "type", "meaning"], rows)]
    return "\n\n".join(parts) + "\n"


_DELIVERED = """\
A row without a usable value in a required column goes to quarantine. In another column a value that is neither
legitimate nor a declared special value becomes missing, and the client's file is incomplete. Every stored table has,
beside these columns, `seq` (the delivery), `file` and `record` (where the row came from) and `made_missing` (columns
whose values became missing)."""


_MADE = """\
The meanings are the comments of the tables and their columns, so a catalog shows them too. The last four,
from `scores_explained` on, are views."""


def _source(source: Table) -> Iterator[str]:
    yield f"### {source.name}"
    key = f"Key: {', '.join(f'`{column}`' for column in source.key)}." if source.key else "Rows have no key."
    yield f"{source.meaning}. {key} A delivery's rows of a `{source.owner}` replace the earlier ones."
    yield table(
        ["column", "meaning", "unit", "legitimate", "required"],
        [(f"`{c.name}`", c.meaning, c.unit, c.expectation(), "yes" if c.required else "") for c in source.columns],
    )
    if source.rules:
        yield table(["rule", "violated when"], [(f"`{rule.code}`", rule.sentence) for rule in source.rules])


def openapi_page() -> str:
    """The schema of the API."""
    built = service(OnlineSettings(url="postgresql://nobody@nowhere/nothing"), MlflowSettings())
    return json.dumps(application(built).openapi(), indent=1, ensure_ascii=False) + "\n"


def online_store_page() -> str:
    """The tables of the online store: a diagram, then every column."""
    parts = ["# Online store", WRITTEN, _ONLINE, f"```mermaid\n{database.diagram()}```"]
    for declared in Base.metadata.sorted_tables:
        rows = [
            (f"`{column.name}`", f"`{column.type.compile(dialect=postgresql.dialect())}`", column.comment or "")
            for column in declared.columns
        ]
        parts += [f"## {declared.name}", f"{declared.comment}.", table(["column", "type", "meaning"], rows)]
    return "\n\n".join(parts) + "\n"


_ONLINE = """\
The tables of PostgreSQL behind the API. [online-store.sql](online-store.sql) makes them, with functions and rights;
`credit-scoring database upgrade` runs the same."""


def pages() -> dict[Path, str]:
    """File -> what stands in it according to the code."""
    return {
        DOCS / "dictionary.md": dictionary.markdown(),
        DOCS / "errors.md": errors_page(),
        DOCS / "reference" / "openapi.json": openapi_page(),
        DOCS / "reference" / "online-store.sql": database.script(),
        DOCS / "reference" / "online-store.md": online_store_page(),
        DOCS / "reference" / "command-line.md": command_line_page(),
        DOCS / "reference" / "json.md": json_page(),
        DOCS / "reference" / "settings.md": settings_page(),
        DOCS / "reference" / "tables.md": tables_page(),
    }


def main(check: bool) -> None:
    """Writes the pages, or ends with the names of those that differ."""
    differing = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    if check and differing:
        names = ", ".join(str(path.relative_to(DOCS.parent)) for path in differing)
        sys.exit(f"not what the code says: {names}; run: make docs")
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[path], "utf-8")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
