"""One trial: a run of the job is killed at a moment, another run finishes its work, and what is there is compared."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from crash.contents import Contents, contents, differences
from crash.lender import Lender
from crash.plan import Moment, Passed
from credit_scoring import commands
from credit_scoring.settings import load

TESTS = Path(__file__).parent.parent
MINUTES_ALLOWED = 5
REFUSED = 3
"""How a whole run ends: one of the lender's deliveries is refused."""


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. `wrong`: sentences, none when the second run left what an undisturbed run leaves.

    `killed`: whether the first run died before its end; of a moment drawn at random near its end it may not.
    """

    moment: str
    killed: bool
    seconds: float
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed: what it left, and when it passed which moment, in seconds."""

    left: Contents
    passed: Passed


@dataclass(frozen=True)
class Harness:
    """Where trials are made, each in a home of its own below `root`. `one_at_a_time`: runs that share a session."""

    lender: Lender
    root: Path
    one_at_a_time: threading.Lock

    def undisturbed(self) -> Undisturbed:
        """Runs the job once to its end, in the same way in which it is killed later."""
        home = self._home("undisturbed")
        code = self._run(home)
        if code != REFUSED:
            raise RuntimeError(f"the undisturbed run ended with {code}: see {home / 'run.log'}")
        lines = (line.split("\t") for line in (home / "record").read_text().splitlines())
        return Undisturbed(contents(home), [(float(seconds), moment) for seconds, moment in lines])

    def trial(self, moment: Moment, undisturbed: Undisturbed) -> Outcome:
        """Kills a run at the moment and has another one finish. Its home is kept when something is wrong."""
        start = time.monotonic()
        home = self._home(str(moment).replace("/", "_").replace(" ", "_"))
        code = self._run(home, moment)
        wrong = self._finish(home) or differences(undisturbed.left, contents(home))
        if code not in (-signal.SIGKILL, REFUSED):
            wrong = [f"the run that was to be killed ended with {code}", *wrong]
        if not wrong:
            shutil.rmtree(home)
        return Outcome(str(moment), code == -signal.SIGKILL, time.monotonic() - start, tuple(wrong))

    def _home(self, name: str) -> Path:
        home = self.root / name
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        return home

    def _run(self, home: Path, moment: Moment | None = None) -> int:
        """Runs the job in a session of its own; its exit code. Nothing of it is alive afterwards."""
        when = [moment.name, str(moment.seconds_later)] if moment else []
        command = [sys.executable, "-m", "crash.job", str(self.lender.conf(home)), str(home / "record"), *when]
        with (home / "run.log").open("wb") as log:
            run = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": str(TESTS)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                return run.wait(MINUTES_ALLOWED * 60)
            finally:
                _end_session(run.pid)
                run.wait()

    def _finish(self, home: Path) -> list[str]:
        """Runs the job again, at once, as the next night would: in this process, whose session is warm."""
        with self.one_at_a_time:
            try:
                commands.score(load(self.lender.conf(home)))
            except Exception as error:
                return [f"the next run failed: {type(error).__name__}: {str(error)[:500]}"]
        return []


def _end_session(leader: int) -> None:
    """Kills what is left of a run: Python's workers have a process group of their own, and outlive the JVM a moment."""
    while left := [process for process in psutil.process_iter() if _session_of(process) == leader]:
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)


def _session_of(process: psutil.Process) -> int | None:
    """The session of a process that is alive."""
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else os.getsid(process.pid)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None
