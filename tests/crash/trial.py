"""Trials: a run of the job is killed at a moment, another run finishes its work, and what is there is compared.

What a run leaves that is killed by SIGKILL is what its files hold at that instant: the system keeps what was written,
and a process that is gone writes no more. So there are two ways to have it: the run is killed; or its process group
stands still (SIGSTOP) while its home is copied, and goes on to its next moment. The second gives every moment of a run
for the price of one run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil

from crash.contents import Contents, contents, differences
from crash.lender import Lender
from crash.plan import Moment, Passed, while_claimed
from credit_scoring.commands import scores
from credit_scoring.errors import RunActive
from credit_scoring.settings import Settings
from credit_scoring.settings_file import load

REFUSED = 3
"""How a whole score run ends: one of the lender's deliveries is refused."""
NOTHING_NEW = 0
"""How it ends when another has done everything."""


@dataclass(frozen=True)
class Job:
    """A command that is stopped. `options`: of `credit-scoring score`; `again`: what the next run is, here.

    `ends_with`: the exit code of one that nobody stops. `ends_once`: repeated when it is done, it does nothing.
    """

    options: tuple[str, ...]
    again: Callable[[Settings], object]
    ends_with: int
    ends_once: bool

    def stoppable(self, passed: Passed) -> Passed:
        """The moments of a run after which the next one has to leave what an undisturbed one leaves."""
        return passed if self.ends_once else while_claimed(passed)


SCORE = Job((), scores.score, REFUSED, ends_once=True)
RESCORE = Job(("--rescore", "--delivery", "monday"), partial(scores.rescore, clients_of="monday"), 0, ends_once=False)
JOBS = {"score": SCORE, "rescore": RESCORE}


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. `wrong`: sentences, none when the next run left what an undisturbed run leaves.

    `disturbed`: whether the run was stopped before its end, which one moment drawn at random near it may miss.
    """

    moment: str
    disturbed: bool
    seconds: float
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody stopped: what it left, and which moments it passed."""

    left: Contents
    passed: Passed


@dataclass(frozen=True)
class Harness:
    """Where trials of a job are made: homes below `root`, in which nothing is taken in yet, or what `before` holds."""

    lender: Lender
    root: Path
    job: Job = SCORE
    before: Path | None = None

    def undisturbed(self) -> Undisturbed:
        """Runs the job once to its end."""
        home = self._home("undisturbed")
        with self._run(home) as run:
            run.wait()
        if run.returncode != self.job.ends_with:
            raise RuntimeError(f"the undisturbed run ended with {run.returncode}: see {home / 'record.log'}")
        lines = (line.split("\t") for line in (home / "record").read_text().splitlines())
        passed = [(float(seconds), moment) for seconds, moment in lines]
        return Undisturbed(contents(home), self.job.stoppable(passed))

    def here(self, home: Path) -> Contents:
        """Runs the job in a home, in this process, whose engine is warm; what is there then."""
        _forget_tables()
        self.job.again(load(self.lender.conf(home)))
        return contents(home)

    def kill(self, moment: Moment, left: Contents) -> Outcome:
        """Kills a run at the moment, and has the next one finish what an undisturbed run has `left`."""
        start = time.monotonic()
        home = self._home("killed")
        with self._run(home, "kill", [moment]) as run:
            run.wait()
        wrong = self.finish(home, left)
        if run.returncode not in (-signal.SIGKILL, self.job.ends_with):
            wrong = [f"the run that was to be killed ended with {run.returncode}", *wrong]
        return Outcome(str(moment), run.returncode == -signal.SIGKILL, time.monotonic() - start, tuple(wrong))

    def freeze(self, moments: Sequence[Moment]) -> Iterator[tuple[Moment, Path]]:
        """Runs the job once, and yields each moment, as it comes, with a copy of the home as it is then.

        The run stands still meanwhile. It is killed where the iterator is closed before its end. Moments at which the
        home is the same, byte for byte, share a copy.
        """
        home = self._home("frozen")
        copies: dict[str, Path] = {}
        with self._run(home, "freeze", moments) as run:
            while _stands_still(run):
                moment = Moment(*json.loads((home / "record.frozen").read_text()))
                state = _state(home)
                if state not in copies:
                    copies[state] = self.root / "copies" / str(len(copies))
                    shutil.copytree(home, copies[state])
                yield moment, copies[state]
                os.killpg(run.pid, signal.SIGCONT)
        if run.returncode != self.job.ends_with:
            raise RuntimeError(
                f"the run that was stopped now and then ended with {run.returncode}: {home / 'record.log'}"
            )

    def thaw(self, moment: Moment, copy: Path, left: Contents, other_engine: str | None = None) -> Outcome:
        """Has the next run finish what stood in a copy; by another engine, where one is named.

        To be called when the run that was copied has ended.
        """
        start = time.monotonic()
        home = self._home("frozen")  # the ledger names paths: a copy goes on where it was taken
        shutil.copytree(copy, home, dirs_exist_ok=True)
        lender = replace(self.lender, engine=other_engine or self.lender.engine)
        wrong = replace(self, lender=lender).finish(home, left)
        return Outcome(str(moment), True, time.monotonic() - start, tuple(wrong))

    def together(self, name: str, left: Contents, other_engine: str | None = None) -> Outcome:
        """Two runs begin at the same moment; when both have ended, the next finishes what they did not come to.
        `other_engine`: by which the other works, where it is not the same.

        Only of a job that ends once: of another, each asks for something of its own.
        """
        start = time.monotonic()
        home = self._home("together")
        with self._run(home, record="one") as one, self._run(home, record="other", engine=other_engine) as other:
            codes = one.wait(), other.wait()
        wrong = self.finish(home, left)
        if not set(codes) <= {self.job.ends_with, NOTHING_NEW, RunActive.exit_code} or self.job.ends_with not in codes:
            wrong = [f"the two runs ended with {codes[0]} and {codes[1]}", *wrong]
        return Outcome(name, True, time.monotonic() - start, tuple(wrong))

    def finish(self, home: Path, left: Contents) -> list[str]:
        """Runs the job again, at once, as the next night would; what differs then from an undisturbed run."""
        try:
            return differences(left, self.here(home))
        except Exception as error:
            return [f"the next run failed: {type(error).__name__}: {str(error)[:500]}"]

    def _home(self, name: str) -> Path:
        home = self.root / name
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        if self.before is not None:
            shutil.copytree(self.before, home, dirs_exist_ok=True)
        return home

    @contextmanager
    def _run(
        self,
        home: Path,
        how: str = "",
        moments: Sequence[Moment] = (),
        record: str = "record",
        engine: str | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The job as a process, in a session of its own. Nothing of it is alive afterwards."""
        command = [sys.executable, "-m", "crash.job"]
        if how:
            plan = defaultdict(list)
            for moment in moments:
                plan[moment.name].append(moment.seconds_later)
            (home / "plan.json").write_text(json.dumps(plan))
            command += ["--how", how, "--plan", str(home / "plan.json")]
        lender = replace(self.lender, engine=engine or self.lender.engine)
        command += [str(lender.conf(home, record)), str(home / record), "--", *self.job.options]
        with (home / f"{record}.log").open("wb") as log:
            run = subprocess.Popen(
                command,
                env={**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield run
            finally:
                _end_session(run.pid)
                run.wait()


def _forget_tables() -> None:
    """Delta on Spark remembers what stood below a path, and one home after another stands below the same."""
    spark = sys.modules.get("pyspark.sql")
    if spark is not None and (running := spark.SparkSession.getActiveSession()):
        running._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()


def _state(home: Path) -> str:
    """A hash of all that the next run could find in a home."""
    digest = hashlib.sha256()
    for folder in ("tables", "published", "reports"):
        for path in sorted((home / folder).rglob("*")):
            digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b"/"))
    return digest.hexdigest()


def _stands_still(run: subprocess.Popen[bytes]) -> bool:
    """Waits until the run's whole group has stopped (True) or the run has ended (False)."""
    _, status = os.waitpid(run.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        run.returncode = os.waitstatus_to_exitcode(status)
        return False
    while any(each.status() != psutil.STATUS_STOPPED for each in _session(run.pid) if os.getpgid(each.pid) == run.pid):
        time.sleep(0.001)
    return True


def _session(leader: int) -> list[psutil.Process]:
    """The processes of a session that are alive."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _end_session(leader: int) -> None:
    """Kills what is left of a run: workers of Spark have a process group of their own, and outlive the JVM a moment."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    while left := _session(leader):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)
