"""Inspection: is a file the one that the manifest promised, and is it text that can be parsed? One bounded pass."""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from credit_scoring.errors import DeliveryRefused
from credit_scoring.errors.deliveries import (
    ARCHIVE_OF_ONE,
    FILE_CHANGED,
    FILE_CUT,
    FILE_TOO_LARGE,
    GZIP_CUT,
    GZIP_DAMAGED,
    INFLATES_TOO_FAR,
    NO_HEADER,
    NO_TABLE,
    NOT_IN_ENCODING,
    NOT_UTF8,
    PACKED_OTHERWISE,
    WIDE_TEXT,
    ZIP_DAMAGED,
)
from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.manifest import DeliveredFile, sha256
from credit_scoring.intake.packing import GZIP, PADDING, ZIP, Gunzipped, NotOneFile, PackingError, of_archive

_UTF8 = "utf-8"
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""In this order: the mark of UTF-32 begins as that of UTF-16."""


_NO_TEXT = {
    ZIP: "an Excel workbook",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF-": "a PDF document",
    b"SQLite format 3\0": "an SQLite database",
    b"ORC\0": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\xfd7zXZ\0": "packed by xz",
    b"BZh91AY&SY": "packed by bzip2",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
}
"""How files begin that hold no text."""


@dataclass(frozen=True)
class Limits:
    """What a file may cost: bytes before and after inflation, and the ratio between them."""

    max_bytes: int
    max_inflation: int


@dataclass(frozen=True)
class Inspected:
    """The text of a file as UTF-8 without a byte order mark; `padding`: the bytes after its packed data that say
    nothing."""

    text: bytes
    padding: int = 0


def inspect(
    data: bytes, promised: DeliveredFile, delivery: str, limits: Limits, written: Format = DEFAULT
) -> Inspected:
    """The file's text; DeliveryRefused with a sentence when it is not what was promised, or not as `written` says."""
    where = {"file": promised.name, "delivery": delivery}
    check_size(len(data), promised, delivery, limits)
    if (found := sha256(data)) != promised.sha256:
        raise FILE_CHANGED(**where, found=found[:12], promised=promised.sha256[:12])
    unpacked = _unpacked(data, written, where, limits)
    decoded = _decoded(unpacked.text, written.encoding, where)
    text = without_marks(with_newlines(decoded))
    return Inspected(text, unpacked.padding + len(decoded) - len(text))


def check_size(size: int, promised: DeliveredFile, delivery: str, limits: Limits) -> None:
    """DeliveryRefused when a file of `size` bytes is over the limit, not as large as was promised, or empty.

    Asked of the listing, too, before a byte is read: one file that fits into no task would stop all others.
    """
    where = {"file": promised.name, "delivery": delivery}
    if size > limits.max_bytes:
        raise FILE_TOO_LARGE(**where, found=size / 1e6, limit=limits.max_bytes / 1e6)
    if size != promised.bytes:
        raise FILE_CUT(**where, found=size, promised=promised.bytes)
    if size == 0:  # Spark lists no empty file, so that no task would ever say so
        raise NO_HEADER(**where)


def _unpacked(data: bytes, written: Format, where: Mapping[str, str], limits: Limits) -> Inspected:
    most = min(limits.max_bytes, limits.max_inflation * len(data))
    if written.packing == "zip":
        return Inspected(_of_archive(data, where, most))
    found = _inflate(data, where, most) if data.startswith(GZIP) else Inspected(data)
    if written.packing == "gzip-twice":
        if not found.text.startswith(GZIP):
            raise GZIP_DAMAGED(**where)
        again = _inflate(found.text, where, most)
        return Inspected(again.text, found.padding + again.padding)
    if found.text.startswith(GZIP):
        more = _inflate(found.text, where, most).text.startswith((GZIP, ZIP))
        or_set = "" if more else ", or set intake.format.packing: gzip-twice, which reads it"
        raise PACKED_OTHERWISE(**where, found="packed more than twice" if more else "gzip inside gzip", or_set=or_set)
    if found.text.startswith(ZIP) and not (b"xl/" in found.text or _ODS in found.text[:_HEAD]):
        raise _an_archive(found.text, where, most, inside=data.startswith(GZIP))
    if _ODS in found.text[:_HEAD]:
        raise NO_TABLE(**where, found="a spreadsheet of OpenDocument")
    for sign, what in _NO_TEXT.items():
        if found.text.startswith(sign):
            raise NO_TABLE(**where, found=what)
    return found


def _an_archive(data: bytes, where: Mapping[str, str], most: int, inside: bool) -> DeliveryRefused:
    """The refusal of a zip archive where none is declared."""
    if inside:
        return PACKED_OTHERWISE(**where, found="a zip archive inside gzip", or_set="")
    try:
        packed_again = of_archive(io.BytesIO(data)).read(len(ZIP)).startswith((GZIP, ZIP))
    except NotOneFile as error:
        return ARCHIVE_OF_ONE(**where, files=error.files)
    except (PackingError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError):
        return PACKED_OTHERWISE(**where, found="a zip archive that does not unpack", or_set="")
    found = "a zip archive of a file that is packed, too" if packed_again else "a zip archive"
    or_set = "" if packed_again else ", or set intake.format.packing: zip, which reads it"
    return PACKED_OTHERWISE(**where, found=found, or_set=or_set)


def _inflate(data: bytes, where: Mapping[str, str], most: int) -> Inspected:
    """The inflated bytes of all members, never more than `most` in memory; padding may follow any member."""
    source = Gunzipped(io.BytesIO(data))
    try:
        text = io.BufferedReader(source).read(most + 1)
    except PackingError as error:
        raise (GZIP_CUT if error.cut else GZIP_DAMAGED)(**where) from None
    if len(text) > most:
        raise INFLATES_TOO_FAR(**where, limit=most)
    return Inspected(text, source.padding)


def _of_archive(data: bytes, where: Mapping[str, str], most: int) -> bytes:
    """The one file of a zip archive, never more than `most` of it in memory."""
    try:
        text = of_archive(io.BytesIO(data)).read(most + 1)
    except NotOneFile as error:
        raise ARCHIVE_OF_ONE(**where, files=error.files) from None
    except (PackingError, zipfile.BadZipFile, EOFError, zlib.error):
        raise ZIP_DAMAGED(**where) from None
    if len(text) > most:
        raise INFLATES_TOO_FAR(**where, limit=most)
    return text


def with_newlines(text: bytes) -> bytes:
    """The text with a newline at the end of each line, where carriage returns alone end them, as old spreadsheets of
    the Macintosh write it: its beginning holds no newline at all."""
    return text.replace(b"\r", b"\n") if ends_lines_by_returns(text[:BEGINNING]) else text


def ends_lines_by_returns(beginning: bytes) -> bool:
    """Whether carriage returns alone end the lines, by the first BEGINNING bytes of a text."""
    return b"\r" in beginning and b"\n" not in beginning


def without_marks(text: bytes) -> bytes:
    """The text without byte order marks where a line begins: files with one of their own were joined."""
    if _MARK not in text:
        return text
    while text.startswith(_MARK):
        text = text[len(_MARK) :]
    return text.replace(b"\n" + _MARK, b"\n")


BEGINNING = 1 << 20
_MARK = codecs.BOM_UTF8


def wide_encoding(text: bytes) -> str | None:
    """The encoding of text of two or four bytes a character, by its mark or by the zeros among its first bytes; None
    where it is another."""
    if mark := next((mark for mark in _WIDE if text.startswith(mark)), None):
        return _WIDE[mark]
    head = text[:_HEAD]
    zeros = tuple(head[i::4].count(0) > _MOSTLY * len(head) / 4 for i in range(4))
    return _BY_ZEROS.get(zeros)


_ODS = b"application/vnd.oasis.opendocument"
_HEAD, _MOSTLY = 4_096, 0.7
_BY_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
"""Where the zeros are in text that is mostly ASCII."""


def _decoded(text: bytes, encoding: str, where: Mapping[str, str]) -> bytes:
    """The text as UTF-8 without a byte order mark."""
    if encoding == _UTF8:
        if text.startswith(codecs.BOM_UTF8):
            text = text[len(codecs.BOM_UTF8) :]
        elif wide := wide_encoding(text):
            raise WIDE_TEXT(**where, encoding=wide)
        try:
            codecs.decode(text, _UTF8)
        except UnicodeDecodeError as error:
            raise NOT_UTF8(**where, line=text.count(b"\n", 0, error.start) + 1) from None
        return text
    width = 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1
    odd = len(text) % width
    if odd and not text[-odd:].strip(PADDING):
        text = text[:-odd]
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError as error:
        line = text[: error.start].decode(encoding, "replace").count("\n") + 1
        raise NOT_IN_ENCODING(**where, encoding=encoding, line=line) from None
    return decoded.removeprefix("\ufeff").encode(_UTF8)
