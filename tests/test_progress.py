"""What is shown of work that takes its time: a bar on a terminal, lines elsewhere, nothing where nobody asked."""

from __future__ import annotations

import logging
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from credit_scoring import progress
from credit_scoring.progress import Doing, Lines, counted, doing, show

SLOW = """
import logging, sys, time
import click
from credit_scoring import progress
from credit_scoring.cli import group, output
progress.AFTER_SECONDS = progress.LINES_EVERY_SECONDS = {after}

@group.command
def intake(call):
    log = logging.getLogger("credit_scoring.slow")
    with progress.doing("reading 3 files [of] 1 delivery"):
        for _ in progress.counted(range(4), 4, "parts"):
            time.sleep(.3)
            log.info("a line of the log")
    call.print({{"done": 1}}, lambda _: "done")

group.main(sys.argv[1:])
"""


class Deduplicated:
    """A display that remembers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int, int | None] | None] = []

    def changed(self, doing: Doing | None) -> None:
        self.seen.append(None if doing is None else (str(doing), doing.done, doing.total))


@pytest.fixture
def told() -> Iterator[Deduplicated]:
    display = Deduplicated()
    show(display)
    yield display
    show(None)


def run(tmp_path: Path, *options: str, after: float = 0.1, terminal: bool = False) -> tuple[str, str]:
    """Standard output and error of a command that takes more than a second."""
    (tmp_path / "slow.py").write_text(SLOW.format(after=after))
    command = [sys.executable, str(tmp_path / "slow.py"), "intake", *options]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TERM": "xterm", "COLUMNS": "120"}
    if not terminal:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return done.stdout, done.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=theirs, text=True) as running:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        out, _ = running.communicate()
    os.close(ours)
    assert running.returncode == 0
    return out, shown.decode()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # nobody writes any more
        return b""


def test_on_a_terminal_a_bar_says_what_is_done_and_how_much_is_left(tmp_path: Path) -> None:
    out, shown = run(tmp_path, terminal=True)
    assert out == "done\n"
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert re.search(r"reading 3 files \[of\] 1 delivery \(parts\).* 50%.*0:00:0", plain)
    lines = [line for line in re.split(r"[\r\n]+", plain) if "a line of the log" in line]
    assert len(lines) == 4
    assert not any("reading" in line for line in lines)
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # the cursor is there again


def test_what_ends_soon_shows_no_bar(tmp_path: Path) -> None:
    _, shown = run(tmp_path, terminal=True, after=60)
    assert "reading" not in shown
    assert shown.count("a line of the log") == 4


def test_elsewhere_lines_say_how_far_it_is(tmp_path: Path) -> None:
    out, err = run(tmp_path)
    assert out == "done\n"
    assert "\x1b" not in err
    assert re.search(
        r"^\d\d:\d\d:\d\d reading 3 files \[of\] 1 delivery \(parts\): 2 of 4 \(50 %\)$", err, re.MULTILINE
    )


@pytest.mark.parametrize("option", ["--json", "--quiet"])
@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_nothing_of_it_where_nobody_asked(tmp_path: Path, option: str, terminal: bool) -> None:
    out, err = run(tmp_path, option, terminal=terminal)
    assert "reading" not in out + err


def test_the_innermost_work_is_told_with_its_parts(told: Deduplicated) -> None:
    with doing("all"):
        with doing("inner"):
            assert list(counted("ab", 2, "letters")) == ["a", "b"]
        assert told.seen[-1] == ("all", 0, None)
    assert told.seen == [
        ("all", 0, None),
        ("inner", 0, None),
        ("inner (letters)", 0, 2),
        ("inner (letters)", 1, 2),
        ("inner (letters)", 2, 2),
        ("inner", 0, None),
        ("all", 0, None),
        None,
    ]


def test_work_that_fails_has_ended(told: Deduplicated) -> None:
    def fail() -> None:
        with doing("all"):
            for _ in counted([1], 1):
                raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert told.seen[-1] is None


def test_a_display_that_is_taken_away_is_told_that_nothing_goes_on(told: Deduplicated) -> None:
    """Also where Ctrl-C came while the work was ending: the terminal gets its cursor back."""
    with doing("all"):
        show(None)
    assert told.seen == [("all", 0, None), None]


def test_without_a_display_or_a_work_items_pass_through() -> None:
    assert list(counted(iter("abc"), 3)) == ["a", "b", "c"]
    with doing("something"):
        assert list(counted(iter("abc"), 3)) == ["a", "b", "c"]


def test_lines_do_not_come_before_their_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, progress.__name__)
    lines = Lines()
    lines.changed(Doing("something", since=0.0, total=2, done=1))
    assert caplog.messages == []
