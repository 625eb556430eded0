"""The images, where an engine has them (`docker compose build` in deploy/): what is in them, as whom they run.

Making them takes minutes and a base that is pulled, so nothing is made here.
"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

IMAGES = ("api", "dashboard", "batch")
TOOLS = ("gcc", "cc", "make", "ld", "git", "curl", "pip", "pip3", "uv")
UNWANTED = r"""
find / -xdev \( -path '*/site-packages/pip' -o -path '*/site-packages/uv' -o -name '*.whl' -o -name requirements.lock \
    -o -path '/opt/*' -type d -name tests -o -path '/opt/*' -name 'test_*.py' -path '*/tests/*' \) 2>/dev/null
for tool in TOOLS; do command -v $tool; done
"""


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    """Each of the three."""
    name = f"credit-scoring-{request.param}:local"
    docker = shutil.which("docker")
    told = [str(docker), "image", "inspect", name]
    if docker is None or subprocess.run(told, capture_output=True, check=False).returncode:
        pytest.skip(f"no engine here has {name}: docker compose --file deploy/compose.yml build")
    return name


def run(image: str, *command: str) -> str:
    """What a command in the image says, confined as compose.yml confines it."""
    confined = ["--read-only", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"]
    told = ["docker", "run", "--rm", *confined, "--tmpfs=/tmp:mode=1777", image, *command]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout


def test_no_tool_and_no_test_is_in_it(image: str) -> None:
    assert run(image, "sh", "-c", UNWANTED.replace("TOOLS", " ".join(TOOLS)) + "true") == ""


def test_it_runs_as_nobody_of_importance(image: str) -> None:
    assert run(image, "sh", "-c", "id -u; touch /etc/x 2>/dev/null || echo refused") == "10001\nrefused\n"


def test_the_product_starts_and_says_its_licences(image: str) -> None:
    assert run(image, "credit-scoring", "--version").strip()
    parts = json.loads(run(image, "cat", "/opt/credit-scoring/sbom.cdx.json"))["components"]
    assert {"credit-scoring", "lightgbm", "streamlit"} <= {part["name"] for part in parts}
    assert all(part["licenses"] for part in parts)
