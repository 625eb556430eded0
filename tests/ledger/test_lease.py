"""Whether a run is gone is told of real processes, and never of one that may be alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from credit_scoring.ledger.lease import is_gone, present

RUN = """
import subprocess, sys
from credit_scoring.ledger.lease import present
child = subprocess.Popen(["sleep", "60"])
print(child.pid, present(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another_run() -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A run with a child, as a driver has its JVM: the run's process, the child's number, the holder."""
    run = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    child, holder = run.stdout.readline().strip().split(" ", 1)
    yield run, int(child), holder
    run.kill()
    with suppress(ProcessLookupError):
        os.kill(int(child), signal.SIGKILL)
    run.communicate()


def wait_for_the_end_of(child: int, holder: str) -> None:
    """A busy machine ends a killed process a moment later; nobody may take note of it, so that it stays a zombie."""
    while os.path.exists(f"/proc/{child}") and not is_gone(holder):
        pass


def test_a_run_is_gone_when_its_process_and_its_child_are(another_run) -> None:
    run, child, holder = another_run
    assert not is_gone(holder)
    run.kill()
    run.wait()
    assert not is_gone(holder), "its child may still commit"
    os.kill(child, signal.SIGKILL)
    wait_for_the_end_of(child, holder)
    assert is_gone(holder)


def test_a_process_that_nobody_has_taken_note_of_is_gone(another_run) -> None:
    run, child, holder = another_run
    for pid in (child, run.pid):
        os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, run.pid, os.WEXITED | os.WNOWAIT)
    wait_for_the_end_of(child, holder)
    assert os.path.exists(f"/proc/{run.pid}")
    assert is_gone(holder)


def test_a_number_that_was_given_again_is_not_the_run() -> None:
    place, me, *_ = str(present()).split(" ")
    pid, ticks = me.split("@")
    assert int(pid) == os.getpid()
    assert not is_gone(f"{place} {me}")
    assert is_gone(f"{place} {pid}@{int(ticks) - 1}")


def test_of_a_run_elsewhere_or_unknown_nothing_is_told() -> None:
    _, *processes = str(present()).split(" ")
    gone = f"{processes[0].split('@')[0]}@1"
    for place in ("00000000-0000-0000-0000-000000000000/4026531836", "another-boot/1"):
        assert not is_gone(f"{place} {gone}")
    assert not is_gone(None)
