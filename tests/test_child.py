"""A program that was started as our child ends when we are killed, and does not start where we are gone already."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from credit_scoring.child import bound

_SLEEPS = """
import subprocess
from credit_scoring.child import bound
print(subprocess.Popen(bound(["/bin/sleep", "600"])).pid, flush=True)
input()
"""
_SCRAPES = """
import sys
from pathlib import Path
from credit_scoring.telemetry.prometheus import running
with running(Path(sys.argv[1]), ["127.0.0.1:9"]) as address:
    print(address, flush=True)
    input()
"""


def told_and_killed(script: str, *arguments: str) -> str:
    """What a process said in its first line; then it is killed."""
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        said = parent.stdout.readline().strip()
        parent.kill()
    return said


def comes(holds: Callable[[], bool]) -> bool:
    for _ in range(1_500):
        if holds():
            return True
        time.sleep(0.02)
    return False


def ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"  # nobody has waited for it
    except OSError:
        return True


def refused(address: str) -> bool:
    with socket.socket() as asks:
        return asks.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) != 0


def test_a_child_ends_when_its_parent_is_killed() -> None:
    process = int(told_and_killed(_SLEEPS))
    assert comes(lambda: ended(process))


def test_a_child_whose_parent_is_gone_already_does_not_start(tmp_path: Path) -> None:
    made = tmp_path / "made"
    command = bound(["/usr/bin/touch", str(made)])
    command[command.index(str(os.getpid()))] = "1"  # as where its parent ended while it started
    assert subprocess.run(command, check=False).returncode == 0
    assert not made.exists()


def test_it_becomes_the_program_so_that_its_signals_and_its_code_are_the_program_s() -> None:
    with subprocess.Popen(bound(["/bin/sh", "-c", 'trap "exit 7" TERM; echo up; while :; do sleep 0.02; done']),
                          stdout=subprocess.PIPE) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        child.terminate()
        assert child.wait(30) == 7


def test_prometheus_ends_with_a_killed_serve(tmp_path: Path) -> None:
    address = told_and_killed(_SCRAPES, str(tmp_path))
    assert address
    assert comes(lambda: refused(address))
