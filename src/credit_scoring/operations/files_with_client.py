"""Files that name a client: unpacked and decoded as intake reads them, piece by piece, and searched for its number."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from pydantic import ValidationError

from credit_scoring.file_format import DEFAULT, DEFAULT_FORMATS, Format, LenderFormat
from credit_scoring.intake.inspection import wide_encoding
from credit_scoring.intake.manifest import NAME as MANIFEST
from credit_scoring.intake.manifest import Manifest
from credit_scoring.intake.packing import GZIP, ZIP, Gunzipped, PackingError
from credit_scoring.intake.sources import table_of
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.storage.files import Folder

_PIECE = 8 << 20
_FIRST = 4_096
_MOST_PACKED = 4
"""How often a file may be packed in itself; none that intake reads is more than twice."""


@dataclass(frozen=True)
class FileWithClient:
    """A file, and how many of its lines hold the client's number (or, in balances, that of a credit); None: it cannot
    be read, so that nobody knows. An amount that happens to be the same number counts as well."""

    path: str
    lines: int | None


def number_pattern(values: Collection[int], thousands: str = "") -> str:
    """A pattern for one of these numbers as files write them: 12, 0012, 12.0; never a part of another number.

    `thousands`: what may stand between groups of digits.
    """
    texts = [str(value) for value in sorted(values)]
    if thousands:
        texts += [re.escape(f"{value:,}".replace(",", thousands)) for value in sorted(values) if value >= 1_000]
    return r"(?<![0-9.])0*(?:" + "|".join(texts) + r")(?:\.0*)?(?![0-9.])"


def files_with_client(
    folders: Sequence[Folder], client: int, credits: Collection[int], formats: LenderFormat = DEFAULT_FORMATS
) -> tuple[FileWithClient, ...]:
    """The files below the folders, and one level deeper, that hold the client's number, by path.

    `formats`: how the lender writes its files; a delivery's manifest goes before them.
    """
    found = []
    for folder in folders:
        for place in (folder, *(folder.below(name) for name in folder.folders())):
            names = place.files()
            stated = _formats(place, formats) if MANIFEST in names else {}
            for name in names:
                table = table_of(name)
                written = stated.get(name) or (formats.of(table.name) if table else formats)
                values = [client, *credits] if table is BUREAU_BALANCE else [client]
                lines = _lines(place, name, written, re.compile(number_pattern(values, written.thousands).encode()))
                if lines != 0:
                    found.append(FileWithClient(place.path(name), lines))
    return tuple(found)


def _formats(place: Folder, formats: LenderFormat) -> Mapping[str, Format]:
    """How a manifest says that its files are written; what cannot be used says nothing."""
    try:
        manifest = Manifest.model_validate_json(place.read(MANIFEST))
        return {file.name: manifest.format_of(file, formats) for file in manifest.files}
    except (OSError, ValidationError):
        return {}


def _lines(folder: Folder, name: str, written: Format, pattern: re.Pattern[bytes]) -> int | None:
    """In the encoding that is declared, or else in the one that the text shows: what else lies there is written so."""
    found = 0
    try:
        for encoding in dict.fromkeys([DEFAULT.encoding, written.encoding]):
            with folder.reading(name) as raw:
                found = max(found, sum(_held(text, encoding, pattern) for text in _unpacked(raw)))
        return found
    except (EOFError, OSError, PackingError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return None


def _unpacked(source: IO[bytes], packed: int = 0) -> Iterator[IO[bytes]]:
    """The texts in a file: it, or what is packed in it; PackingError when it is packed in itself without an end."""
    buffered = io.BufferedReader(source, _PIECE)  # type: ignore[type-var]
    head = buffered.peek(len(ZIP))
    if not head.startswith((GZIP, ZIP)):
        yield buffered
    elif packed == _MOST_PACKED:
        raise PackingError
    elif head.startswith(GZIP):
        yield from _unpacked(Gunzipped(buffered), packed + 1)  # type: ignore[arg-type]
    else:
        with zipfile.ZipFile(buffered if buffered.seekable() else io.BytesIO(buffered.read())) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    with archive.open(member) as inner:
                        yield from _unpacked(inner, packed + 1)


def _held(text: IO[bytes], encoding: str, pattern: re.Pattern[bytes]) -> int:
    """How many lines of a text hold the number; of the default encoding, in a wide one where its zeros show it."""
    head = text.read(_FIRST)
    if encoding == DEFAULT.encoding:
        encoding = wide_encoding(head) or encoding
    hits = (piece for piece in _pieces(_decoded(head, text, encoding)) if pattern.search(piece))
    return sum(bool(pattern.search(line)) for piece in hits for line in re.split(b"[\r\n]+", piece))


def _decoded(head: bytes, text: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The text in an encoding where digits are those of ASCII."""
    plain = "0123456789".encode(encoding) == b"0123456789"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    piece = head
    while piece:
        yield piece if plain else decoder.decode(piece).encode()
        piece = text.read(_PIECE)


def _pieces(text: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time."""
    rest = b""
    for piece in text:
        whole, newline, rest = (rest + piece).rpartition(b"\n")
        if newline:
            yield whole
    yield rest
