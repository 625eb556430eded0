"""Inspection: is a file the one that the manifest promised, and is it text that can be parsed? One bounded pass."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from credit_scoring.errors.deliveries import (
    FILE_CHANGED,
    FILE_CUT,
    FILE_TOO_LARGE,
    GZIP_CUT,
    GZIP_DAMAGED,
    INFLATES_TOO_FAR,
    NO_HEADER,
    NOT_UTF8,
    WIDE_TEXT,
)
from credit_scoring.intake.manifest import DeliveredFile, sha256

_GZIP = b"\x1f\x8b"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class Limits:
    """What a file may cost: bytes before and after inflation, and the ratio between them."""

    max_bytes: int
    max_inflation: int


def inspect(data: bytes, promised: DeliveredFile, delivery: str, limits: Limits) -> bytes:
    """The file's text (UTF-8, without BOM); DeliveryRefused with a sentence when it is not what was promised."""
    where = {"file": promised.name, "delivery": delivery}
    check_size(len(data), promised, delivery, limits)
    if (found := sha256(data)) != promised.sha256:
        raise FILE_CHANGED(**where, found=found[:12], promised=promised.sha256[:12])
    text = _inflate(data, where, limits) if data.startswith(_GZIP) else data
    if text.startswith(codecs.BOM_UTF8):
        text = text[len(codecs.BOM_UTF8) :]
    elif text.startswith(_WIDE):
        raise WIDE_TEXT(**where)
    try:
        codecs.decode(text, "utf-8")
    except UnicodeDecodeError as error:
        raise NOT_UTF8(**where, line=text.count(b"\n", 0, error.start) + 1) from None
    return text


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


def _inflate(data: bytes, where: Mapping[str, str], limits: Limits) -> bytes:
    """The inflated bytes, never more than the limits allow in memory."""
    most = min(limits.max_bytes, limits.max_inflation * len(data))
    parts: list[bytes] = []
    size, rest = 0, data
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(rest, most - size + 1)
        except zlib.error:
            raise GZIP_DAMAGED(**where) from None
        parts.append(part)
        size += len(part)
        if size > most:
            raise INFLATES_TOO_FAR(**where, limit=most)
        if not member.eof:
            raise GZIP_CUT(**where)
        rest = member.unused_data
    return b"".join(parts)
