"""The scripts of the containers, run as they are: the batch's rounds, the smoke test, the swap of slots."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import served
from credit_scoring.dashboard.running import starting
from credit_scoring.machine import free_port

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def program(folder: Path, name: str, script: str) -> None:
    """A program of that name, found first."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def batch(tmp_path: Path) -> list[str]:
    """The batch, with its state in the test's folder."""
    script = (DEPLOY / "batch").read_text().replace("/tmp/batch.state", str(tmp_path / "state"))
    assert str(tmp_path) in script
    (tmp_path / "batch").write_text(script)
    return ["sh", str(tmp_path / "batch")]


def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "BATCH_EVERY_SECONDS": "600"}


def until(holds: object) -> None:
    for _ in range(3000):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def test_a_round_of_the_real_commands_ends_with_their_code_and_a_signal_ends_the_batch(
    batch: list[str], tmp_path: Path
) -> None:
    """An empty store without a model: intake ends with 0, score says that nothing waits."""
    program(tmp_path, "credit-scoring", f'exec {sys.executable} -m credit_scoring.cli "$@"')
    told = {**environment(tmp_path), "CREDIT_SCORING_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT / "src")}
    told["CREDIT_SCORING_CONF"] = str(ROOT / "conf" / "container.yml")
    (tmp_path / "home" / "landing").mkdir(parents=True)
    running = subprocess.Popen(batch, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(lambda: (tmp_path / "state").exists() or running.poll() is not None)
    finally:
        running.terminate()
        said, _ = running.communicate(timeout=60)
    assert (tmp_path / "state").read_text() == "0\n", said
    assert running.returncode == 0


@pytest.mark.parametrize(
    ("code", "ends", "healthy"), [(0, False, True), (3, False, False), (5, False, True), (2, True, True)]
)
def test_what_a_round_ended_with_is_told(
    batch: list[str], tmp_path: Path, code: int, ends: bool, healthy: bool
) -> None:
    program(tmp_path, "credit-scoring", f'echo "$@" >> {tmp_path}/called; [ "$1" != intake ] || exit {code}')
    running = subprocess.Popen(batch, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: (tmp_path / "state").exists() or running.poll() is not None)
    if ends:
        assert running.wait(10) == code
    else:
        assert (tmp_path / "called").read_text() == "intake --new\nscore --new\n"
        running.terminate()
        assert running.wait(10) == 0
    health = subprocess.run([*batch, "--health"], check=False)
    assert (health.returncode == 0) is healthy


@pytest.mark.server
def test_an_api_that_answers_passes_the_smoke_test(postgres: object) -> None:
    database = served.new_database(postgres)  # type: ignore[arg-type]
    with served.listening(database.settings) as api:
        for key, passes in (("", True), (database.key("service"), True), ("cs_wrong", False)):
            told = {**os.environ, "SMOKE_SECONDS": "20", "API_KEY": key, "no_proxy": "127.0.0.1"}
            done = subprocess.run([DEPLOY / "smoke", api.url], env=told, capture_output=True, text=True, check=False)
            assert (done.returncode == 0) is passes, done.stderr
            assert not key or key not in done.stdout + done.stderr


@pytest.mark.server
def test_a_desk_that_answers_passes_too() -> None:
    """It needs no API to be up: its pages ask one when somebody looks at them."""
    with starting("127.0.0.1", free_port(), "http://127.0.0.1:9") as desk:
        told = {**os.environ, "SMOKE_SECONDS": "60", "no_proxy": "127.0.0.1"}
        done = subprocess.run(
            [DEPLOY / "smoke", "--desk", desk.url], env=told, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{desk.url} answers: ok\n"


@pytest.mark.parametrize(("codes", "passes"), [((503, 200), True), ((401, 200), False)])
def test_a_database_that_is_busy_at_first_is_asked_again_and_a_refusal_is_not(
    codes: tuple[int, int], passes: bool
) -> None:
    """An API under its first requests: a 503 would have taken a good release back."""
    left = list(codes)

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(left.pop(0) if self.path == "/v1/features" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        secret = {"API_KEY": "cs_key"}  # pragma: allowlist secret
        environment = {**os.environ, **secret, "SMOKE_SECONDS": "60", "no_proxy": "127.0.0.1"}
        command = [DEPLOY / "smoke", f"http://127.0.0.1:{server.server_port}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        server.shutdown()
    assert (done.returncode == 0) is passes, done.stderr
    assert left == ([] if passes else [200])


def test_shellcheck_finds_nothing() -> None:
    scripts = [path for path in DEPLOY.rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")]
    assert {path.name for path in scripts} >= {"batch", "smoke", "swap", "backup", "restore"}
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_api_that_is_away_does_not() -> None:
    told = {**os.environ, "SMOKE_SECONDS": "0", "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        [DEPLOY / "smoke", "http://127.0.0.1:9"], env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not ready" in done.stderr


def test_every_app_is_swapped_and_one_that_is_not_ends_it(tmp_path: Path) -> None:
    """Azure's own program is not to be had here: what it is called with is looked at."""
    for fails, called in ((False, ["api", "desk"]), (True, ["api"])):
        (tmp_path / "called").unlink(missing_ok=True)
        program(tmp_path, "az", f'echo "$*" >> {tmp_path}/called; exit {int(fails)}')
        done = subprocess.run([DEPLOY / "swap", "group", "api", "desk"], env=environment(tmp_path), check=False)
        assert (done.returncode != 0) is fails
        assert (tmp_path / "called").read_text().splitlines() == [
            f"webapp deployment slot swap --resource-group group --name {app} --slot staging --target-slot production"
            for app in called
        ]
