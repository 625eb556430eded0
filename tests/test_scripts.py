"""Benchmarks and tools, most of which no test runs: what they import of the product is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SCRIPTS = [path for folder in ("benchmarks", "jobs", "tools") for path in sorted((PROJECT / folder).glob("*.py"))]


def missing(source: str) -> Iterator[str]:
    """What a script imports of the product that is not there, wherever it does so."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("credit_scoring"):
                found = import_module(module)
                for name in (each.name for each in names):
                    is_module = hasattr(found, "__path__") and find_spec(f"{module}.{name}")
                    if not hasattr(found, name) and not is_module:
                        yield f"{module}.{name}"
            case ast.Import(names=names):
                ours = (each.name for each in names if each.name.startswith("credit_scoring"))
                yield from (name for name in ours if not find_spec(name))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_script_imports_is_there(script: Path) -> None:
    assert list(missing(script.read_text())) == []


def test_the_check_sees_it() -> None:
    assert list(missing("from credit_scoring.intake.deliver import deliver, table_of")) == [
        "credit_scoring.intake.deliver.table_of"
    ]
