from pathlib import Path

import pytest

from credit_scoring.errors import UsageError
from credit_scoring.runtime import installed_javas, jars, jars_folder, java_home, java_version


def java(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch(mode=0o755)
    (folder / "release").write_text(
        f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\nJAVA_VERSION_DATE="2025-01-01"\n'
    )
    return folder


@pytest.mark.parametrize(("release", "major"), [("17.0.15", 17), ("25", 25), ("1.8.0_402", 8)])
def test_version_is_read_from_the_release_file(tmp_path, release, major):
    assert java_version(java(tmp_path / "jdk", release)) == major


def test_a_folder_that_cannot_run_java_is_no_java(tmp_path):
    sources_only = java(tmp_path / "jdk", "17.0.15")
    (sources_only / "bin" / "java").unlink()
    assert java_version(sources_only) is None
    assert java_version(tmp_path / "nowhere") is None


def test_another_java_is_passed_over(tmp_path):
    newer, right = java(tmp_path / "25", "25.0.3"), java(tmp_path / "17", "17.0.15")
    assert java_home([newer, right]) == right


def test_the_choice_of_the_user_comes_first_then_the_path(tmp_path):
    chosen, on_path = java(tmp_path / "chosen", "17.0.1"), java(tmp_path / "on_path", "17.0.2")
    link = tmp_path / "bin" / "java"
    link.parent.mkdir()
    link.symlink_to(on_path / "bin" / "java")
    homes = installed_javas({"JAVA_HOME": str(chosen), "PATH": str(link.parent)})
    assert [next(homes), next(homes)] == [chosen, on_path]


def test_without_java_17_a_sentence_says_what_to_install(tmp_path):
    with pytest.raises(UsageError, match=r"Install it .*openjdk-17-jdk-headless"):
        java_home([java(tmp_path / "25", "25.0.3")])


def test_jars_are_absolute_and_sorted(tmp_path, monkeypatch):
    for name in ("b.jar", "a.jar", "jars.stamp"):
        (tmp_path / ".jars" / name).parent.mkdir(exist_ok=True)
        (tmp_path / ".jars" / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDIT_SCORING_JARS", raising=False)
    assert jars() == [tmp_path / ".jars" / "a.jar", tmp_path / ".jars" / "b.jar"]


def test_the_folder_of_the_jars_can_be_named(tmp_path):
    assert jars_folder({"CREDIT_SCORING_JARS": str(tmp_path)}) == tmp_path


def test_without_jars_a_sentence_says_what_to_run(tmp_path):
    with pytest.raises(UsageError, match="make jars"):
        jars(tmp_path)
