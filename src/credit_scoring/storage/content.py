"""The content of a file that is made piece by piece, wherever its pieces are made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class MadePieces(Protocol):
    """The pieces of a file in their order (engines.engine.Pieces)."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(rows, bytes) of each."""
        ...

    def each(self, send: Callable[[int, int, int, bytes], str]) -> list[str]:
        """`send`s each where it is made: part, number, rows, bytes; what it says."""
        ...


@dataclass(frozen=True)
class Content:
    """`head`, then the pieces."""

    head: bytes
    pieces: MadePieces

    def digest(self) -> tuple[int, str]:
        """Rows and sha256 of the file, made and not written."""
        rows, digest = 0, hashlib.sha256(self.head)
        for count, lines in self.pieces:
            digest.update(lines)
            rows += count
        return rows, digest.hexdigest()
