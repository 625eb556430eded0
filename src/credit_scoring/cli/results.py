"""What the document of each command looks like with --json: read from the declarations of the results themselves.

docs/reference/json.md is written from it, and tests hold documents against it. The words of a shape: a leaf is a text
such as "whole number"; a key that ends with `?` may be null; `[..., "..."]` is a list of any length.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

Shape = Any

_SCORE = "credit_scoring.commands.scores:ScoreReport"
_REPORT = "credit_scoring.publishing.published:Report"
_UPKEEP = "credit_scoring.operations.maintain:Maintained"
RESULTS: Mapping[str, str | Shape] = {
    "database": "credit_scoring.commands.online:Prepared",
    "database grant": "credit_scoring.commands.online:Granted",
    "deliver": "credit_scoring.intake.manifest:Manifest",
    "demo": _SCORE,
    "dictionary": ["credit_scoring.features.dictionary:Entry", "..."],
    "doctor": ["credit_scoring.commands.doctor:Finding", "..."],
    "expire": _UPKEEP,
    "explain": "credit_scoring.publishing.explain:Explanation",
    "forget": "credit_scoring.operations.forget:Forgotten",
    "generate": {"<file>": "whole number"},
    "inspect": {
        "headline": "text",
        "ready": "true or false",
        "folder": "text",
        "seen": "credit_scoring.intake.preview:Seen",
        "guessed?": "credit_scoring.intake.preview:Seen",
        "formats?": {"<key>": "any value"},
        "looks": ["text", "..."],
        "problems": ["text", "..."],
        "lacking": ["text", "..."],
        "left_out": ["text", "..."],
    },
    "intake": "credit_scoring.intake.run:IntakeReport",
    "journal expire": {"<month>": "whole number"},
    "journal export": {"<key>": "any value"},
    "journal verify": "credit_scoring.online.journal:Verified",
    "key create": "credit_scoring.online.keys:NewKey",
    "key list": ["credit_scoring.online.keys:KeyFacts", "..."],
    "key revoke": {"revoked": "text"},
    "key rotate": "credit_scoring.online.keys:NewKey",
    "maintain": _UPKEEP,
    "monitor": "credit_scoring.monitoring.run:Monitored",
    "optimize": _UPKEEP,
    "promises": "credit_scoring.commands.models:PromiseReport",
    "promote": "credit_scoring.training.promotion.promote:Promotion",
    "publish": _REPORT,
    "publish-online": "credit_scoring.online.loading:Loaded",
    "reasons": [{"code": "text", "absent": "true or false", "side": "text", "en": "text", "fr": "text"}, "..."],
    "reasons --check": "credit_scoring.publishing.reason_audit:ReasonAudit",
    "requeue": "credit_scoring.commands.operations:TriedAgain",
    "score": _SCORE,
    "show": "credit_scoring.publishing.show:Listing",
    "train": {
        "version": "whole number",
        "run_id": "text",
        "rounds": "whole number",
        "metrics": {"<name>": "number"},
        "intervals": {"<name>": "credit_scoring.training.intervals:Interval"},
        "comparison": [{"<column>": "any value"}, "..."],
    },
    "withdraw": "credit_scoring.commands.operations:Withdrawn",
}
"""Command -> where its result is declared, as `module:name`, within what of a shape is not declared anywhere."""

ERROR: Shape = {"error": {"code": "text", "exit_code": "whole number", "message": "text"}}
"""The document of a command that failed."""

_LEAVES: Mapping[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "text",
    datetime: "time, such as 2026-11-21T10:15:00+00:00",
    date: "day, such as 2026-11-21",
    type(None): "null",
}


def shape_of(command: str) -> Shape:
    """The shape of a command's document; KeyError where none is told."""
    return _resolved(RESULTS[command])


def _resolved(told: Shape) -> Shape:
    if isinstance(told, str) and ":" in told:
        module, _, name = told.partition(":")
        return shape(getattr(importlib.import_module(module), name))
    if isinstance(told, dict):
        return {key: _resolved(value) for key, value in told.items()}
    return [_resolved(each) for each in told] if isinstance(told, list) else told


def shape(kind: Any) -> Shape:
    """The shape of what a type's values are as JSON (see printing.table.plain)."""
    kind = _bare(kind)
    if kind in _LEAVES:
        return _LEAVES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(str(each) for each in kind)
    if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, BaseModel) or hasattr(kind, "_fields")):
        return dict(_field(name, hint) for name, hint in _hints(kind).items())
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(str, arguments))
    if origin in (Union, types.UnionType):
        return " or ".join(sorted({str(shape(each)) for each in arguments}))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"<name>": shape(arguments[1])}
    if origin is tuple and arguments[1:] != (...,):
        return [shape(each) for each in arguments]
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return [shape(arguments[0]), "..."]
    return "any value"


def _bare(kind: Any) -> Any:
    """Without what says more of a type than its values."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def _field(name: str, hint: Any) -> tuple[str, Shape]:
    """The key, which ends with `?` where the value may be null, and its shape."""
    hint = _bare(hint)
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        others = [each for each in get_args(hint) if each is not type(None)]
        return f"{name}?", shape(Union[tuple(others)])  # noqa: UP007
    return name, shape(hint)


def _hints(kind: type) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if inspect.get_annotations(base):
            hints |= get_type_hints(base, localns=_for_types_only(sys.modules[base.__module__]))
    names = list(kind.model_fields) if issubclass(kind, BaseModel) else _names(kind)
    return {name: hints[name] for name in names}


def _names(kind: Any) -> Sequence[str]:
    return [field.name for field in fields(kind)] if is_dataclass(kind) else list(kind._fields)


def _for_types_only(module: types.ModuleType) -> dict[str, Any]:
    """The names that a module imports for its annotations only (under `if TYPE_CHECKING`)."""
    source = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")) if module.__file__ else ast.parse("")
    guarded = [node for node in source.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [each for node in guarded for each in node.body if isinstance(each, ast.ImportFrom) and each.module]
    return {
        name.asname or name.name: getattr(importlib.import_module(str(each.module)), name.name)
        for each in imports
        for name in each.names
    }


def misfits(document: Any, told: Shape, at: str = "$") -> list[str]:
    """Where a document is not of a shape, in words."""
    if isinstance(told, dict):
        if not isinstance(document, dict):
            return [f"{at}: no object"]
        if len(told) == 1 and next(iter(told)).startswith("<"):
            inner = next(iter(told.values()))
            return [each for key, value in document.items() for each in misfits(value, inner, f"{at}.{key}")]
        nullable = {key.removesuffix("?"): key.endswith("?") for key in told}
        found = [f"{at}: keys {sorted(document)}"] if set(nullable) != set(document) else []
        for key, inner in told.items():
            name = key.removesuffix("?")
            if name in document and not (document[name] is None and nullable[name]):
                found += misfits(document[name], inner, f"{at}.{name}")
        return found
    if isinstance(told, list):
        if not isinstance(document, list):
            return [f"{at}: no list"]
        inner = [told[0]] * len(document) if told[1:] == ["..."] else told
        if len(inner) != len(document):
            return [f"{at}: {len(document)} values"]
        pairs = enumerate(zip(document, inner, strict=True))
        return [each for i, (value, of) in pairs for each in misfits(value, of, f"{at}[{i}]")]
    kinds: dict[str, tuple[type, ...]] = {
        "true or false": (bool,),
        "whole number": (int,),
        "number": (int, float),
        "null": (type(None),),
        "any value": (object,),
    }
    allowed = kinds.get(told, (str, int, float, list) if " or " in told else (str,))
    return [] if isinstance(document, allowed) else [f"{at}: {type(document).__name__} is no {told}"]
