"""How a command ends that failed: one sentence on standard error, an exit code, and with --json one document.

An error that no code of ours foresaw becomes a sentence, too: what kind it is and where, and no value of a client. What
libraries and Spark say of an error may hold cells of a row, so none of their texts is repeated: only the names of
classes, our own place in the code, and what an operating system says.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import threading

import click

from credit_scoring.cli import output
from credit_scoring.errors import CreditScoringError
from credit_scoring.errors.deliveries import INTERRUPTED
from credit_scoring.errors.faults import UNFORESEEN, place_of
from credit_scoring.errors.stores import PLACE_NOT_WRITABLE
from credit_scoring.errors.usage import MACHINE_TOO_SMALL
from credit_scoring.settings import TRACE
from credit_scoring.storage.storage_errors import of_storage, texts_of

WRONG_USAGE = "wrong-usage"
"""The code, in the document, of arguments that no command takes; as a text they are click's own lines."""
_CODE = re.compile(r" \[([a-z0-9-]+)\]$")

_OURS = re.compile(r"credit_scoring\.errors\.\w+: (?P<sentence>.+ \[[a-z0-9-]+\])$", re.MULTILINE)
"""A sentence of ours that was raised in a task of Spark's."""
_IN_TASK = re.compile(r"TaskFailed: (?P<kind>[\w.]+) at (?P<places>[\w.:<>, -]+)$", re.MULTILINE)
"""What engines.guarded tells of an error in a task."""
_CAUSE = re.compile(r"^Caused by: [\w.$]*?(\w+)(?::|$)", re.MULTILINE)
_PLACE = (
    r"No space left on device|Disk quota exceeded|Permission denied|Read-only file system|"
    r"database or disk is full|readonly database"
)
_PROCESS = r"Too many open files|Java heap space|GC overhead limit exceeded|Cannot allocate memory"
_SYSTEM = re.compile(f"(?P<place>{_PLACE})|(?P<process>{_PROCESS})")
"""What an operating system refuses, however many libraries its words have passed."""


def ending(error: BaseException, as_json: bool) -> int:
    """Says what an error was, and returns the exit code. Raises it again where traces are wanted."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _interrupted(as_json)
    if isinstance(error, click.ClickException):
        error.show()
        if as_json:
            _document(error.format_message(), WRONG_USAGE, error.exit_code)
        return error.exit_code
    known = error if isinstance(error, CreditScoringError) else of_storage(error)
    if known is None:
        if output.wanted_whole():
            raise error
        known = unforeseen(error)
    return _say(known, as_json)


def _say(error: CreditScoringError, as_json: bool) -> int:
    output.line(str(error), err=True)
    if as_json:
        code = _CODE.search(str(error))
        _document(_CODE.sub("", str(error)), code[1] if code else "", error.exit_code)
    return error.exit_code


def _interrupted(as_json: bool) -> int:
    """Who pressed Ctrl-C once does not want to see what a second one interrupts."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()
    return _say(INTERRUPTED(), as_json)


def _document(message: str, code: str, exit_code: int) -> None:
    output.line(json.dumps({"error": {"code": code, "exit_code": exit_code, "message": message}}, indent=1))


def unforeseen(error: BaseException) -> CreditScoringError:
    """The sentence for an error; for one of ours that a task of Spark's raised, its own."""
    texts = list(texts_of(error))
    for text in texts:
        if ours := _OURS.search(text):
            return CreditScoringError(ours["sentence"])
        if task := _IN_TASK.search(text):
            return UNFORESEEN(kind=f"{task['kind']} in a task of Spark's", place=task["places"], variable=TRACE)
    return _of_the_machine(error, texts) or UNFORESEEN(
        kind=_kind(error, "\n".join(texts)), place=place_of(error), variable=TRACE
    )


def _of_the_machine(error: BaseException, texts: list[str]) -> CreditScoringError | None:
    """The sentence for what an operating system refused; None for any other error."""
    refused = next((found for found in map(_SYSTEM.search, texts) if found), None)
    if refused is None:
        return None
    if why := refused["process"]:
        return MACHINE_TOO_SMALL(why=why)
    file = error.filename if isinstance(error, OSError) and error.filename else "A place of the settings"
    return PLACE_NOT_WRITABLE(place=file, why=refused["place"])


def _kind(error: BaseException, text: str) -> str:
    """Such as `NotADirectoryError: Not a directory: /a/file`, or `Py4JJavaError, caused by IOException`."""
    causes = _CAUSE.findall(text)
    kind = type(error).__name__ + (f", caused by {causes[-1]}" if causes else "")
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}" + (f": {error.filename}" if error.filename else "")
    return kind
