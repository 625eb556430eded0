"""What a command writes: a result for a person or one JSON document, and what it says while it works."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click

from credit_scoring.progress import Bar, Lines, show

_OURS = "credit_scoring"


def line(text: str, err: bool = False) -> None:
    """Writes a text. A reader who wants no more of it (`| head -1`) ends nothing: the rest goes nowhere."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        _to_nowhere(sys.stderr if err else sys.stdout)


def document(result: Any) -> None:
    """Writes a result as JSON, the one document of standard output."""
    from credit_scoring.printing.table import plain

    line(json.dumps(_finite(plain(result)), indent=1))


def _finite(value: Any) -> Any:
    """JSON has no number that is none: null stands for it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def wanted_whole() -> bool:
    """Whether somebody asked for traces and for all that libraries say, whatever it holds."""
    from credit_scoring.settings import TRACE

    return bool(os.environ.get(TRACE))


def log_to_terminal(level: int) -> None:
    """What this product says of its work goes to standard error, from `level` on.

    What libraries say of theirs (warnings, retries, traces) goes there only where that was asked for.
    """
    log, root = logging.getLogger(_OURS), logging.getLogger()
    log.setLevel(level)
    if wanted_whole():
        logging.basicConfig(level=logging.WARNING, format=_FORMAT, datefmt=_TIME)
        return
    warnings.simplefilter("ignore")
    for handler in [handler for handler in log.handlers if isinstance(handler, _Terminal)]:
        log.removeHandler(handler)
    log.addHandler(_Terminal())
    if not root.handlers:
        root.addHandler(logging.NullHandler())


@contextmanager
def progress(nothing: bool) -> Iterator[None]:
    """Shows on standard error what is being done inside: a bar on a terminal, lines elsewhere, or nothing."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not wanted_whole()
    show(None if nothing else Bar() if terminal else Lines())
    try:
        yield
    finally:
        show(None)


_FORMAT, _TIME = "%(asctime)s %(message)s", "%H:%M:%S"


class _Terminal(logging.StreamHandler[TextIO]):
    """Lines of ours without the trace of an error that they may tell of."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(_Plain(_FORMAT, _TIME))

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr  # while a bar is shown, what stands above it
        super().emit(record)


class _Plain(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return ""

    def formatStack(self, stack_info: str) -> str:
        return ""


def _to_nowhere(stream: TextIO | None) -> None:
    """What is still to be written to a stream that nobody reads is dropped, also at the end of the process."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
