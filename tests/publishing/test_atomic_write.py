"""A published file on this machine and in a volume; in a container: tests/azurite."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from credit_scoring.engines.local.rows import LocalPieces
from credit_scoring.publishing import atomic_write
from credit_scoring.publishing.atomic_write import SUCCESS, place
from credit_scoring.storage import roots
from credit_scoring.storage.files import Content, Folder


def lines(rows: pl.DataFrame) -> bytes:
    return "".join(f"{letter}\n" for letter in rows["letter"]).encode()


@pytest.fixture(scope="module")
def parts() -> Content:
    rows = pl.DataFrame({"letter": ["a", "b", "c"]})
    return Content(b"h\n", LocalPieces(lambda: rows, lines, piece=2))


def test_a_file_is_what_its_parts_make_and_stays(parts, tmp_path) -> None:
    folder = Folder(str(tmp_path / "may"))
    assert place(parts, folder, "scores.csv", "run-1") == 3
    assert folder.read("scores.csv") == b"h\na\nb\nc\n"
    assert folder.files() == ["scores.csv"]
    assert parts.digest() == (3, atomic_write.sha256(folder, "scores.csv"))
    with pytest.raises(FileExistsError):
        place(replace(parts, head=b"other\n"), folder, "scores.csv", "run-2")
    assert folder.read("scores.csv") == b"h\na\nb\nc\n"


def test_in_a_volume_a_marker_says_that_the_file_is_whole(parts, tmp_path, monkeypatch) -> None:
    """A writer that was killed half-way left the file without its marker: the next one writes it anew."""
    monkeypatch.setattr(roots, "VOLUMES", f"{tmp_path}/")
    folder = Folder(str(tmp_path / "may"))
    folder.write(b"h\na", "scores.csv")
    assert place(parts, folder, "scores.csv", "run-1") == 3
    assert (folder.read("scores.csv"), folder.files()) == (b"h\na\nb\nc\n", [SUCCESS, "scores.csv"])
    with pytest.raises(FileExistsError):
        place(parts, folder, "scores.csv", "run-2")
