"""A store is begun where somebody means to begin one, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from credit_scoring.cli import main
from credit_scoring.settings import Settings
from credit_scoring.storage.store import holds_a_store

NEEDS_A_STORE = [
    ("intake",),
    ("score",),
    ("score", "--rescore"),
    ("publish",),
    ("show", "runs"),
    ("explain", "100001"),
    ("reasons", "--check"),
    ("promises",),
    ("train",),
    ("promote",),
    ("promote", "--rollback"),
    ("monitor",),
    ("withdraw", "monday", "--reason", "wrong"),
    ("requeue",),
    ("forget", "100001"),
    ("expire",),
    ("optimize",),
    ("maintain",),
]
BEGIN_ONE = {"deliver", "demo"}
NEED_NONE = {
    "generate",
    "dictionary",
    "doctor",
    "inspect",
    "database",
    "key",
    "journal",
    "publish-online",
    "serve",
    "desk",
}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with settings and no store."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "local.yml").write_text("home: ../var\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDIT_SCORING_CONF", raising=False)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("arguments", NEEDS_A_STORE, ids=" ".join)
def test_a_command_on_a_place_without_a_store_makes_none(elsewhere: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert f"There is no store at {elsewhere / 'var'}: " in done.stderr
    assert "`credit-scoring deliver`" in done.stderr
    assert [path.name for path in elsewhere.iterdir()] == ["conf"]


def test_every_command_says_whether_it_begins_a_store() -> None:
    assert {arguments[0] for arguments in NEEDS_A_STORE} | BEGIN_ONE | NEED_NONE >= set(main.commands)
    new = {name for name, command in main.commands.items() if any("--new" in p.opts for p in command.params)}
    assert new == {"intake", "score"}


def test_the_error_is_a_document_too(elsewhere: Path) -> None:
    done = run("score", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "no-store"


def test_a_delivery_begins_a_store_and_a_catalog_is_one(elsewhere: Path) -> None:
    settings = Settings(home=elsewhere / "var")
    assert not holds_a_store(settings)
    (elsewhere / "in").mkdir()
    (elsewhere / "in" / "outcomes.csv").write_text("SK_ID_CURR,TARGET\n1,0\n")
    assert run("deliver", "in", "--name", "monday").exit_code == 0
    assert holds_a_store(settings)
    assert holds_a_store(Settings(home=elsewhere / "other", tables="catalog.schema"))


def test_doctor_says_that_there_is_no_store(elsewhere: Path) -> None:
    found = {finding["name"]: finding for finding in json.loads(run("doctor", "--json").stdout)}
    assert (found["Store"]["found"], str(elsewhere / "var") in found["Store"]["detail"]) == (False, True)
    (elsewhere / "var" / "landing").mkdir(parents=True)
    assert {f["name"]: f["found"] for f in json.loads(run("doctor", "--json").stdout)}["Store"]
