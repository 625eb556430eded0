"""Secrets in files: read before a command begins, in one place, and never said."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from canary import SECRET as CANARY
from credit_scoring.cli import main
from credit_scoring.errors import UsageError
from credit_scoring.secret_files import SECRETS, read_secret_files
from credit_scoring.storage.roots import Variable

PROJECT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_what_its_file_holds(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("drawn, with a blank \n")
    environment = {f"{name}_FILE": str(tmp_path / "secret")}
    read_secret_files(environment)
    assert environment == {name: "drawn, with a blank "}


def test_every_secret_of_a_container_may_stand_in_a_file() -> None:
    assert {Variable.ACCOUNT_KEY, Variable.CLIENT_SECRET} <= set(SECRETS)


@pytest.mark.parametrize(
    ("written", "set_as_well", "why"),
    [
        (None, "", "No such file"),
        (b"", "", "it is empty"),
        (b"\n", "", "it is empty"),
        (b"\xff" + CANARY.encode(), "", "it is no text"),
        (CANARY.encode(), CANARY, "PGPASSWORD is set as well"),
    ],
)
def test_a_wrong_file_is_a_sentence(written: bytes | None, set_as_well: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if written is not None:
        file.write_bytes(written)
    environment = {"PGPASSWORD_FILE": str(file), "PGPASSWORD": set_as_well}
    with pytest.raises(UsageError, match="secret-file-wrong") as refused:
        read_secret_files(environment)
    assert why in str(refused.value)
    assert CANARY not in str(refused.value)


def test_every_command_reads_them_first(tmp_path: Path) -> None:
    conf = str(PROJECT / "conf" / "local.yml")
    done = CliRunner().invoke(
        main, ["show", "runs", "--conf", conf], env={"PGPASSWORD_FILE": str(tmp_path / "not-there")}
    )
    assert done.exit_code == UsageError.exit_code
    assert "PGPASSWORD_FILE" in done.output
