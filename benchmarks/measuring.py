"""What a command costs with everything that it starts: time, memory, and what Spark read and shuffled for it."""

from __future__ import annotations

import ctypes
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

KINDS = ("driver", "jvm", "workers")
"""The process itself; Spark's JVM; the Python workers of Spark's tasks, and their daemon."""

LOOK, WEIGH = 0.1, 1.0
"""Seconds between two looks at the processes, and between two at their memory, which costs them more."""

MB = 1_000_000


@dataclass(frozen=True)
class Sparks:
    """What Spark says of itself in an event log: statements, jobs and tasks, bytes that tasks read and shuffled."""

    statements: int = 0
    jobs: int = 0
    tasks: int = 0
    read: int = 0
    shuffled: int = 0


@dataclass(frozen=True)
class Cost:
    """`wall` seconds; by kind of process: `cpu` seconds and the peak of proportional memory in bytes; `peak`: of all,
    `largest_worker`: of one Python worker."""

    wall: float
    cpu: Mapping[str, float]
    memory: Mapping[str, int]
    peak: int
    largest_worker: int
    spark: Sparks = field(default_factory=Sparks)

    @property
    def total(self) -> float:
        """CPU seconds of all processes."""
        return sum(self.cpu.values())

    def line(self, what: str) -> str:
        """For people: a line under HEAD."""
        cpu = "".join(f"{self.cpu[kind]:8.1f}" for kind in KINDS)
        memory = "".join(f"{self.memory[kind] / MB:8,.0f}" for kind in KINDS)
        spark = self.spark
        return (
            f"{what:<46}{self.wall:8.1f}{self.total:8.1f}{cpu}{self.peak / MB:8,.0f}{memory}"
            f"{spark.statements:6}{spark.jobs:6}{spark.read / MB:9,.1f}{spark.shuffled / MB:9,.1f}"
        )


HEAD = (
    f"{'':<46}{'wall s':>8}{'CPU s':>8}{'driver':>8}{'JVM':>8}{'workers':>8}{'peak MB':>8}{'driver':>8}{'JVM':>8}"
    f"{'workers':>8}{'SQL':>6}{'jobs':>6}{'read MB':>9}{'shuffled':>9}"
)


def run(command: Sequence[str | Path], variables: Mapping[str, str] | None = None) -> tuple[str, Cost]:
    """What a Python command prints, and its cost, orphans included; SystemExit when it fails.

    Processes are looked at ten times a second. Adding up what parents know of their children would lose Spark's Python
    workers, whose parent does not wait for them.
    """
    _adopt_orphans()
    spent: dict[int, tuple[str, float]] = {}
    peaks = dict.fromkeys((*KINDS, "all", "worker"), 0)
    start, took, weighed = time.perf_counter(), math.nan, 0.0
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)], env={**os.environ, **(variables or {})}, stdout=printed
        )
        while family := psutil.Process().children(recursive=True):
            weighing = time.perf_counter() - weighed > WEIGH
            sizes, largest = dict.fromkeys(KINDS, 0), 0
            for each in family:
                with suppress(psutil.Error, ChildProcessError):
                    kind = _kind(each, process.pid)
                    times = each.cpu_times()
                    spent[each.pid] = (kind, times.user + times.system)
                    if each.pid != process.pid and each.status() == psutil.STATUS_ZOMBIE:
                        os.waitpid(each.pid, os.WNOHANG)
                    elif weighing:
                        size = each.memory_full_info().pss
                        sizes[kind] += size
                        largest = max(largest, size) if kind == "workers" else largest
            if weighing:
                weighed = time.perf_counter()
                for what, size in {**sizes, "all": sum(sizes.values()), "worker": largest}.items():
                    peaks[what] = max(peaks[what], size)
            if process.poll() is not None and math.isnan(took):
                took = time.perf_counter() - start
            time.sleep(LOOK)
        if process.returncode:
            raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}")
        printed.seek(0)
        said = printed.read()
    cpu = {kind: sum(seconds for of, seconds in spent.values() if of == kind) for kind in KINDS}
    return said, Cost(took, cpu, {kind: peaks[kind] for kind in KINDS}, peaks["all"], peaks["worker"])


def _kind(process: psutil.Process, root: int) -> str:
    if process.pid == root:
        return "driver"
    return "jvm" if process.name() == "java" else "workers"


def _adopt_orphans() -> None:
    """Spark's JVM outlives the process that started it: from now on such orphans are ours to wait for (Linux)."""
    set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def sparks(log: Path) -> Sparks:
    """What an event log (`spark.eventLog.enabled`) tells of the session."""
    statements = jobs = tasks = read = shuffled = 0
    with log.open(encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            name = event["Event"]
            statements += name.endswith("SparkListenerSQLExecutionStart")
            jobs += name == "SparkListenerJobStart"
            if name == "SparkListenerTaskEnd" and (metrics := event.get("Task Metrics")):
                tasks += 1
                read += metrics["Input Metrics"]["Bytes Read"]
                shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    return Sparks(statements, jobs, tasks, read, shuffled)
