"""The Dockerfile: linted, pinned, without rights or tools, and every path, command and port in it is the product's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from credit_scoring.cli import main
from credit_scoring.settings import CONF, Settings
from credit_scoring.settings_file import load

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "Dockerfile"
TEXT = FILE.read_text(encoding="utf-8")
LINES = [line for line in re.sub(r"\\\n", " ", TEXT).splitlines() if line.strip() and not line.startswith("#")]
"""Instructions, each in a line."""
STAGES = [found for line in LINES if (found := re.fullmatch(r"FROM (\S+) AS (\w+)", line))]
IMAGES = ("api", "dashboard", "batch")


def instructions(stage: str) -> list[str]:
    """What a stage says itself."""
    begins = next(place for place, line in enumerate(LINES) if line.endswith(f" AS {stage}"))
    ends = next((place for place in range(begins + 1, len(LINES)) if LINES[place].startswith("FROM")), len(LINES))
    return LINES[begins + 1 : ends]


def said(stage: str, instruction: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in instructions(stage) if line.startswith(f"{instruction} ")]


def programs(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([programs("hadolint"), FILE], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:latest\nRUN cd /tmp\n")
    assert subprocess.run([programs("hadolint"), tmp_path / "Dockerfile"], capture_output=True, check=False).returncode


def test_the_base_is_pinned_by_its_digest_and_has_the_python_of_the_locks() -> None:
    (base,) = [line for line in LINES if line.startswith("ARG PYTHON=")]
    assert re.fullmatch(r"ARG PYTHON=python:3\.11-slim-bookworm@sha256:[0-9a-f]{64}", base)
    assert "--python-version 3.11" in (ROOT / "Makefile").read_text()
    outside = {stage[1] for stage in STAGES} - {stage[2] for stage in STAGES}
    assert outside == {"${PYTHON}"}


def test_each_image_is_made_of_the_same_product() -> None:
    assert [stage[2] for stage in STAGES if stage[1] == "product"] == [*IMAGES]


def test_it_installs_what_the_locks_say_with_hashes() -> None:
    installing = [line for line in instructions("build") if " install " in line and "wheels" not in line]
    assert len(installing) == 2
    assert all("--require-hashes" in line for line in installing)
    assert {"requirements.lock", "requirements-build.lock"} <= set(" ".join(installing).split())


def test_no_tool_and_no_test_is_in_an_image() -> None:
    for stage in ("product", *IMAGES):
        copied = [line for line in said(stage, "COPY") if not line.startswith("--from=build /opt/credit-scoring ")]
        assert not re.search(r"tests|tools|src|\.lock|\s\.\s", " ".join(copied))
        assert not re.search(r"gcc|build-essential|git|curl|/tools", " ".join(said(stage, "RUN")))
    removing = " ".join(said("product", "RUN"))
    assert "pip uninstall --yes pip setuptools wheel" in removing
    assert "rm -rf /usr/local/lib/python3.11/ensurepip" in removing  # else `python -m ensurepip` brings it back
    assert "find /opt/credit-scoring -type d -name tests -prune -exec rm -rf {} +" in said("build", "RUN")


def test_no_part_of_a_build_comes_unpinned() -> None:
    """A syntax line would have the builder fetch a frontend image by a tag."""
    assert not TEXT.startswith("# syntax=")


def test_nobody_in_an_image_is_root() -> None:
    assert said("product", "USER") == ["10001:10001"]
    assert [said(stage, "USER") for stage in IMAGES] == [[], [], []]


def test_all_that_is_copied_is_there_and_goes_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for stage in STAGES
        for line in said(stage[2], "COPY")
        if not line.startswith("--from")
        for source in line.split()[:-1]
    }
    assert copied == sent
    assert all((ROOT / source).exists() for source in copied)


@pytest.mark.parametrize("stage", IMAGES)
def test_an_image_says_what_runs_and_whether_it_is_well(stage: str) -> None:
    (command,) = [json.loads(line) for line in said(stage, "CMD")]
    assert [line for line in instructions(stage) if line.startswith("HEALTHCHECK")]
    if command[0] == "credit-scoring":
        assert command[1] in main.commands
    else:
        assert f"COPY deploy/{command[0]} /usr/local/bin/{command[0]}" in instructions(stage)
        assert (ROOT / "deploy" / command[0]).stat().st_mode & 0o111


def test_the_settings_of_an_image_hold() -> None:
    environment = dict(each.split("=", 1) for line in said("product", "ENV") for each in line.split())
    source = next(line.split()[0] for line in said("product", "COPY") if line.endswith(environment[CONF]))
    settings = load(ROOT / source)
    (kept,) = said("batch", "VOLUME")
    assert str(settings.home) == kept
    assert settings.landing == f"{kept}/landing"
    assert f"--owner=10001 --group=10001 {kept}" in " ".join(said("product", "RUN"))


def test_ports_and_paths_are_those_of_the_product() -> None:
    settings = Settings()
    told = {
        "api": ((settings.online.port, settings.online.metrics_port), "/ready"),
        "dashboard": ((settings.desk.port,), "/_stcore/health"),  # Streamlit's own, as dashboard/running.py asks it
    }
    for stage, (ports, path) in told.items():
        (exposed,) = said(stage, "EXPOSE")
        (health,) = [line for line in instructions(stage) if line.startswith("HEALTHCHECK")]
        assert exposed.split() == [str(port) for port in ports]
        assert f"http://127.0.0.1:{ports[0]}{path}'" in health
    assert '"/ready":' in (ROOT / "docs" / "reference" / "openapi.json").read_text()
    assert "/_stcore/health" in (ROOT / "src/credit_scoring/dashboard/running.py").read_text()
