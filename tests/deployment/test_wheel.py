"""The wheel that a cluster gets: built, installed into an environment of its own, and used from there."""

from __future__ import annotations

import subprocess
import sys
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


def _run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    _run(UV, "build", "--quiet", "--wheel", "--no-config", "--out-dir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for, locked; Spark is the cluster's."""
    folder = tmp_path_factory.mktemp("clean")
    _run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    locked = ("--constraints", ROOT / "requirements.lock")
    _run(UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", *locked, wheel)
    return folder / "bin"


def test_it_asks_for_ranges(wheel: Path) -> None:
    """A cluster's image brings its own versions, which a pin would override."""
    with ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    always = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]

    assert always
    assert [each for each in always if "==" in each] == []
    assert [each for each in always if each.startswith(("pyspark", "delta-spark", "synapseml"))] == []


def test_it_holds_all_that_the_package_reads(wheel: Path) -> None:
    source = ROOT / "src"
    here = {
        path.relative_to(source).as_posix()
        for path in (source / "credit_scoring").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with ZipFile(wheel) as archive:
        assert here <= set(archive.namelist())


def test_the_command_works_from_it(clean: Path, tmp_path: Path) -> None:
    _run(clean / "credit-scoring", "generate", "--clients", "5", "--outcomes", "2", "--out", "lender", cwd=tmp_path)
    listed = _run(clean / "credit-scoring", "--help", cwd=tmp_path)

    assert {"POS_CASH_balance", "bureau"} <= {path.stem for path in (tmp_path / "lender").iterdir()}
    assert all(name in listed for name in ("deliver", "intake", "train", "promote", "score", "explain"))


def test_pages_find_their_template(clean: Path, tmp_path: Path) -> None:
    program = "from credit_scoring.pages.page import Page, html; print(html(Page('A title', '', [], [])))"

    assert "<h1>A title</h1>" in _run(clean / "python", "-c", program, cwd=tmp_path)
