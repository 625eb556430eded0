"""Where the records of a CSV end: a newline inside quotes belongs to its record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from credit_scoring.file_format import DEFAULT, Format

Positions = npt.NDArray[np.int64]

_CHUNK = 8 << 20
_NEWLINE = ord("\n")
_PADDING = b"\0\x1a"


def record_ends(chunk: bytes, inside_quotes: bool, written: Format = DEFAULT) -> tuple[Positions, bool]:
    """Positions just after each record's newline, and whether the chunk ends inside quotes.

    `chunk` holds whole lines or parts of them; a doubled quote toggles twice and so changes nothing.
    """
    data = np.frombuffer(chunk, np.uint8)
    newlines = np.flatnonzero(data == _NEWLINE)
    quotes = np.flatnonzero(data == ord(written.quote)) if written.quote else newlines[:0]
    if written.escape and len(quotes):
        # A quote is a cell's own behind an odd number of escapes.
        pairs = re.finditer(re.escape(written.escape.encode()) + b"(.)", chunk, re.DOTALL)
        quotes = np.setdiff1d(quotes, [pair.start(1) for pair in pairs])
    if len(quotes) == 0:
        return (newlines[:0] if inside_quotes else newlines) + 1, inside_quotes
    open_at = (np.searchsorted(quotes, newlines) + inside_quotes) % 2 == 1
    return newlines[~open_at] + 1, bool((len(quotes) + inside_quotes) % 2)


def parts(
    source: IO[bytes], part_bytes: int, written: Format = DEFAULT, foot: bytes = b""
) -> Iterator[tuple[bytes, int]]:
    """A CSV in parts of at most about `part_bytes`, each with what stands before and after the records and whole
    records: (bytes, records).

    `foot`: what stands after the records, which `source` ends before. Always yields at least one part. Empty lines are
    not records.
    """
    header = _head(source, written)
    held = bytearray(header)
    records, rest, yielded = 0, b"", False
    while chunk := source.read(_CHUNK):
        if rest:
            chunk = rest + chunk
        # `rest` never spans a record end, so the state at its start is "outside quotes".
        ends, _ = record_ends(chunk, inside_quotes=False, written=written)
        start = 0
        for end in _cuts(ends, part_bytes - len(held), part_bytes - len(header)):
            records += _count(chunk, ends, start, end)
            held += chunk[start:end]
            if len(held) >= part_bytes:
                yield bytes(held + foot), records
                held, records, yielded = bytearray(header), 0, True
            start = end
        rest = chunk[start:]
    if rest:
        held += rest
        records += 1 if rest.strip(b"\r\n" + _PADDING) else 0
    if records or not yielded:
        yield bytes(held + foot), records


def _head(source: IO[bytes], written: Format) -> bytes:
    """The lines up to the first record."""
    lines = [source.readline() for _ in range(written.skip_head)]
    while (line := source.readline()) and not line.strip():
        lines.append(line)
    return b"".join([*lines, line, *(source.readline() for _ in range(written.skip_below_header))])


def foot_of(source: IO[bytes], lines: int) -> tuple[int, bytes]:
    """Where the last lines of a text begin, blank ones not counted, and these; the text is read once."""
    length, tail = 0, b""
    while chunk := source.read(_CHUNK):
        length += len(chunk)
        tail = (tail + chunk)[-_LONGEST_FOOT:]
    end = len(tail.rstrip(_PADDING + b"\r\n \t"))
    for _ in range(lines):
        end = tail.rfind(b"\n", 0, len(tail[:end].rstrip())) + 1
    return length - len(tail) + end, tail[end:]


_LONGEST_FOOT = 1 << 20


def _cuts(ends: Positions, first_room: int, room: int) -> Iterator[int]:
    """Record ends at which to stop: the first that fills what room there is, then each full part, then the last."""
    if len(ends) == 0:
        return
    at, limit = 0, first_room
    while True:
        index = int(np.searchsorted(ends, at + max(limit, 1)))
        if index >= len(ends):
            if ends[-1] > at:
                yield int(ends[-1])
            return
        at = int(ends[index])
        yield at
        limit = room


def _count(chunk: bytes, ends: Positions, start: int, end: int) -> int:
    """Records that end in chunk[start:end], empty lines not counted."""
    mine = ends[(ends > start) & (ends <= end)]
    starts = np.concatenate([[start], mine[:-1]]).astype(np.int64)
    lengths = mine - starts
    empty = (lengths == 1) | (
        (lengths == 2) & (np.frombuffer(chunk, np.uint8)[np.minimum(starts, len(chunk) - 1)] == 13)
    )
    return int(len(mine) - empty.sum())
