"""What ships, with its licences: every locked package is in the bill, and none binds whoever uses the product."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"


def printed(*options: str) -> str:
    command = [sys.executable, ROOT / "tools" / "bill_of_materials.py", "--lock", LOCK, *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_bill_names_what_the_lock_names() -> None:
    bill = json.loads(printed())
    parts = {part["name"]: part for part in bill["components"]}
    # A lock names a package for a platform, or another Python, too.
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+) *\\?$", LOCK.read_text(), re.M))
    assert set(parts) == {*locked, "credit-scoring"}
    assert {name: parts[name]["version"] for name in locked} == locked
    assert parts["polars"]["purl"] == f"pkg:pypi/polars@{locked['polars']}"
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_the_same_packages_make_the_same_bill() -> None:
    assert printed() == printed()


def test_every_package_has_a_licence_that_lets_the_product_be_given_on() -> None:
    rows = [line.split("\t") for line in printed("--licences").splitlines()]
    assert [name for name, _, licence in rows if not licence] == []
    # psycopg is linked at run time and is not changed: what LGPL asks is kept by naming it.
    binding = {name for name, _, licence in rows if re.search(r"GPL|GNU|AGPL|SSPL|BUSL|Commons", licence)}
    assert binding == {"psycopg", "psycopg-binary"}
