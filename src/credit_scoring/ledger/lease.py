"""Who holds a claim: the processes of a run on this machine, so that the next run can tell when all of them are gone.

A run that was killed releases nothing. Where its processes can be looked for, the next run need not wait until the
claim expires. Their numbers alone would not do: numbers are given again, and mean nothing on another machine. So a
holder names the machine's boot and the namespace of its process numbers, and of each process the moment of its start.
Whoever cannot be sure that a holder is gone waits for the claim to expire.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
_JAVA = "java"


def present() -> str | None:
    """This run: its process and the JVM that commits for it, its child (or, under spark-submit, its parent).

    To be asked once the session is started. None where processes cannot be told apart (anywhere but on Linux).
    """
    me = psutil.Process()
    parent = me.parent()
    family = [me, *me.children(), *([parent] if parent and parent.name() == _JAVA else [])]
    started = {process.pid: _started(process.pid) for process in family}
    place = _place()
    if place is None or started[me.pid] is None:
        return None
    return " ".join([place, *(f"{pid}@{ticks}" for pid, ticks in started.items() if ticks is not None)])


def is_gone(holder: str | None) -> bool:
    """Whether every process of a holder has ended. False of a holder elsewhere, or of none that is known."""
    if not holder:
        return False
    place, *processes = holder.split(" ")
    if place != _place():
        return False
    return not any(_is_alive(int(pid), int(ticks)) for pid, ticks in (each.split("@") for each in processes))


def _is_alive(pid: int, ticks: int) -> bool:
    """Whether this very process is there. Also true of a process that may not be looked at."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    started = _started(pid)
    return started is None or started == ticks


def _place() -> str | None:
    """Which machine since which boot, and which numbering of processes: containers of a machine have their own."""
    try:
        return f"{_BOOT.read_text().strip()}/{os.stat(_PROC / 'self/ns/pid').st_ino}"
    except OSError:
        return None


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot, which no change of the clock moves; None: not to be told.

    A process that has ended and waits for its parent to take note has started at no time: -1.
    """
    try:
        status = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return -1 if status[0] in "ZX" else int(status[19])
