"""Inspection: is a file the one that the manifest promised, and is it text that can be parsed? One bounded pass."""

from __future__ import annotations

import codecs
import zlib
from dataclasses import dataclass

from credit_scoring.errors import DeliveryRefused
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
    where = f"File {promised.name} of delivery {delivery}"
    if len(data) > limits.max_bytes:
        raise DeliveryRefused(
            f"{where} has {len(data) / 1e6:,.0f} MB, more than the limit of {limits.max_bytes / 1e6:,.0f} MB: "
            "split it (`credit-scoring deliver` does) and deliver again."
        )
    if len(data) != promised.bytes:
        raise DeliveryRefused(
            f"{where} has {len(data):,} bytes, the manifest says {promised.bytes:,}: the upload was cut or the file "
            "changed afterwards. Upload it again."
        )
    if (found := sha256(data)) != promised.sha256:
        raise DeliveryRefused(
            f"{where} has the sha256 {found[:12]}..., the manifest says {promised.sha256[:12]}...: the file changed "
            "after the manifest was written. Upload it again."
        )
    text = _inflate(data, where, limits) if data.startswith(_GZIP) else data
    if text.startswith(codecs.BOM_UTF8):
        text = text[len(codecs.BOM_UTF8) :]
    elif text.startswith(_WIDE):
        raise DeliveryRefused(f"{where} is UTF-16 or UTF-32 text: export it as UTF-8 and deliver again.")
    try:
        codecs.decode(text, "utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise DeliveryRefused(
            f"{where} is not UTF-8 text (line {line:,}): export it as UTF-8 and deliver again."
        ) from None
    return text


def _inflate(data: bytes, where: str, limits: Limits) -> bytes:
    """The inflated bytes, never more than the limits allow in memory."""
    most = min(limits.max_bytes, limits.max_inflation * len(data))
    parts: list[bytes] = []
    size, rest = 0, data
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(rest, most - size + 1)
        except zlib.error:
            raise DeliveryRefused(f"{where} is damaged: it does not unpack as gzip. Upload it again.") from None
        parts.append(part)
        size += len(part)
        if size > most:
            raise DeliveryRefused(
                f"{where} unpacks to more than {most / 1e6:,.0f} MB, the limit for a file of its size: "
                "split it (`credit-scoring deliver` does) and deliver again."
            )
        if not member.eof:
            raise DeliveryRefused(f"{where} is cut: its gzip data ends too early. Upload it again.")
        rest = member.unused_data
    return b"".join(parts)
