"""What tests have killed: work in a process of its own, ended by SIGKILL when it is where the test wants it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.online import database
from credit_scoring.online.loading import Champion, load
from credit_scoring.online.reader import PublishedStore
from credit_scoring.serving.running import listening, run
from credit_scoring.settings import GatherSettings, MlflowSettings, OnlineSettings
from drawn_model import drawn_model

_SPAWN = multiprocessing.get_context("spawn")


def loading(url: str, root: Path) -> None:
    """Loads the tables below a folder, as a run does at its end."""
    engine = LocalEngine(str(root), root.parent / "spill", memory=100_000_000, processes=1)
    with database.current(url) as connection:
        champion = Champion("credit_default", 1, lambda: drawn_model(1))
        load(connection, lambda: PublishedStore.open(engine, GatherSettings()), [champion], "killed")


def serving(settings: OnlineSettings, told: Pipe) -> None:
    """Serves the API, and tells its port once it answers."""
    listener = listening("127.0.0.1", 0)
    run(settings, MlflowSettings(), listener, lambda: told.send(listener.getsockname()[1]))


def started(work: Callable[..., None], *arguments: Any) -> multiprocessing.process.BaseProcess:
    """The work, begun in a process of its own."""
    process = _SPAWN.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def served(settings: OnlineSettings) -> tuple[multiprocessing.process.BaseProcess, int]:
    """An API in a process of its own, and its port; EOFError when it ends before it answers."""
    told, tells = _SPAWN.Pipe(duplex=False)
    process = started(serving, settings, tells)
    tells.close()  # only the API's end is left, which goes with it
    return process, told.recv()


def kill(process: multiprocessing.process.BaseProcess) -> None:
    """SIGKILL."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)


def waiting(connection: Connection) -> bool:
    """Whether somebody waits for a lock."""
    return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())


def until(holds: Callable[[], object]) -> None:
    """Waits, a minute at most."""
    for _ in range(6_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")
