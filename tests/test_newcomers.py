"""What a newcomer meets: the notebooks on the lender of `make score`, and the commands of the tutorial's page."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import polars as pl
import pytest
import yaml
from click.testing import CliRunner
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from credit_scoring.cli import main
from credit_scoring.commands import demo
from short_lived import SHORT_LIVED

PROJECT = Path(__file__).parents[1]
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", (PROJECT / "docs" / "tutorial.md").read_text(), re.M | re.S)
    for line in block.splitlines()
]
NOTEBOOKS = sorted(path.stem for path in (PROJECT / "notebooks").glob("*.ipynb"))

SMALL = {
    "KNOWN": range(18_500, 20_000),
    "NEW": range(20_000, 20_200),
    "LATER": range(22_000, 22_060),
    "RETURNING": range(20_000, 20_060),
    "SETTLED": range(20_100, 20_200),
}
"""An eighth of the lender of `make score`: all its kinds of clients, and the client whom the tutorial explains."""


def conf() -> str:
    """Settings for so small a lender. Defaults cost so much that a large holdout tells the model from approving all."""
    training = {"folds": 2, "max_rounds": 40, "learning_rate": 0.1, "min_data_in_leaf": 40, "resamples": 100}
    training |= {"holdout_percent": 40, "min_clients": 500}
    gates = {"min_defaults": 1, "min_auc": 0, "max_calibration_error": 1, "min_approval_ratio": 0}
    return yaml.safe_dump(
        {
            "home": "../var",
            "spark": {"driver_memory": "2g", "shuffle_partitions": 2, "config": SHORT_LIVED},
            "training": {**training, "compare": ["prior"]},
            "gates": {**gates, "promise_clients": 100},
            "decision": {"cost_default": 200},
        }
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder to type commands in, with the settings of a small lender where a clone has its own."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "conf").mkdir()
    (folder / "conf" / "local.yml").write_text(conf())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CREDIT_SCORING_CONF", raising=False)
        patch.setenv("CREDIT_SCORING_JARS", str(PROJECT / ".jars"))
        for name, value in SMALL.items():
            patch.setattr(demo, name, value)
        yield folder


def run(line: str) -> str:
    """What a line of the page prints. Ours run in this process; others in a shell."""
    if line == "make score":
        line = "credit-scoring demo"  # what its recipe runs once everything is installed
    if not line.startswith("credit-scoring "):
        return subprocess.run(["bash", "-ec", line], capture_output=True, text=True, check=True).stdout
    words = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True)
    _, *arguments = words.stdout.split("\0")[:-1]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.stdout


@pytest.fixture(scope="module")
def lender(clone: Path) -> Path:
    """The clone after the tutorial's first command."""
    assert COMMANDS[0] == "make score"
    assert "week-later" in run(COMMANDS[0])
    return clone


@pytest.fixture(scope="module")
def kernel(lender: Path) -> Iterator[KernelManager]:
    """One Jupyter kernel, with a Spark of its own, that executes the notebooks one after the other."""
    folder = lender / "notebooks"
    folder.mkdir()
    running = KernelManager(kernel_name="python3")
    running.start_kernel(cwd=str(folder), env={**os.environ})
    yield running
    running.shutdown_kernel(now=True)


def test_notebooks_are_committed_without_outputs() -> None:
    for name in NOTEBOOKS:
        for cell in nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", 4).cells:
            assert cell.cell_type == "markdown" or (cell.outputs, cell.execution_count) == ([], None), name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_shows_something_in_every_part(kernel: KernelManager, name: str) -> None:
    notebook = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", 4)
    NotebookClient(notebook, km=kernel, timeout=180).execute()
    parts: dict[str, list[str]] = {}
    part = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            titles = re.findall(r"^#+ (.*)", cell.source, re.M)
            part = titles[-1] if titles else part
        else:
            shown = [str(output.get("data", output.get("text"))) for output in cell.outputs]
            parts.setdefault(part, []).extend(shown)
    first, *others = parts
    for title in others:
        assert any("<td" in text or "<svg" in text or "image/png" in text for text in parts[title]), title
    assert first[0].isupper()


def test_the_tutorials_commands_do_what_its_page_says(lender: Path) -> None:
    printed = {line: run(line) for line in COMMANDS[1:] if not line.startswith("source ")}
    published = lender / "var" / "published"
    first = pl.read_csv(published / "2026-11-24-first" / "scores.csv")
    assert first.height == 39
    assert "AMT_INCOME_TOTAL" in printed["credit-scoring show quarantine"]
    assert "120022" in printed["credit-scoring explain 120022"]
    assert (lender / "client.png").read_bytes().startswith(b"\x89PNG")
    corrected = pl.read_csv(published / "2026-11-25-corrected" / "scores.csv")
    assert corrected.height == 1
    assert corrected["client_id"][0] not in first["client_id"]
    assert corrected["decision"][0] in ("approve", "refuse")
