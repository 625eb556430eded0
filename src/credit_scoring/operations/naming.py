"""Files that name a client: read piece by piece and searched for its number, whatever they hold beside it."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from credit_scoring.intake.sources import table_of
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.storage.files import Folder

_PIECE = 8 << 20


@dataclass(frozen=True)
class Naming:
    """A file, and how many of its lines hold the client's number (or, in balances, that of a credit); None: it cannot
    be read, so that nobody knows. An amount that happens to be the same number counts as well."""

    path: str
    lines: int | None


def number(values: Collection[int]) -> str:
    """A pattern for one of these numbers as files write them: 12, 0012, 12.0; never a part of another number."""
    return r"(?<![0-9.])0*(?:" + "|".join(map(str, sorted(values))) + r")(?:\.0*)?(?![0-9.])"


def files_naming(folders: Sequence[Folder], client: int, credits: Collection[int]) -> tuple[Naming, ...]:
    """The files below the folders, and one level deeper, that hold the client's number, by path."""
    of_client = re.compile(number([client]).encode())
    of_balances = re.compile(number([client, *credits]).encode())
    found = []
    for folder in folders:
        for place in (folder, *(folder.below(name) for name in folder.folders())):
            for name in place.files():
                table = table_of(name)
                lines = _lines(place, name, of_balances if table is BUREAU_BALANCE else of_client)
                if lines != 0:
                    found.append(Naming(place.path(name), lines))
    return tuple(found)


def _lines(folder: Folder, name: str, pattern: re.Pattern[bytes]) -> int | None:
    try:
        with folder.reading(name) as raw:
            source = gzip.GzipFile(fileobj=raw) if name.endswith(".gz") else raw
            hits = (piece for piece in _pieces(source) if pattern.search(piece))
            return sum(bool(pattern.search(line)) for piece in hits for line in piece.split(b"\n"))
    except (EOFError, OSError, zlib.error):
        return None


def _pieces(source: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time."""
    rest = b""
    while piece := source.read(_PIECE):
        whole, newline, rest = (rest + piece).rpartition(b"\n")
        if newline:
            yield whole
    yield rest
