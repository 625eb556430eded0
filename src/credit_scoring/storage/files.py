"""Files under a root: a folder, a volume or a blob container, through fsspec (adlfs for containers)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from glob import escape, glob
from typing import IO, Any

import fsspec
from fsspec.core import url_to_fs

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
        """Writes a file whole: readers see the old bytes or the new ones (in a volume: see `writing`)."""
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage.blob import blob_client  # a second that only containers cost

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
        fs, path = self._fs(*names)
        if fs.exists(path):
            fs.rm(path, recursive=True)

    def clear_unless(self, kept: Callable[[str], bool]) -> None:
        """Removes the folder with all it holds, unless a file that is to be kept is there; `kept` is told its name.

        Nothing goes that was not there before `kept` was asked: what others write meanwhile stays.
        """
        fs, path = self._fs()
        held = fs.find(path, withdirs=True) if fs.exists(path) else []
        if any(kept(posixpath.basename(each)) for each in held):
            return
        if blob_place(self.root):
            if held:
                fs.rm(held, expand_path=False)
            return
        for each in sorted({path, *held}, reverse=True):  # what a folder holds goes before it
            with suppress(OSError):  # it is gone already, or no longer empty
                os.rmdir(each) if os.path.isdir(each) else os.remove(each)

    def _fs(self, *names: str) -> tuple[fsspec.AbstractFileSystem, str]:
        if place := blob_place(self.path(*names)):
            from credit_scoring.storage.blob import file_system  # a second that only containers cost

            fs, path = file_system(place, self.storage), place.fsspec_path
        else:
            fs, path = url_to_fs(self.path(*names))
        # What another process wrote a moment ago must be seen.
        fs.invalidate_cache()
        return fs, path

    def _entries(self, kind: str) -> dict[str, dict[str, Any]]:
        fs, path = self._fs()
        if not fs.exists(path):
            return {}
        entries: list[dict[str, Any]] = fs.ls(path, detail=True)
        # By name, once: of a folder in a container both its name and its files tell.
        named = {posixpath.basename(entry["name"].rstrip("/")): entry for entry in entries if entry["type"] == kind}
        return dict(sorted(named.items()))


def _remove_parts(of: str) -> None:
    """Removes what writers that were killed left beside files whose paths fit a pattern."""
    for left in glob(f"{of}.[0-9]*.part"):
        os.remove(left)
