"""Files without a name for what does not stay in memory: when the last process that holds one ends, it is gone.

So a run that is killed leaves nothing behind. Workers reach a file of this process by its number under /proc.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa


@dataclass(frozen=True)
class Block:
    """A piece of a spill file: `rows` rows of `label` for `slot`, as bytes at a place."""

    slot: int
    label: str
    rows: int
    path: str
    offset: int
    length: int

    def read(self) -> memoryview:
        """The bytes, mapped and not copied."""
        return memoryview(_mapped(self.path, self.offset + self.length))[self.offset : self.offset + self.length]


class Spill:
    """One unnamed file for each worker. Closed, its space is free again."""

    def __init__(self, folder: Path, files: int) -> None:
        """`folder`: on whose disk the files are."""
        folder.mkdir(parents=True, exist_ok=True)
        self._files: list[IO[Any]] = [tempfile.TemporaryFile(dir=folder) for _ in range(files)]  # noqa: SIM115

    @property
    def paths(self) -> tuple[str, ...]:
        """By which other processes open the files, while this one lives."""
        return tuple(f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in self._files)

    def close(self) -> None:
        """Frees the space, once nothing is mapped any more."""
        for file in self._files:
            file.close()


_files: dict[tuple[str, int], IO[bytes]] = {}
_maps: dict[tuple[str, int], mmap.mmap] = {}
"""What this process has open, by path and inode: the numbers of files are given again, inodes of open files are not."""


def write(path: str, pieces: Sequence[tuple[int, str, int, bytes]]) -> list[Block]:
    """Appends (slot, label, rows, bytes) to a spill file; one process writes to each."""
    key = (path, os.stat(path).st_ino)
    if key not in _files:
        for old in _files.values():
            old.close()
        _files.clear()
        _files[key] = open(path, "r+b")  # noqa: SIM115
    file = _files[key]
    file.seek(0, os.SEEK_END)
    blocks = []
    for slot, label, rows, data in pieces:
        blocks.append(Block(slot, label, rows, path, file.tell(), len(data)))
        file.write(data)
    file.flush()
    return blocks


def _mapped(path: str, upto: int) -> mmap.mmap:
    key = (path, os.stat(path).st_ino)
    held = _maps.get(key)
    if held is None or len(held) < upto:
        for old in [old for old in _maps if old[0] == path]:
            del _maps[old]
        with open(path, "rb") as file:
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        _maps[key] = held
    return held


def to_stream(batches: Sequence[pa.RecordBatch]) -> bytes:
    """Batches, at least one, as an Arrow stream that is read without being unpacked."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    return bytes(sink.getvalue())


def from_stream(data: memoryview) -> Sequence[pa.RecordBatch]:
    """The batches of `to_stream`."""
    return list(pa.ipc.open_stream(pa.py_buffer(data)))
