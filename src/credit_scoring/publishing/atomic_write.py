"""How a published file comes to its place whole; memory does not grow with it, and a file that is there stays.

In a container, tasks write it in parallel and one request makes it visible (storage.blob.Upload). In a folder, the
driver writes what tasks make beside it and renames. In a volume neither is to be had: the driver writes it, and
`_SUCCESS` beside it says that it is whole.
"""

from __future__ import annotations

import hashlib

from credit_scoring.storage.files import Content, Folder
from credit_scoring.storage.roots import blob_place, is_volume

SUCCESS = "_SUCCESS"
"""In a volume: the file beside it is whole."""


def place(content: Content, folder: Folder, name: str, run_id: str) -> int:
    """Writes a file; returns its rows. FileExistsError when a whole file is there: it stays as it is."""
    if folder.exists(SUCCESS if is_volume(folder.root) else name):
        raise FileExistsError(folder.path(name))
    if in_container := blob_place(folder.path(name)):
        from credit_scoring.storage.blob import Upload  # a second that only containers cost

        return Upload(in_container, folder.storage, run_id).write(content)
    rows = 0
    with folder.writing(name) as sink:
        sink.write(content.head)
        for count, lines in content.pieces:
            sink.write(lines)
            rows += count
    if is_volume(folder.root):
        folder.write(b"", SUCCESS)
    return rows


def sha256(folder: Folder, name: str) -> str:
    """The sha256 of a file as whoever reads it gets it."""
    with folder.reading(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
