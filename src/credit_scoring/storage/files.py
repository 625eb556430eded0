"""Files under a root: a folder, a volume or a blob container (see storage.blob)."""

from __future__ import annotations

import hashlib
import os
import posixpath
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from glob import escape, glob
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from credit_scoring.settings import StorageSettings
from credit_scoring.storage.roots import blob_place, is_volume


@dataclass(frozen=True)
class Folder:
    """A folder wherever it is; names below it are joined with `/`. `storage`: how containers are reached."""

    root: str
    storage: StorageSettings = field(default_factory=StorageSettings)

    def path(self, *names: str) -> str:
        """The full path or URI of something below the folder."""
        return posixpath.join(self.root.rstrip("/"), *names)

    def below(self, *names: str) -> Folder:
        """A folder below this one; it need not exist."""
        return replace(self, root=self.path(*names))

    def folders(self) -> list[str]:
        """The names of the folders directly below, sorted; none when this folder does not exist."""
        return list(self._entries()[0])

    def files(self) -> list[str]:
        """The names of the files directly below, sorted; none when this folder does not exist."""
        return list(self.sizes())

    def sizes(self) -> dict[str, int]:
        """The bytes of the files directly below, by name, sorted; none when this folder does not exist."""
        return self._entries()[1]

    def exists(self, *names: str) -> bool:
        """Whether there is such a file or folder."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage import blob  # a second that only containers cost

            return blob.exists(place, self.storage)
        return os.path.exists(_local(self.path(*names)))

    def read(self, *names: str) -> bytes:
        """The bytes of a file; FileNotFoundError when there is none, another OSError when this one cannot be read."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage import blob

            return blob.read(place, self.storage)
        with open(_local(self.path(*names)), "rb") as source:
            return source.read()

    @contextmanager
    def reading(self, *names: str) -> Iterator[IO[bytes]]:
        """A file to read piece by piece; FileNotFoundError when there is none."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage.blob import file_system

            fs = file_system(place, self.storage)
            fs.invalidate_cache()  # what another process wrote a moment ago must be seen
            with fs.open(place.fsspec_path, "rb") as blob:
                yield blob
            return
        with open(_local(self.path(*names)), "rb") as source:
            yield source

    def write(self, data: bytes, *names: str) -> None:
        """Writes a file whole: readers see the old bytes or the new ones (in a volume: see `writing`)."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage.blob import blob_client

            blob_client(place, self.storage).upload_blob(data, overwrite=True)
            return
        with self.writing(*names) as sink:
            sink.write(data)

    @contextmanager
    def writing(self, *names: str) -> Iterator[IO[bytes]]:
        """A binary file to write in a folder or volume.

        In a folder it is written beside and renamed: it appears under its name when the block ends well, and not at all
        otherwise; what a writer left there that was killed goes with the next one's success. A volume promises neither
        a rename that is atomic nor a file that is hidden until it is closed: there it is written from begin to end, and
        whoever reads has to be told when it is whole.
        """
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if is_volume(path):
            with open(path, "wb") as sink:
                yield sink
            return
        beside = f"{path}.{os.getpid()}.part"
        try:
            with open(beside, "wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            os.replace(beside, path)
            _remove_parts(escape(path))
        finally:
            if os.path.exists(beside):
                os.remove(beside)

    def clear_unfinished(self) -> None:
        """Removes what writers that were killed left of files directly below, whose names nobody will write again.

        To be called by the only one who writes here. In a container there is none: files appear whole.
        """
        if not blob_place(self.root):
            _remove_parts(f"{escape(self.path())}/*")

    def remove(self, *names: str) -> None:
        """Removes a file or folder with all it holds; nothing happens when there is none."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage import blob

            blob.remove(place, self.storage, blob.below(place, self.storage))
            return
        path = _local(self.path(*names))
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            with suppress(FileNotFoundError):
                os.remove(path)

    def clear_unless(self, kept: Callable[[str], bool]) -> None:
        """Removes the folder with all it holds, unless a file that is to be kept is there; `kept` is told its name.

        Nothing goes that was not there before `kept` was asked: what others write meanwhile stays.
        """
        if place := blob_place(self.root):
            from credit_scoring.storage import blob

            held = blob.below(place, self.storage)
            if not any(kept(posixpath.basename(each)) for each in held):
                blob.remove(place, self.storage, held)
            return
        held = _below(_local(self.root))
        if any(kept(posixpath.basename(each)) for each in held):
            return
        for each in sorted(held, reverse=True):  # what a folder holds goes before it
            with suppress(OSError):  # it is gone already, or no longer empty
                os.rmdir(each) if os.path.isdir(each) else os.remove(each)

    def _entries(self) -> tuple[list[str], dict[str, int]]:
        """The names of the folders, and the bytes of the files by name, directly below; both sorted."""
        if place := blob_place(self.root):
            from credit_scoring.storage import blob

            folders, files = blob.listed(place, self.storage)
            return sorted(folders), dict(sorted(files.items()))
        try:
            with os.scandir(_local(self.root)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return [], {}
        sizes: dict[str, int] = {}
        for entry in entries:
            if not entry.is_dir():
                with suppress(FileNotFoundError):  # it goes in this moment, or is a link to nowhere
                    sizes[entry.name] = entry.stat().st_size
        return [entry.name for entry in entries if entry.is_dir()], sizes


def _local(path: str) -> str:
    """A folder's path; it may be written as file:///..."""
    return unquote(urlsplit(path).path) if path.startswith("file:") else path


def _below(folder: str) -> list[str]:
    """The folder and all that it holds; nothing where there is none."""
    if not os.path.isdir(folder):
        return [folder] if os.path.lexists(folder) else []
    return [folder, *(os.path.join(at, name) for at, inner, files in os.walk(folder) for name in (*inner, *files))]


def _remove_parts(of: str) -> None:
    """Removes what writers that were killed left beside files whose paths fit a pattern."""
    for left in glob(f"{of}.[0-9]*.part"):
        os.remove(left)


class MadePieces(Protocol):
    """The pieces of a file in their order (engines.engine.Pieces)."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(rows, bytes) of each."""

    def each(self, send: Callable[[int, int, int, bytes], str]) -> list[str]:
        """`send`s each where it is made: part, number, rows, bytes; what it says."""


@dataclass(frozen=True)
class Content:
    """A file that is made piece by piece, wherever its pieces are made: `head`, then the pieces."""

    head: bytes
    pieces: MadePieces

    def digest(self) -> tuple[int, str]:
        """Rows and sha256 of the file, made and not written."""
        rows, digest = 0, hashlib.sha256(self.head)
        for count, lines in self.pieces:
            digest.update(lines)
            rows += count
        return rows, digest.hexdigest()
