"""What went wrong with a container becomes a sentence, whichever of five libraries raised it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from credit_scoring.errors import StorageError
from credit_scoring.errors.stores import STORAGE_UNREACHED

_KINDS = (
    r"\bazure\.core\.exceptions\.(\w+)",  # azure-storage-blob and adlfs, also within a Spark task
    r"\bcom\.microsoft\.azure\.storage\.(StorageException)",  # wasb
    r"\bGeneric (MicrosoftAzure) error",  # delta-rs
    r"\borg\.apache\.hadoop\.fs\.azure(?:bfs)?\.(?:\w+\.)*(\w+Exception)",  # wasb and abfs
)
_SERVICE_CODE = re.compile(r"\b(?:ErrorCode: ?|ErrorCode:<)(\w+)")


def of_storage(error: BaseException) -> StorageError | None:
    """The sentence for an error that a container caused; None for any other."""
    kind = kind_of(error)
    return None if kind is None else STORAGE_UNREACHED(kind=kind)


def kind_of(error: BaseException) -> str | None:
    """The kind of a container's error, with the service's code where it gave one; None for any other error.

    Nothing else of it: texts of the libraries may hold addresses with a signature.
    """
    for text in texts_of(error):
        for kind in _KINDS:
            if found := re.search(kind, text):
                code = _SERVICE_CODE.search(text)
                return f"{found[1]}, {code[1]}" if code else found[1]
    return None


def texts_of(error: BaseException) -> Iterator[str]:
    """What an error and those that led to it say of themselves; Spark's hold the trace of the JVM."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        yield f"{kind.__module__}.{kind.__qualname__}: {current}"
        yield str(getattr(current, "stackTrace", None) or getattr(current, "_stackTrace", ""))
        current = current.__cause__ or current.__context__
