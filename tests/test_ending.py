"""How a command ends: one document where JSON was asked for, one sentence where it failed, nothing of a trace."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from credit_scoring.cli import main
from credit_scoring.commands import deliveries
from credit_scoring.errors.deliveries import INTERRUPTED as KIND
from credit_scoring.settings import TRACE

INTERRUPTED = str(KIND())
COMMAND = [sys.executable, "-m", "credit_scoring.cli"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a store in which nothing is yet."""
    (tmp_path / "var" / "landing").mkdir(parents=True)
    (tmp_path / "conf.yml").write_text("home: var\n")
    monkeypatch.setenv("CREDIT_SCORING_CONF", str(tmp_path / "conf.yml"))
    monkeypatch.delenv(TRACE, raising=False)
    return tmp_path


@pytest.fixture
def intake(store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`intake`, in which something happens."""

    def run(happens: Callable[[], object], *options: str) -> Result:
        monkeypatch.setattr(deliveries, "intake", lambda settings: happens())
        return CliRunner().invoke(main, ["intake", *options])

    return run


def raising(error: BaseException) -> Callable[[], object]:
    def run() -> object:
        raise error

    return run


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["show", "runs", "--json", "--conf", "nowhere.yml"], "no-settings-file", 2),
        (["show", "everything", "--json"], "wrong-usage", 2),
        (["show", "runs", "--jsn", "--json"], "wrong-usage", 2),
        (["no-such-command", "--json"], "wrong-usage", 2),
        (["explain", "12345678901234567890", "--json"], "wrong-usage", 2),
        (["promote", "--force", "--json"], "force-needs-reason", 2),
        (["promote", "--json"], "model-not-there", 4),
    ],
)
def test_an_error_is_the_one_document(store: Path, arguments: list[str], code: str, exit_code: int) -> None:
    done = CliRunner().invoke(main, arguments)
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["exit_code"], done.exit_code) == (code, exit_code, exit_code)
    assert error["message"]
    assert not error["message"].endswith("]")
    assert error["message"] in done.stderr


def test_without_json_an_error_is_no_document(store: Path) -> None:
    assert CliRunner().invoke(main, ["promote"]).stdout == ""


@pytest.mark.parametrize("number", ["12345678901234567890", "9223372036854775808", "0", "-1", "1e5", "१२", "9" * 5_000])
@pytest.mark.parametrize("command", ["explain", "forget"])
def test_a_number_that_no_client_can_have_is_wrong_usage(store: Path, command: str, number: str) -> None:
    done = CliRunner().invoke(main, [command, "--", number])
    assert done.exit_code == 2
    assert "is no client's number" in done.stderr


def test_a_panic_of_a_library_is_a_sentence(intake: Callable[..., Result]) -> None:
    class PanicException(BaseException):
        """As polars and delta-rs raise it, which is no Exception."""

    done = intake(raising(PanicException("of 100002")))
    assert (done.exit_code, "foresaw: PanicException" in done.stderr) == (1, True)
    assert "100002" not in done.output + done.stderr


def test_an_error_that_nobody_foresaw_is_a_document_too(intake: Callable[..., Result]) -> None:
    done = intake(raising(ValueError("100002 has a bad income")), "--json")
    assert json.loads(done.stdout)["error"]["code"] == "failed-unforeseen"
    assert "100002" not in done.output + done.stderr


@pytest.mark.parametrize(
    ("why", "code", "exit_code"),
    [
        ("No space left on device", "place-not-writable", 7),
        ("Read-only file system", "place-not-writable", 7),
        ("Permission denied", "place-not-writable", 7),
        ("Too many open files", "machine-too-small", 2),
        ("Java heap space", "machine-too-small", 2),
    ],
)
def test_what_the_system_refused_is_told_through_any_library(
    intake: Callable[..., Result], why: str, code: str, exit_code: int
) -> None:
    done = intake(raising(RuntimeError(f"org.apache.SomeException: of 100002: {why}\n\tat a.b.C(D.java:1)")), "--json")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], done.exit_code, why in error["message"]) == (code, exit_code, True)
    assert "100002" not in done.output + done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_is_one_line(intake: Callable[..., Result]) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        done = intake(raising(KeyboardInterrupt()))
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # a second one interrupts no ending
    finally:
        signal.signal(signal.SIGINT, before)
        logging.disable(logging.NOTSET)
    assert done.exit_code == 130
    assert done.stderr.strip() == INTERRUPTED


def test_ctrl_c_ends_a_process_that_works(tmp_path: Path) -> None:
    work = [*COMMAND, "generate", "--clients", "1000000", "--outcomes", "0", "--out", str(tmp_path / "csv"), "--json"]
    running = subprocess.Popen(work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("csv/*.csv")):
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.strip() == INTERRUPTED
    assert json.loads(out)["error"]["exit_code"] == 130


def test_libraries_say_nothing_on_a_terminal(intake: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def happens() -> object:
        logging.getLogger("urllib3.connectionpool").warning("Retrying (Retry(total=4))")
        logging.getLogger("py4j").error("Error while sending", exc_info=ValueError("of 100002"))
        warnings.warn("a folder of a library", stacklevel=1)
        try:
            raise ValueError("of 100002")
        except ValueError:
            logging.getLogger("credit_scoring.intake").warning("could not note why", exc_info=True)
        raise ValueError

    with warnings.catch_warnings():
        done = intake(happens)
    assert [line.split(" ", 1)[1] for line in done.stderr.splitlines()[:1]] == ["could not note why"]
    assert len(done.stderr.splitlines()) == 2
    assert "failed-unforeseen" in done.stderr


def test_a_reader_who_leaves_ends_nothing() -> None:
    """More than a pipe holds, of which one line is read; and an end of errors that nobody reads."""
    piped = f"set -o pipefail; {sys.executable} -m credit_scoring.cli dictionary | head -1"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    failing = f"{sys.executable} -m credit_scoring.cli show runs --conf nowhere.yml"
    closed = f"{failing} 2>&1 >/dev/null | true; echo ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", closed], capture_output=True, text=True, check=False).stdout == "2\n"


def test_the_version_says_which_code_runs() -> None:
    done = CliRunner().invoke(main, ["--version"])
    assert done.exit_code == 0
    assert done.stdout.startswith("credit-scoring 0.")
    assert "+src." in done.stdout


def test_no_command_ends_with_0(store: Path) -> None:
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
    assert CliRunner().invoke(main, ["dictionary", "--json"]).exit_code == 0
