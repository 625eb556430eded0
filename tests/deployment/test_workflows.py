"""The workflows: by GitHub's schema, pinned, every script and target in them is here, and nothing goes on unguarded."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit_scoring.online import database

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NEW = [path for path in FILES if path.stem in ("images", "swap-back")]


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_holds_by_the_schema(path: Path) -> None:
    check = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*check, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing() -> None:
    """Expressions, names of jobs and steps, and every script in them by shellcheck."""
    if not (program := shutil.which("actionlint")):
        pytest.skip("no actionlint here: go install github.com/rhysd/actionlint/cmd/actionlint@latest")
    done = subprocess.run([program, "-no-color", *FILES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", NEW, ids=lambda path: path.stem)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


@pytest.mark.parametrize("path", NEW, ids=lambda path: path.stem)
def test_every_script_is_here_and_may_be_run(path: Path) -> None:
    called = set(re.findall(r"(?<![\w/.-])(deploy/[a-z]+)(?= )", path.read_text())) - {"deploy/Dockerfile"}
    assert called == {"deploy/smoke", "deploy/swap"}
    for script in called:
        assert (ROOT / script).stat().st_mode & 0o111


def test_an_image_is_made_of_every_target_and_looked_at_before_it_is_pushed() -> None:
    job = jobs(ROOT / ".github/workflows/images.yml")["image"]
    targets = re.findall(r"^FROM product AS (\w+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    assert job["strategy"]["matrix"]["target"] == targets
    uses = [step.get("uses", "").split("@")[0] for step in job["steps"]]
    first, last = [place for place, name in enumerate(uses) if name == "docker/build-push-action"]
    assert first < uses.index("aquasecurity/trivy-action") < last
    assert not job["steps"][first]["with"].get("push")
    assert job["steps"][uses.index("aquasecurity/trivy-action")]["with"]["exit-code"] == "1"


def test_what_serves_is_changed_only_after_people_and_a_smoke_test() -> None:
    found = jobs(ROOT / ".github/workflows/images.yml")
    order = ["image", "database", "staging", "swap"]
    assert [found[name].get("needs") for name in order] == [None, *order[:-1]]
    for name in order[1:]:
        assert found[name]["environment"]
    steps = [step.get("run", "") for step in found["database"]["steps"]]
    kept = next(place for place, text in enumerate(steps) if "backup create" in text)
    assert kept < next(place for place, text in enumerate(steps) if "job start" in text)
    swap = found["swap"]["steps"]
    assert [step["run"].split()[0] for step in swap if "run" in step] == ["deploy/swap", "deploy/smoke", "deploy/swap"]
    assert "failure()" in swap[-1]["if"]


def test_what_is_swapped_is_what_was_asked() -> None:
    """The API and the desk, in the slot before the swap and under their own names after it, as Azure calls both."""
    found = jobs(ROOT / ".github/workflows/images.yml")
    found["back"] = jobs(ROOT / ".github/workflows/swap-back.yml")["swap"]
    apps = {"": "${{ vars.AZURE_API_APP }}", "--desk ": "${{ vars.AZURE_DESK_APP }}"}
    for name, slot in (("staging", "-staging"), ("swap", ""), ("back", "")):
        (asks,) = [step["run"] for step in found[name]["steps"] if "deploy/smoke" in step.get("run", "")]
        wanted = [f'deploy/smoke {desk}"https://{app}{slot}.azurewebsites.net"' for desk, app in apps.items()]
        assert asks.splitlines() == wanted
    swaps = {step["run"] for job in found.values() for step in job["steps"] if "deploy/swap" in step.get("run", "")}
    assert swaps == {'deploy/swap "${{ vars.AZURE_GROUP }}" ' + " ".join(f'"{app}"' for app in apps.values())}


def test_a_migration_only_adds_so_that_the_release_before_can_still_serve() -> None:
    """What a release needs no more is dropped by a later one, which then says so here."""
    added = re.split(r"^-- Running upgrade 0001 -> .*$", database.script(), flags=re.M)[1:]
    taken = r"\b(DROP (TABLE|COLUMN|VIEW|FUNCTION)|RENAME|ALTER COLUMN \w+ TYPE|SET NOT NULL)\b"
    for text in added:
        assert not re.search(taken, text)
    assert re.search(taken, "ALTER TABLE request DROP COLUMN xid")
