"""Whatever the runbook tells to type can be typed, and every code and setting in it is one of ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from credit_scoring.cli import main
from credit_scoring.errors import CreditScoringError
from credit_scoring.serving import problems
from credit_scoring.serving.metrics import Metrics
from credit_scoring.settings import Section, Settings

TEXT = (Path(__file__).parents[1] / "docs" / "runbook.md").read_text(encoding="utf-8")
TYPED = sorted(
    set(re.findall(r"`(credit-scoring[^`]+)`", TEXT.replace("\n", " ")))
    | {line.strip() for line in TEXT.splitlines() if line.startswith("    ") and "credit-scoring" in line}
)


@pytest.mark.parametrize("typed", TYPED)
def test_a_command_of_the_runbook_can_be_typed(typed: str) -> None:
    _, name, *words = shlex.split(typed)
    command = main.commands[name]
    command.make_parser(click.Context(command)).parse_args(words)
    assert command.make_context(name, list(words), resilient_parsing=True)


def test_every_command_for_operators_is_in_the_runbook() -> None:
    said = {shlex.split(typed)[1] for typed in TYPED}
    assert {"withdraw", "requeue", "forget", "publish", "maintain", "expire", "optimize"} <= said
    assert {"publish-online", "database", "journal", "key"} <= said


def test_what_the_runbook_says_of_the_api_is_what_the_api_says() -> None:
    ours = {each.code: each for each in vars(problems).values() if isinstance(each, problems.Problem)}
    named = {code for code in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", TEXT) if code in ours}
    assert {code for code in named if ours[code].status == 503} == {c for c, each in ours.items() if each.status == 503}
    for metric in re.findall(r"`(credit_scoring_\w+)_total`", TEXT):
        assert any(each.name == metric for each in Metrics().registry.collect())


def test_every_exit_code_is_explained_once_and_exists() -> None:
    def codes(of: type[CreditScoringError]) -> set[int]:
        return {of.exit_code}.union(*(codes(each) for each in of.__subclasses__()))

    rows = [int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, flags=re.MULTILINE)]
    sections = [int(code) for code in re.findall(r"^### (\d+), ", TEXT, flags=re.MULTILINE)]
    assert rows == [0, *sections]
    assert set(sections) == codes(CreditScoringError)


def test_every_setting_of_the_runbook_exists() -> None:
    sections = {name: type(section) for name, section in Settings() if isinstance(section, Section)}
    named = [place for place in re.findall(r"`([a-z]+)\.([a-z_]+)`", TEXT) if place[0] in sections]
    assert len(named) > 6
    for section, key in named:
        assert key in sections[section].model_fields, f"{section}.{key}"


def test_links_within_the_runbook_lead_somewhere() -> None:
    heads = {
        re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)$", TEXT, re.M)
    }
    assert set(re.findall(r"\(#([^)]+)\)", TEXT)) <= heads
