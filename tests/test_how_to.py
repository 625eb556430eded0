"""The changes that docs/how-to shows as diffs: each applies to this tree, touches few files, and keeps its promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
TOUCHED = {"new-source-table": 5, "new-output-column": 1, "new-feature": 1, "new-rule": 1}
"""Page -> files of src/ that the change may touch."""
COPIED = ("src", "tests", "docs", "tools", "pyproject.toml")


def diff(page: str) -> str:
    """The diff blocks of a page."""
    text = (PROJECT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    return "".join(re.findall(r"^```diff\n(.*?)^```$", text, re.M | re.S))


def files(page: str) -> list[str]:
    """The files that a page's diff touches."""
    return re.findall(r"^\+\+\+ b/(.*)$", diff(page), re.M)


def applied(tree: Path, page: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "apply", *options], cwd=tree, input=diff(page), text=True, capture_output=True,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)},
    )  # fmt: skip


def run(tree: Path, *arguments: str) -> None:
    """Runs Python in the copy; fails with what it wrote."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tree, text=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    copy = tmp_path_factory.mktemp("how-to") / "project"
    copy.mkdir()
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    return copy


@pytest.fixture(scope="module")
def changed(tree: Path) -> Path:
    """The copy with all changes made, and the pages written that follow from declarations."""
    for page in TOUCHED:
        done = applied(tree, page)
        assert done.returncode == 0, f"docs/how-to/{page}.md shows a diff that no longer applies: {done.stderr}"
    run(tree, "tools/reference.py")
    return tree


@pytest.mark.parametrize("page", TOUCHED)
def test_a_change_touches_few_files_and_a_test(page: str) -> None:
    touched = files(page)
    assert len([file for file in touched if file.startswith("src/")]) <= TOUCHED[page]
    assert len([file for file in touched if file.startswith("tests/")]) == 1
    assert all(file.startswith(("src/", "tests/")) for file in touched)


def test_the_pages_follow_from_the_declarations(changed: Path) -> None:
    docs = changed / "docs"
    tables, dictionary = ((docs / name).read_text("utf-8") for name in ("reference/tables.md", "dictionary.md"))
    for declared in ("### collateral", "`AMT_COLLATERAL`", "`odds`", "`annuity_above_loan`"):
        assert declared in tables
    for feature in ("`collateral_to_loan`", "`installments_paid_share_3m_mean`"):
        assert feature in dictionary
    assert '"COLLATERAL_TYPE"' in (docs / "reference" / "openapi.json").read_text("utf-8")


def test_the_changed_project_passes_the_tests_of_the_changes(changed: Path) -> None:
    tests = {file for page in TOUCHED for file in files(page) if file.startswith("tests/")}
    tests |= {"tests/features/test_declarations.py", "tests/synthetic/test_writing.py"}
    run(changed, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not spark", *sorted(tests))


LENDER = """
import sys
from pathlib import Path
from credit_scoring.intake.sources import find
from credit_scoring.synthetic.writing import write

folder = Path(sys.argv[1])
assert write(folder, range(60), 20, 5)["collateral.csv"] > 5
assert "collateral" in {source.table.name for source in find(folder).files}
"""


def test_the_generated_lender_delivers_the_new_table(changed: Path, tmp_path: Path) -> None:
    run(changed, "-c", LENDER, str(tmp_path))
