"""The text of a file that is to be delivered, read piece by piece, and a part of it written as the whole was."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.inspection import BEGINNING, ends_lines_by_returns
from credit_scoring.intake.packing import as_it_says

_CHUNK = 1 << 20


@contextmanager
def text_of(path: Path, written: Format, length: int | None = None) -> Iterator[IO[bytes]]:
    """The text as UTF-8, unpacked as its first bytes say; only the first `length` bytes, where that is given.

    Reading it raises PackingError where it does not unpack, UnicodeError where it is not in the declared encoding.
    """
    with path.open("rb") as source:
        text = as_it_says(source)
        if written.encoding != DEFAULT.encoding:
            text = io.BufferedReader(_AsUtf8(text, written.encoding), _CHUNK)
        beginning = text.read(BEGINNING)
        text = io.BufferedReader(_After(beginning, text), _CHUNK)
        if ends_lines_by_returns(beginning):
            text = io.BufferedReader(_WithNewlines(text), _CHUNK)
        yield text if length is None else io.BufferedReader(_First(text, length), _CHUNK)


def packed(data: bytes, zipped: bool, written: Format) -> bytes:
    """A part of a text (as UTF-8) as its file was written and packed; the same part has the same bytes."""
    if written.encoding != DEFAULT.encoding:
        data = data.decode().encode(written.encoding)
    if written.packing == "zip":
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("part.csv"), data, zipfile.ZIP_DEFLATED)
        return sink.getvalue()
    for _ in range(2 if written.packing == "gzip-twice" else int(zipped)):
        data = gzip.compress(data, compresslevel=4, mtime=0)  # no time in the header
    return data


class _Reading(io.RawIOBase):
    """A stream made of pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._held:
            self._held = self._piece()
        part, self._held = self._held[: len(view)], self._held[len(view) :]
        view[: len(part)] = part
        return len(part)

    def _piece(self) -> bytes:
        """The next bytes; none at the end."""
        raise NotImplementedError


class _AsUtf8(_Reading):
    """A text in another encoding."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        super().__init__()
        self._source, self._decoder = source, codecs.getincrementaldecoder(encoding)()
        self._mark = "\ufeff"

    def _piece(self) -> bytes:
        while chunk := self._source.read(_CHUNK):
            if text := self._decoder.decode(chunk):
                text, self._mark = text.removeprefix(self._mark) if self._mark else text, ""
                if text:
                    return text.encode()
        return self._decoder.decode(b"", True).encode()


class _After(_Reading):
    """A beginning that was read already, and what comes after it."""

    def __init__(self, beginning: bytes, source: IO[bytes]) -> None:
        super().__init__()
        self._held, self._source = beginning, source

    def _piece(self) -> bytes:
        return self._source.read(_CHUNK)


class _WithNewlines(_Reading):
    """A text whose lines end with carriage returns."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self._source = source

    def _piece(self) -> bytes:
        return self._source.read(_CHUNK).replace(b"\r", b"\n")


class _First(_Reading):
    """The beginning of a text."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        super().__init__()
        self._source, self._left = source, length

    def _piece(self) -> bytes:
        piece = self._source.read(min(_CHUNK, self._left))
        self._left -= len(piece)
        return piece
