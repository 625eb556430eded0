"""How a published file comes to its place whole; memory does not grow with it, and a file that is there stays.

In a container, tasks write it in parallel and one request makes it visible (storage.block_list). In a folder, the
driver writes what tasks make beside it and renames. In a volume neither is to be had: the driver writes it, and
`_SUCCESS` beside it says that it is whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pyspark.sql import DataFrame

from credit_scoring.storage.files import Folder
from credit_scoring.storage.roots import blob_place, is_volume

PARTS = "rows INT, lines BINARY"
"""What a file is made from: pieces of it, in their order, and of how many rows each is."""

SUCCESS = "_SUCCESS"
"""In a volume: the file beside it is whole."""


def place(parts: DataFrame, head: bytes, folder: Folder, name: str, run_id: str) -> int:
    """Writes `head` and the parts (columns PARTS, in the order of the frame) as a file; returns its rows.

    FileExistsError when a whole file is there: it stays as it is.
    """
    if folder.exists(SUCCESS if is_volume(folder.root) else name):
        raise FileExistsError(folder.path(name))
    if in_container := blob_place(folder.path(name)):
        from credit_scoring.storage.block_list import Upload  # a second that only containers cost

        return Upload(in_container, folder.storage, run_id).write(parts, head)
    rows = 0
    with folder.writing(name) as sink:
        sink.write(head)
        for count, lines in _received(parts):
            sink.write(lines)
            rows += count
    if is_volume(folder.root):
        folder.write(b"", SUCCESS)
    return rows


def would_be(parts: DataFrame, head: bytes) -> tuple[int, str]:
    """Rows and sha256 of the file that `place` would write."""
    rows, digest = 0, hashlib.sha256(head)
    for count, lines in _received(parts):
        digest.update(lines)
        rows += count
    return rows, digest.hexdigest()


def sha256(folder: Folder, name: str) -> str:
    """The sha256 of a file as whoever reads it gets it."""
    with folder.reading(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _received(parts: DataFrame) -> Iterator[tuple[int, bytes]]:
    """(rows, lines) of the parts, of which the driver holds two at a time."""
    for part in parts.toLocalIterator(prefetchPartitions=True):
        yield part["rows"], part["lines"]
