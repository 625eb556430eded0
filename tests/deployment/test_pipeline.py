"""What a fork runs for itself: workflows and hooks name commands and files that are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pre_commit.clientlib import load_config

ROOT = Path(__file__).parents[2]
MAKE = {found for line in (ROOT / "Makefile").read_text().splitlines() for found in re.findall(r"^([a-z-]+):", line)}


def _workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))


def _steps(name: str) -> list[dict[str, Any]]:
    return [step for job in _workflow(name)["jobs"].values() for step in job["steps"]]


def test_workflows_run_what_is_there() -> None:
    for name in ("ci.yml", "deploy.yml"):
        for command in (step["run"] for step in _steps(name) if "run" in step):
            for target in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", command):
                assert set(target.split()) <= MAKE, command
            for path in re.findall(r"(?:bash|-r) (\S+)", command):
                assert (ROOT / path).is_file(), command


def test_both_versions_of_python_are_tested_that_the_package_allows() -> None:
    matrix = _workflow("ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    (allowed,) = re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text())

    assert matrix == [f"3.{minor}" for minor in range(int(allowed[0]), int(allowed[1]))]


def test_prod_is_deployed_from_a_tag_into_an_environment_with_approval() -> None:
    deploy = _workflow("deploy.yml")

    assert set(deploy[True]["push"]) == {"branches", "tags"}  # YAML reads the key `on` as true
    assert "github.ref_type == 'tag' && 'prod' || 'staging'" in deploy["jobs"]["deploy"]["environment"]


def test_hooks_are_valid_and_run_what_make_setup_installs() -> None:
    hooks = [hook for repo in load_config(ROOT / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]

    assert {"ruff", "format", "layers"} <= {hook["id"] for hook in hooks}
    assert all((ROOT / hook["entry"].split()[0]).is_file() for hook in hooks)
