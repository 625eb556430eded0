"""Files below a root."""

from pathlib import Path

import pytest

from credit_scoring.storage.files import Folder


def test_what_is_written_is_read_and_listed(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path / "root"))
    assert (folder.folders(), folder.files(), folder.exists("a")) == ([], [], False)
    folder.write(b"1", "b", "x.csv")
    folder.write(b"2", "a", "y.csv")
    folder.write(b"3", "z.csv")
    assert (folder.folders(), folder.files(), folder.below("a").files()) == (["a", "b"], ["z.csv"], ["y.csv"])
    assert folder.read("b", "x.csv") == b"1"
    folder.remove("b")
    folder.remove("b")
    assert folder.folders() == ["a"]


def test_a_file_whose_writing_fails_leaves_the_old_one(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    folder.write(b"old", "f")

    def fail() -> None:
        with folder.writing("f") as sink:
            sink.write(b"new")
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="full"):
        fail()
    assert folder.read("f") == b"old"
    assert folder.files() == ["f"]


def test_what_a_writer_left_that_was_killed_goes_with_the_next(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    folder.write(b"half", "f.123.part")
    folder.write(b"of another file", "ff.123.part")
    folder.write(b"new", "f")
    assert folder.files() == ["f", "ff.123.part"]


def test_what_killed_writers_left_goes_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path / "[reports]"))
    for names in (["a.html.123.part"], ["b.html"], ["c.part"], ["below", "d.html.4.part"]):
        folder.write(b"", *names)
    folder.clear_unfinished()
    assert (folder.files(), folder.below("below").files()) == (["b.html", "c.part"], ["d.html.4.part"])


def test_a_folder_is_cleared_but_for_what_comes_meanwhile(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path)).below("table")
    folder.write(b"begun", "log", ".0.tmp")
    folder.clear_unless(lambda name: False)
    assert not folder.exists()

    def others_write(name: str) -> bool:
        folder.write(b"done", "log", "0.json")
        return False

    folder.write(b"begun", "log", ".0.tmp")
    folder.clear_unless(others_write)
    assert folder.below("log").files() == ["0.json"]
    folder.clear_unless(lambda name: name == "0.json")
    assert folder.below("log").files() == ["0.json"]
    folder.below("nowhere").clear_unless(lambda name: False)
