"""gzip as it is sent: members one after another, with padding between and behind them; and archives of one file.

gzip itself passes over zeros behind its data (a tape's or a mainframe's block), with a warning. So do we, and over
Ctrl-Z, and say how many bytes that were.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
PADDING = b"\x00\x1a"
"""What pads the end of a file: tapes and mainframes fill a block with zeros, DOS ends a text with Ctrl-Z."""
_CHUNK = 1 << 20


class PackingError(Exception):
    """Packed data that does not unpack; `cut`: it ends too early."""

    def __init__(self, cut: bool = False) -> None:
        super().__init__("ends too early" if cut else "does not unpack")
        self.cut = cut


class NotOneFile(Exception):
    """An archive that holds `files` files, or one with a password."""

    def __init__(self, files: int) -> None:
        super().__init__(f"{files} files")
        self.files = files


class Gunzipped(io.RawIOBase):
    """What gzip data holds, to be read once from its beginning; PackingError where it does not unpack.

    `padding`: the bytes between and behind its members, once all is read.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._member = zlib.decompressobj(wbits=31)
        self._held = b""
        self.padding = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Bytes of what the data holds, 0 at its end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while True:
            if self._member.eof and not self._next():
                return 0
            held = self._held or self._source.read(_CHUNK)
            try:
                part = self._member.decompress(held, len(view))
            except zlib.error:
                raise PackingError from None
            self._held = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if part:
                view[: len(part)] = part
                return len(part)
            if not held:
                raise PackingError(cut=True)

    def _next(self) -> bool:
        """Goes to the next member; False at the end, where padding, and a line's end behind it, are none."""
        after = self._held
        while len(after.strip(PADDING + b"\r\n")) < len(GZIP) and (more := self._source.read(_CHUNK)):
            self.padding += len(after) - len(after.lstrip(PADDING))
            after = after.lstrip(PADDING) + more
        rest = after.lstrip(PADDING)
        rest = rest if rest.strip(PADDING + b"\r\n") else b""
        self.padding += len(after) - len(rest)
        self._held, self._member = rest, zlib.decompressobj(wbits=31) if rest else self._member
        return bool(rest)


def of_archive(source: IO[bytes]) -> IO[bytes]:
    """The one file of a zip archive; NotOneFile, or PackingError where it does not unpack, here or on reading."""
    try:
        archive = zipfile.ZipFile(source)
        held = [each for each in archive.infolist() if not each.is_dir() and "__MACOSX/" not in each.filename]
        if len(held) != 1 or held[0].flag_bits & 1:
            raise NotOneFile(len(held))
        return archive.open(held[0])
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error):
        raise PackingError from None


def as_it_says(source: IO[bytes]) -> IO[bytes]:
    """What a file holds, unpacked as often as its first bytes say that it is packed, twice at most; an archive of
    several files is left as it is."""
    found: IO[bytes] = source
    for _ in range(2):
        buffered = io.BufferedReader(found, _CHUNK) if not isinstance(found, io.BufferedReader) else found  # type: ignore[type-var]
        head = buffered.peek(len(ZIP))
        if head.startswith(GZIP):
            found = io.BufferedReader(Gunzipped(buffered), _CHUNK)
        elif head.startswith(ZIP) and buffered.seekable():
            try:
                return of_archive(buffered)
            except (PackingError, NotOneFile):
                buffered.seek(0)
                return buffered
        else:
            return buffered
    return found
