"""How a local session's JVM is started, and that the start leaves the environment as it was."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from credit_scoring.engines.spark.jvm import configuration, own_surroundings, said_apart, why_not_started
from credit_scoring.runtime import jars, java_home


def test_the_jars_are_on_the_class_path_and_an_archive_is_mapped_where_there_is_one(tmp_path: Path) -> None:
    archive = tmp_path / "classes.jsa"
    assert "SharedArchiveFile" not in configuration(archive)["spark.driver.defaultJavaOptions"]
    archive.touch()
    found = configuration(archive)
    assert f"-XX:SharedArchiveFile={archive}" in found["spark.driver.defaultJavaOptions"]
    assert found["spark.driver.extraClassPath"].split(os.pathsep) == list(map(str, jars()))


def test_a_path_with_spaces_stays_one_option(tmp_path: Path) -> None:
    archive = tmp_path / 'my "own" project' / "classes.jsa"
    archive.parent.mkdir()
    archive.touch()
    written = configuration(archive)["spark.driver.defaultJavaOptions"]
    assert f"-XX:SharedArchiveFile={archive}" in shlex.split(written)  # quoted as in a shell, as Spark's launcher reads


def test_a_jvm_starts_in_surroundings_of_its_own_and_leaves_those_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {
        "SPARK_HOME": "/opt/spark",
        "SPARK_CONF_DIR": "mine",
        "PYSPARK_PYTHON": "python2",
        "PYSPARK_SUBMIT_ARGS": "--master yarn",
        "HADOOP_CONF_DIR": "/etc/hadoop",
        "SPARK_LOCAL_DIRS": "/scratch",
        "LC_ALL": "C",
        "JAVA_HOME": "/opt/java8",
    }
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    with own_surroundings(Path("/opt/java17")):
        gone = [name for name in others if name not in os.environ]
        assert gone == ["SPARK_HOME", "PYSPARK_SUBMIT_ARGS", "HADOOP_CONF_DIR"]
        assert not Path(os.environ["SPARK_CONF_DIR"]).exists()
        assert (os.environ["PYSPARK_PYTHON"], os.environ["JAVA_HOME"]) == (sys.executable, "/opt/java17")
        assert (os.environ["SPARK_LOCAL_DIRS"], os.environ["SPARK_LOCAL_IP"]) == ("/scratch", "127.0.0.1")
    assert {name: os.environ[name] for name in others} == others
    assert "SPARK_LOCAL_IP" not in os.environ


def test_names_of_files_are_utf8_for_java_in_every_locale() -> None:
    """In a process of its own: a process has its locale from its start."""
    code = (
        "import os; from pathlib import Path; from credit_scoring.engines.spark.jvm import own_surroundings\n"
        "with own_surroundings(Path('/java')): print(os.environ.get('LC_ALL'))"
    )
    for locale, seen in (("C", "C.UTF-8"), ("C.UTF-8", "C.UTF-8")):
        environment = {**os.environ, "LC_ALL": locale}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == seen, locale


@pytest.mark.spark
def test_a_jvm_that_the_archive_does_not_fit_starts_without_it(tmp_path: Path) -> None:
    """What `make` has archived for another Java, or other jars, must not stop a session."""
    archive = tmp_path / "classes.jsa"
    archive.write_bytes(b"another Java's")
    options = [o for o in configuration(archive)["spark.driver.defaultJavaOptions"].split() if o.startswith("-X")]
    ran = subprocess.run([java_home() / "bin" / "java", *options, "-version"], capture_output=True, text=True)
    assert (ran.returncode, "cds" in ran.stdout + ran.stderr) == (0, False)


def test_what_a_jvm_prints_is_no_result_and_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    with said_apart(shown=False) as told:
        subprocess.run(["sh", "-c", "echo Deleted 3 files; echo 'Error: no such master' >&2"], check=True)
        assert why_not_started(told) == "Error: no such master"
    subprocess.run(["echo", "{}"], check=True)
    assert capfd.readouterr() == ("{}\n", "")


def test_who_asks_for_traces_sees_what_a_jvm_prints(capfd: pytest.CaptureFixture[str]) -> None:
    with said_apart(shown=True):
        subprocess.run(["sh", "-c", "echo Deleted 3 files; echo WARN >&2"], check=True)
    assert capfd.readouterr() == ("", "Deleted 3 files\nWARN\n")


@pytest.mark.spark
def test_ctrl_c_in_the_middle_of_a_call_is_an_interrupt_and_the_next_call_has_its_own_answer() -> None:
    code = (
        "from credit_scoring.engines.spark.session import session\n"
        "from credit_scoring.settings import SparkSettings\n"
        "spark = session(SparkSettings())\n"
        "print('started', flush=True)\n"
        "try:\n"
        "    spark._jvm.java.lang.Thread.sleep(20_000)\n"
        "except KeyboardInterrupt:\n"
        "    print(spark.range(3).count())\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "started\n"
    time.sleep(0.5)  # the call has left
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (out, running.returncode) == ("3\n", 0), err
