"""Worker processes: as many as cores, each with one polars thread. They end when the process that began them does."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Lock
from typing import Any, TypeVar

from credit_scoring.errors.usage import WORKER_ENDED

T = TypeVar("T")
R = TypeVar("R")

_number = 0
_AHEAD = 2
"""Tasks a worker that wait, so that none is idle and what is done need not be held."""


def number() -> int:
    """This worker's number, from 0."""
    return _number


def _start(parent: int, lock: Lock, counter: Any) -> None:
    global _number
    with lock:
        _number = counter.value
        counter.value += 1
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A run that is killed cannot stop its workers."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


class Workers:
    """Processes that are started when they are first needed, and kept."""

    def __init__(self, processes: int) -> None:
        """`processes`: how many, at the most."""
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """The results in the order of the tasks. A task's error is raised here; UsageError when a process ended."""
        pool = self._started()
        waiting = iter(tasks)
        running = [pool.submit(function, task) for task in islice(waiting, self.processes * _AHEAD)]
        try:
            while running:
                try:
                    done = running.pop(0).result()
                except BrokenProcessPool:
                    self.close()
                    raise WORKER_ENDED() from None
                running += [pool.submit(function, task) for task in islice(waiting, 1)]
                yield done
        finally:
            for each in running:  # of a run that ends early, nobody waits for them
                each.cancel()

    def close(self) -> None:
        """Ends the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: a fork of a process with threads may stand still for ever.
            context = get_context("spawn")
            os.environ["POLARS_MAX_THREADS"] = "1"
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            self._pool = ProcessPoolExecutor(
                self.processes,
                mp_context=context,
                initializer=_start,
                initargs=(os.getpid(), context.Lock(), context.Value("i", 0, lock=False)),
            )
            with _ctrl_c_is_for_this_process(), _not_run_again():
                for _ in range(self.processes):  # each starts one, because none is idle before it has begun
                    self._pool.submit(number)
        return self._pool


@contextmanager
def _not_run_again() -> Iterator[None]:
    """Processes that are started inside do not run the main script again, which has no need to expect it: what they are
    to do stands in modules."""
    main = sys.modules["__main__"]
    held = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(held)


@contextmanager
def _ctrl_c_is_for_this_process() -> Iterator[None]:
    """A terminal sends Ctrl-C to every process of a command. Those that are started inside pass it over: what they do
    is told by the process that began them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        if before is not None:  # None: not set by Python
            signal.signal(signal.SIGINT, before)
