"""The desk as a process: it comes and goes with the API, and says where it is."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from credit_scoring.dashboard.running import Desk
from credit_scoring.errors import StorageError
from credit_scoring.machine import free_port

_WAITS = ("Desk:", "No desk:")


@contextmanager
def serving(options: Sequence[str] = (), **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and what it said until its desk answered; it is told to end with the block."""
    ports = {name: str(free_port()) for name in ("ONLINE__PORT", "ONLINE__METRICS_PORT", "DESK__PORT")}
    named: Mapping[str, str] = {f"CREDIT_SCORING_{name}": value for name, value in {**ports, **settings}.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "credit_scoring.cli", "serve", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **named},
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(_WAITS):
            break
    try:
        yield process, "".join(said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_serve_starts_it_too_and_ends_it(tmp_path: Path, postgres: object) -> None:
    """Its PostgreSQL lies in a folder that the server's user reaches: it does not run as root."""
    place = Path(os.environ["PGPASSFILE"]).parent / "served"
    conf = tmp_path / "conf.yml"
    conf.write_text(f"home: {tmp_path / 'var'}\nonline:\n  cluster: {place}\n")
    with serving(["--conf", str(conf)]) as (process, said):
        found = re.search(r"^Desk: (http://127\.0\.0\.1:\d+) ", said, re.MULTILINE)
        assert found, said
        with urllib.request.urlopen(found[1], timeout=20) as page:
            assert b"<html" in page.read()
    assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(found[1], timeout=5)


def test_the_port_is_free_after_it_was_killed(tmp_path: Path) -> None:
    """`kill -9` leaves no block to end the desk in: it would keep its port from the next one."""
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "-m", "credit_scoring.cli", "desk"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "CREDIT_SCORING_DESK__PORT": port, "CREDIT_SCORING_HOME": str(tmp_path)},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert any(line.startswith(_WAITS[0]) for line in process.stdout)
        process.kill()
    for _ in range(1_500):
        with socket.socket() as asks:
            if asks.connect_ex(("127.0.0.1", int(port))):
                return
        time.sleep(0.02)
    raise AssertionError("the desk is still there")


def test_a_desk_that_does_not_start_is_a_sentence() -> None:
    with pytest.raises(StorageError, match="did not start on port 9 of"):
        Desk(subprocess.Popen(["true"]), "127.0.0.1", 9).answers()
