"""What is being done and how much of it is left, for whoever waits: nobody else in this product knows `rich`.

Work is named where it is done (`doing`), and counted where its parts are known (`counted`). Whether and how that is
shown is the command's choice: a bar on a terminal, a line now and then elsewhere, and nothing where nobody asked. What
takes less than two seconds shows nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")
log = logging.getLogger(__name__)
AFTER_SECONDS = 2.0
"""What ends before shows nothing."""
LINES_EVERY_SECONDS = 10.0


@dataclass(eq=False)
class Doing:
    """A piece of work: `done` of `total` parts; None: nobody knows how many there are. `part`: what its parts are."""

    what: str
    since: float
    total: int | None = None
    done: int = 0
    part: str = ""

    def __str__(self) -> str:
        return f"{self.what} ({self.part})" if self.part else self.what


class Display(Protocol):
    """Where progress is shown."""

    def changed(self, doing: Doing | None) -> None:
        """The innermost work that goes on now, begun or one part further; None: there is none any more."""


@dataclass
class _Shown:
    display: Display | None
    works: list[Doing]


_shown = _Shown(None, [])


def show(display: Display | None) -> None:
    """Shows what follows on a display; None: nowhere. What another still shows goes away."""
    if _shown.display is not None:
        _shown.display.changed(None)
    _shown.display = display
    _shown.works.clear()


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Work that goes on inside."""
    mine = Doing(what, time.monotonic())
    _shown.works.append(mine)
    _tell()
    try:
        yield
    finally:
        if mine in _shown.works:
            _shown.works.remove(mine)
        _tell()


def counted(items: Iterable[T], total: int, part: str = "") -> Iterator[T]:
    """The items, each a part of the innermost work; `part` says what they are, where a work has several rounds."""
    mine = _shown.works[-1] if _shown.works else None
    if mine is None:
        yield from items
        return
    mine.total, mine.done, mine.part = total, 0, part
    _tell()
    for item in items:
        yield item
        mine.done += 1
        _tell()
    # Not in a `finally`: where Ctrl-C ends the work, nothing more may run in a generator that nobody goes on with.
    mine.total, mine.done, mine.part = None, 0, ""
    _tell()


def _tell() -> None:
    if _shown.display is not None:
        _shown.display.changed(_shown.works[-1] if _shown.works else None)


class Lines:
    """A line in the log where a work goes on for long: how far it is."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def changed(self, doing: Doing | None) -> None:
        """See Display."""
        now = time.monotonic()
        if doing is None or not doing.total or not doing.done:
            return
        if now - doing.since >= AFTER_SECONDS and now - self._said >= LINES_EVERY_SECONDS:
            self._said = now
            log.info("%s: %d of %d (%d %%)", doing, doing.done, doing.total, 100 * doing.done // doing.total)


class Bar:
    """A bar on a terminal's standard error, which goes away when the work is done. Lines of the log stand above it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._drawn: tuple[Doing, str] | None = None
        self._waiting: threading.Timer | None = None
        self._now: Doing | None = None

    def changed(self, doing: Doing | None) -> None:
        """See Display."""
        with self._lock:
            self._now = doing
            if doing is None:
                self._end()
            elif self._bar is not None:
                self._draw()
            elif self._waiting is None:
                self._waiting = threading.Timer(AFTER_SECONDS, self._begin)
                self._waiting.daemon = True
                self._waiting.start()

    def _begin(self) -> None:
        with self._lock:
            if self._now is None or self._waiting is None:
                return
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.TextColumn("{task.description}", markup=False),
                progress.BarColumn(),
                progress.TaskProgressColumn(),
                progress.TimeRemainingColumn(elapsed_when_finished=True),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
            )
            self._bar.start()
            self._draw()

    def _draw(self) -> None:
        """What is done now, in the one line of the bar."""
        if self._bar is None or self._now is None:
            return
        now = self._now
        if self._drawn != (now, now.part):
            for task in list(self._bar.task_ids):
                self._bar.remove_task(task)
            self._bar.add_task(str(now), total=now.total)
            self._drawn = (now, now.part)
        self._bar.update(self._bar.task_ids[0], total=now.total, completed=now.done)

    def _end(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._drawn = self._waiting = None
