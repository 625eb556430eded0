"""The desk as a process: it comes and goes with the API, and says where it is."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from credit_scoring.dashboard.running import Desk
from credit_scoring.errors import StorageError
from credit_scoring.machine import free_port


def test_serve_starts_it_too_and_ends_it(tmp_path: Path, postgres: object) -> None:
    """In a folder that the server's user reaches: PostgreSQL does not run as root."""
    place = Path(os.environ["PGPASSFILE"]).parent / "served"
    ports = {name: str(free_port()) for name in ("ONLINE__PORT", "ONLINE__METRICS_PORT", "DESK__PORT")}
    (tmp_path / "conf.yml").write_text(f"home: {tmp_path / 'var'}\nonline:\n  cluster: {place}\n")
    named = {f"CREDIT_SCORING_{name}": port for name, port in ports.items()}
    command = [sys.executable, "-m", "credit_scoring.cli", "serve", "--conf", str(tmp_path / "conf.yml")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **named}
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(("Desk:", "No desk:")):
            break
    found = re.search(r"Desk: (http://127\.0\.0\.1:(\d+)) ", said[-1])
    assert found, "".join(said)
    assert found[2] == ports["DESK__PORT"]
    with urllib.request.urlopen(found[1], timeout=20) as page:
        assert b"<html" in page.read()
    process.send_signal(signal.SIGTERM)
    rest = process.stdout.read()
    assert process.wait(30) == 0, rest
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(found[1], timeout=5)


def test_a_desk_that_does_not_start_is_a_sentence() -> None:
    with pytest.raises(StorageError, match="did not start on port 9 of"):
        Desk(subprocess.Popen(["true"]), "127.0.0.1", 9).answers()
