"""How a local session's JVM is started, and that the start leaves the environment as it was."""

import os
import subprocess
from pathlib import Path

import pytest

from credit_scoring.jvm import configuration, told_as_errors, without_conf_folder
from credit_scoring.runtime import jars, java_home


def test_the_jars_are_on_the_class_path_and_an_archive_is_mapped_where_there_is_one(tmp_path: Path) -> None:
    archive = tmp_path / "classes.jsa"
    assert "SharedArchiveFile" not in configuration(archive)["spark.driver.defaultJavaOptions"]
    archive.touch()
    found = configuration(archive)
    assert f"-XX:SharedArchiveFile={archive}" in found["spark.driver.defaultJavaOptions"]
    assert found["spark.driver.extraClassPath"].split(os.pathsep) == list(map(str, jars()))


def test_spark_submit_finds_its_folder_of_settings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_CONF_DIR", raising=False)
    with without_conf_folder():
        assert not Path(os.environ["SPARK_CONF_DIR"]).exists()
    assert "SPARK_CONF_DIR" not in os.environ


def test_a_users_own_folder_of_settings_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_CONF_DIR", "mine")
    with without_conf_folder():
        assert os.environ["SPARK_CONF_DIR"] == "mine"
    assert os.environ["SPARK_CONF_DIR"] == "mine"


def test_a_jvm_that_the_archive_does_not_fit_starts_without_it(tmp_path: Path) -> None:
    """What `make` has archived for another Java, or other jars, must not stop a session."""
    archive = tmp_path / "classes.jsa"
    archive.write_bytes(b"another Java's")
    options = [o for o in configuration(archive)["spark.driver.defaultJavaOptions"].split() if o.startswith("-X")]
    ran = subprocess.run([java_home() / "bin" / "java", *options, "-version"], capture_output=True, text=True)
    assert (ran.returncode, "cds" in ran.stdout + ran.stderr) == (0, False)


def test_what_a_jvm_prints_is_no_result(capfd: pytest.CaptureFixture[str]) -> None:
    with told_as_errors():
        subprocess.run(["echo", "Deleted 3 files"], check=True)
    subprocess.run(["echo", "{}"], check=True)
    assert capfd.readouterr() == ("{}\n", "Deleted 3 files\n")
