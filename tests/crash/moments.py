"""The moments of a run: the bounds of every step, and the bounds and the inside of every commit.

A commit is whatever changes what the next run finds: a transaction of a Delta table, or a file that appears or goes.
Commits are noticed where the product asks its engine or its folders for them, so that one which is added to the
product needs nothing here. A moment's name follows from what is committed and where, never from a run's ids:

    before append tables/deliveries 2      the second append to the table has not begun
    writing append tables/deliveries 2     its first data file is there
    committing append tables/deliveries 2  the first file of its transaction is there
    after append tables/deliveries 2       it is done
    begin step finding the clients
    end step finding the clients
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crash.contents import RUN_ID
from credit_scoring.context import Stopwatch
from credit_scoring.engines.engine import Engine
from credit_scoring.schema.stored import StoredTable
from credit_scoring.storage.files import Folder

LOG = "_delta_log"
COMMITS = ("append", "merge", "replace_rows", "overwrite", "remove", "update", "delete", "compact", "vacuum")
"""Methods of an engine that commit something to the table that they are told first; `create` and `drop` aside."""
_IDS = re.compile(rf"[0-9a-f]{{32}}|{RUN_ID.pattern}")
_POLL_SECONDS = 0.0002


@dataclass
class Moments:
    """Tells every moment that a run passes, and has it disturbed at some of them.

    `record` gets a line a moment: seconds since the start, a tab, the name. `disturb` is called with each name of
    `disturbances` as often as there are delays (in seconds) beside it, so much later.
    """

    home: Path
    record: Path
    disturbances: Mapping[str, Sequence[float]]
    disturb: Callable[[str, float], None]
    start: float = field(default_factory=time.monotonic)
    _seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write_probe(self, moment: str) -> None:
        """The run is at this moment."""
        with self._lock, self.record.open("a") as out:
            out.write(f"{time.monotonic() - self.start:.3f}\t{moment}\n")
        for delay in self.disturbances.get(moment, ()):
            if delay:
                timer = threading.Timer(delay, self.disturb, (moment, delay))
                timer.daemon = True
                timer.start()
            else:
                self.disturb(moment, 0.0)

    @contextmanager
    def commit(self, what: str, place: str) -> Iterator[None]:
        """Everything inside is one commit of `what` at a path."""
        path = Path(place)
        name = f"{what} {_IDS.sub('...', os.path.relpath(path, self.home))}"
        with self._lock:
            self._seen[name] += 1
            name += f" {self._seen[name]}" if self._seen[name] > 1 else ""
        self.write_probe(f"before {name}")
        over = threading.Event()
        watchers = [
            threading.Thread(target=self._watch, args=(f"{stage} {name}", path, there, over))
            for stage, there in (("writing", _data), ("committing", _log))
            if f"{stage} {name}" in self.disturbances
        ]
        for watcher in watchers:
            watcher.start()
        yield
        over.set()
        for watcher in watchers:
            watcher.join()
        self.write_probe(f"after {name}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Everything inside is one step of the run's stopwatch."""
        self.write_probe(f"begin step {name}")
        yield
        self.write_probe(f"end step {name}")

    def _watch(self, moment: str, path: Path, there: Callable[[Path], set[str]], over: threading.Event) -> None:
        """Reaches the moment when what is there changes; at the latest when the commit is over."""
        before = there(path)
        while there(path) == before and not over.is_set():
            time.sleep(_POLL_SECONDS)
        self.write_probe(moment)


def _data(path: Path) -> set[str]:
    """What lies in a table beside its log, or beside a file."""
    folder = path if path.is_dir() else path.parent
    return {name for name in os.listdir(folder) if name != LOG} if folder.is_dir() else set()


def _log(path: Path) -> set[str]:
    log = path / LOG
    return {LOG, *os.listdir(log)} if log.is_dir() else set()


def install(moments: Moments, engine: type[Engine]) -> None:
    """Has this process tell `moments` of every commit that an engine of this class makes, and of every step."""
    for what in COMMITS:
        setattr(engine, what, _told(moments, what, getattr(engine, what)))
    if engine.name != "local":  # which stages in memory
        engine.stage = _told(moments, "stage", engine.stage)
    creating = engine.create

    def create(self: Engine, table: StoredTable) -> None:
        if self.exists(table.name):
            creating(self, table)  # no table here lacks a column, so that nothing is committed
            return
        with moments.commit("create", f"{self.root}/{table.name}"):
            creating(self, table)

    engine.create = create
    stepping, opening, removing = Stopwatch.step, Folder.writing, Folder.remove

    @contextmanager
    def step(watch: Stopwatch, name: str) -> Iterator[None]:
        with moments.step(name), stepping(watch, name):
            yield

    @contextmanager
    def writing(folder: Folder, *names: str) -> Iterator[object]:
        with moments.commit("write", folder.path(*names)), opening(folder, *names) as sink:
            yield sink

    def remove(folder: Folder, *names: str) -> None:
        if folder.exists(*names):
            with moments.commit("remove", folder.path(*names)):
                removing(folder, *names)

    Stopwatch.step, Folder.writing, Folder.remove = step, writing, remove


def _told(moments: Moments, what: str, commit: Callable[..., object]) -> Callable[..., object]:
    def run(self: Engine, table: str, *arguments: object, **more: object) -> object:
        with moments.commit(what, f"{self.root}/{table}"):
            return commit(self, table, *arguments, **more)

    return run
