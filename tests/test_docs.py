"""The documentation: every command it names exists with the options it names, and the site stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from credit_scoring.cli import main

PROJECT = Path(__file__).parents[1]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def named(text: str) -> Iterator[tuple[str, set[str]]]:
    """Our commands in a page, each with its options, in code and in commands of a shell."""
    for line in re.findall(r"(?:^ *|`|\$\()credit-scoring ([a-z][^`\n#]*)", text, re.M):
        command, *words = line.split()
        yield command, {word for word in words if word.startswith("--")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist_with_their_options(page: Path) -> None:
    for command, options in named(page.read_text()):
        assert command in main.commands, f"{page.name}: credit-scoring {command}"
        known = {
            option
            for parameter in main.commands[command].params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert options <= known | {"--help"}, f"{page.name}: credit-scoring {command} {' '.join(sorted(options))}"


def test_commands_are_found() -> None:
    text = "    credit-scoring train   # learns\nor `credit-scoring explain 7 --language fr` and `--conf FILE`"
    assert list(named(text)) == [("train", set()), ("explain", {"--language"})]


def test_the_site_loads_nothing_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    build(load_config(str(PROJECT / "mkdocs.yml"), site_dir=str(tmp_path)))
    pages = list(tmp_path.rglob("*.html"))
    assert tmp_path / "tutorial.html" in pages
    for page in pages:
        loaded = re.findall(
            r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//[^\"' >]*", page.read_text()
        )
        assert loaded == [], page.name
    styles = "".join(style.read_text() for style in tmp_path.rglob("*.css"))
    assert not re.search(r"@import|url\([\"']?(?:https?:)?//", styles)
