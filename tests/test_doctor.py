"""Each check runs on folders made for it, once with the thing there and once without."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from credit_scoring.commands import doctor
from credit_scoring.commands.doctor import GIB, Need, examine, pinned, pom_jars
from credit_scoring.settings import Settings

PROJECT = Path(__file__).parents[1]

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><dependencies>
  <dependency><groupId>io.delta</groupId><artifactId>delta-spark_2.12</artifactId><version>3.3.3</version></dependency>
  <dependency><groupId>io.delta</groupId><artifactId>delta-storage</artifactId><version>3.3.3</version></dependency>
</dependencies></project>"""


def by_name(findings):
    return {finding.name: finding for finding in findings}


def test_what_is_missing_is_said_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "requirements.lock").write_text("numpy==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n")
    (tmp_path / "requirements-dev.lock").write_text("no-such-package==1.0\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CREDIT_SCORING_JARS", str(tmp_path / "jars"))
    findings = by_name(examine(tmp_path, tmp_path / "var"))
    missing = {name for name, finding in findings.items() if not finding.found}
    assert missing >= {"Python packages", "Packages for tests", "Spark's jars", "Maven", "Node", "Azurite"}
    assert all(bool(finding.advice) == (not finding.found) for finding in findings.values())
    packages = findings["Python packages"].detail
    assert packages == f"numpy {metadata.version('numpy')} (pinned 0.1), no-such-package missing (pinned 1.0)"


def test_it_runs_where_nothing_is_installed():
    """With -I -S there are no packages at all, only the standard library."""
    code = (
        f"import sys; sys.path.insert(0, {str(PROJECT / 'src')!r})\n"
        "from pathlib import Path\n"
        "from credit_scoring.commands.doctor import examine\n"
        f"print([f.found for f in examine(Path({str(PROJECT)!r}), Path('var')) if f.name == 'Python packages'])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False]"


def test_the_environment_of_these_tests_is_complete():
    findings = by_name(examine(PROJECT, PROJECT / "var"))
    of_this_machine = {"Memory", "Disk", "Home folder"}
    assert [finding for name, finding in findings.items() if name not in of_this_machine and not finding.found] == []


def test_without_a_lock_packages_are_held_against_the_ranges_of_the_wheel(tmp_path):
    found = by_name(examine(tmp_path, tmp_path))["Python packages"]
    assert (found.found, found.detail) == (True, "within the ranges of the wheel")
    wrong = doctor._outside_ranges(["numpy<1", "click>=8", "no-such-package>=2", "no-such-extra; extra == 'spark'"])
    assert wrong == [f"numpy {metadata.version('numpy')} (needs <1)", "no-such-package missing (needs >=2)"]


def test_only_the_first_wrong_packages_are_named(tmp_path):
    (tmp_path / "requirements.lock").write_text("".join(f"no-such-{i}==1\n" for i in range(7)))
    detail = by_name(examine(tmp_path, tmp_path))["Python packages"].detail
    assert detail.endswith("no-such-4 missing (pinned 1) and 2 more")


@pytest.mark.parametrize(("version", "found"), [((3, 10), False), ((3, 11), True), ((3, 12), True), ((3, 13), False)])
def test_python_versions(version, found):
    assert doctor._python(version).found == found


def test_pins_are_read_with_extras_and_hashes(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# made by\nazure-core==1.41.0 \\\n    --hash=sha256:ab\nmsal[broker]==1.2 ; python_version < '4'\n"
    )
    assert pinned(lock) == {"azure-core": "1.41.0", "msal": "1.2"}


def test_jars_missing_against_the_pom_are_named(tmp_path):
    pom = tmp_path / "pom.xml"
    pom.write_text(POM)
    assert pom_jars(pom) == ["delta-spark_2.12-3.3.3.jar", "delta-storage-3.3.3.jar"]
    (tmp_path / "delta-spark_2.12-3.3.3.jar").touch()
    (tmp_path / "delta-storage-3.2.0.jar").touch()
    found = doctor._jars(tmp_path, pom)
    assert (found.found, found.detail) == (False, "delta-storage-3.3.3.jar missing")
    (tmp_path / "delta-storage-3.3.3.jar").touch()
    assert doctor._jars(tmp_path, pom).found


def test_azurite_is_held_against_its_pin(tmp_path):
    (tmp_path / "package.json").write_text(json.dumps({"devDependencies": {"azurite": "3.35.0"}}))
    installed = tmp_path / "node_modules" / "azurite" / "package.json"
    installed.parent.mkdir(parents=True)
    installed.write_text(json.dumps({"version": "3.34.0"}))
    found = doctor._azurite(tmp_path)
    assert (found.found, found.detail, found.need) == (False, "3.34.0 (pinned 3.35.0)", Need.TESTS)
    installed.write_text(json.dumps({"version": "3.35.0"}))
    assert doctor._azurite(tmp_path).found


def test_a_home_folder_that_is_a_file_cannot_be_written_to(tmp_path):
    (tmp_path / "file").touch()
    found = doctor._writable(tmp_path / "file")
    assert not found.found
    assert "Not a directory" in found.detail


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    assert not doctor._writable(tmp_path / "var").found


def test_a_home_folder_need_not_exist_and_is_not_made(tmp_path):
    assert doctor._writable(tmp_path / "a" / "b").found
    assert list(tmp_path.iterdir()) == []


def test_memory_is_the_containers_where_that_is_less(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{GIB}\n")
    assert doctor._memory_limit(limit) == GIB
    limit.write_text("max\n")
    assert doctor._memory_limit(limit) == doctor._memory_limit(tmp_path / "nowhere") > 0
    assert not doctor._memory(GIB).found
    assert doctor._memory(8 * GIB).found


def test_disk_is_measured_where_the_home_folder_will_be(tmp_path):
    assert doctor._disk(tmp_path / "a" / "b", advised=1).found
    assert not doctor._disk(tmp_path, advised=2**62).found


def test_roots_elsewhere_are_tried_and_those_below_home_are_not(tmp_path):
    (tmp_path / "file").touch()
    settings = Settings(
        home=tmp_path / "var", landing=str(tmp_path / "in"), published=str(tmp_path / "file"), tables="catalog.schema"
    )
    findings = by_name(doctor.roots(settings))
    assert {name: finding.found for name, finding in findings.items()} == {
        "Root `landing`": True,
        "Root `published`": False,
    }
    assert findings["Root `published`"].advice.endswith("or set published to another folder.")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_root_whose_credential_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY", raising=False)
    root = "abfss://c@lender.dfs.core.windows.net/in"
    settings = Settings(home=tmp_path, landing=root, storage={"credential": "account_key"})
    (found,) = doctor.roots(settings)
    assert not found.found
    assert "AZURE_STORAGE_ACCOUNT_KEY is not set" in found.detail
