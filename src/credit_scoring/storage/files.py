"""Files under a root: a folder, a /Volumes path or a blob container, through fsspec (adlfs for abfss://)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape, glob
from typing import IO, Any

import fsspec
from fsspec.core import url_to_fs


@dataclass(frozen=True)
class Folder:
    """A folder wherever it is; names below it are joined with `/`."""

    root: str

    def path(self, *names: str) -> str:
        """The full path or URI of something below the folder."""
        return posixpath.join(self.root.rstrip("/"), *names)

    def below(self, *names: str) -> Folder:
        """A folder below this one; it need not exist."""
        return Folder(self.path(*names))

    def folders(self) -> list[str]:
        """The names of the folders directly below, sorted; none when this folder does not exist."""
        return list(self._entries("directory"))

    def files(self) -> list[str]:
        """The names of the files directly below, sorted; none when this folder does not exist."""
        return list(self.sizes())

    def sizes(self) -> dict[str, int]:
        """The bytes of the files directly below, by name, sorted; none when this folder does not exist."""
        return {name: int(entry["size"]) for name, entry in self._entries("file").items()}

    def exists(self, *names: str) -> bool:
        """Whether there is such a file or folder."""
        fs, path = self._fs(*names)
        return bool(fs.exists(path))

    def read(self, *names: str) -> bytes:
        """The bytes of a (small) file; FileNotFoundError when there is none."""
        fs, path = self._fs(*names)
        return bytes(fs.cat_file(path))

    @contextmanager
    def reading(self, *names: str) -> Iterator[IO[bytes]]:
        """A file to read piece by piece; FileNotFoundError when there is none."""
        fs, path = self._fs(*names)
        with fs.open(path, "rb") as source:
            yield source

    def write(self, data: bytes, *names: str) -> None:
        """Writes a file whole: readers see the old bytes or the new ones."""
        with self.writing(*names) as sink:
            sink.write(data)

    @contextmanager
    def writing(self, *names: str) -> Iterator[IO[bytes]]:
        """A binary file to write; it appears under its name when the block ends well, and not at all otherwise.

        On a local path: written beside and renamed; what a writer left there that was killed goes with the next one's
        success. Elsewhere fsspec commits the upload when the file is closed.
        """
        fs, path = self._fs(*names)
        fs.makedirs(posixpath.dirname(path), exist_ok=True)
        if not _is_local(fs):
            with fs.open(path, "wb") as sink:
                yield sink
            return
        beside = f"{path}.{os.getpid()}.part"
        try:
            with open(beside, "wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            os.replace(beside, path)
            for left in glob(f"{escape(path)}.*.part"):
                os.remove(left)
        finally:
            if os.path.exists(beside):
                os.remove(beside)

    def remove(self, *names: str) -> None:
        """Removes a file or folder with all it holds; nothing happens when there is none."""
        fs, path = self._fs(*names)
        if fs.exists(path):
            fs.rm(path, recursive=True)

    def _fs(self, *names: str) -> tuple[fsspec.AbstractFileSystem, str]:
        fs, path = url_to_fs(self.path(*names))
        # What another process wrote a moment ago must be seen.
        fs.invalidate_cache()
        return fs, path

    def _entries(self, kind: str) -> dict[str, dict[str, Any]]:
        fs, path = self._fs()
        if not fs.exists(path):
            return {}
        entries: list[dict[str, Any]] = fs.ls(path, detail=True)
        named = {posixpath.basename(entry["name"].rstrip("/")): entry for entry in entries if entry["type"] == kind}
        return dict(sorted(named.items()))


def _is_local(fs: fsspec.AbstractFileSystem) -> bool:
    protocol = fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]
    return bool(protocol in ("file", "local"))
