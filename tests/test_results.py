"""The documents of --json are of the shapes that docs/reference/json.md tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from credit_scoring.cli import main
from credit_scoring.cli.results import ERROR, RESULTS, misfits, shape_of


def document(*arguments: object) -> object:
    return json.loads(CliRunner().invoke(main, [*map(str, arguments), "--json"]).stdout)


def test_every_command_has_a_shape() -> None:
    endless = {"serve", "desk"}  # they say where they are, until they are ended
    assert {command.split()[0] for command in RESULTS} == set(main.commands) - endless


def test_documents_are_of_their_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_SCORING_CONF", str(tmp_path / "conf.yml"))
    (tmp_path / "conf.yml").write_text("home: var\n")
    for command, arguments in {
        "generate": ("generate", "--clients", 5, "--outcomes", 0, "--out", tmp_path / "csv"),
        "inspect": ("inspect", tmp_path / "csv"),
        "deliver": ("deliver", tmp_path / "csv", "--name", "may"),
        "doctor": ("doctor",),
        "dictionary": ("dictionary",),
        "reasons": ("reasons",),
    }.items():
        assert misfits(document(*arguments), shape_of(command)) == [], command
    assert misfits(document("explain", "none"), ERROR) == []
    for path in (tmp_path / "csv").iterdir():
        path.write_text(path.read_text().replace(",,", ",NULL,"))
    guessed = document("inspect", tmp_path / "csv")
    assert guessed["formats"] == {"nothing": ["NULL"]}
    assert misfits(guessed, shape_of("inspect")) == []


def test_a_document_of_another_shape_is_seen() -> None:
    told = {"a?": ["whole number", "..."], "b": {"<name>": "text"}}
    assert misfits({"a": None, "b": {"x": "y"}}, told) == []
    assert misfits({"a": [1, "2"], "b": {"x": 1}, "c": 0}, told) == [
        "$: keys ['a', 'b', 'c']",
        "$.a[1]: str is no whole number",
        "$.b.x: int is no text",
    ]


def test_a_number_that_is_none_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    from credit_scoring.cli.output import document as write

    write({"a": [float("nan"), float("inf"), 1.5]})
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, 1.5]}
