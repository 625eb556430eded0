"""An error that no code of ours foresaw becomes a sentence, too: what kind it is and where, and no value of a client.

What libraries and Spark say of an error may hold cells of a row, so none of their texts is repeated: only the names of
classes, our own place in the code, and what an operating system says.
"""

from __future__ import annotations

import re

from credit_scoring.errors import CreditScoringError
from credit_scoring.errors.faults import UNFORESEEN, place_of
from credit_scoring.errors.stores import PLACE_NOT_WRITABLE
from credit_scoring.errors.usage import MACHINE_TOO_SMALL
from credit_scoring.settings import TRACE
from credit_scoring.storage.storage_errors import texts_of

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
