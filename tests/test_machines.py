"""Machines, shells and accounts as they are: each works, or a sentence names what it lacks, and `doctor` says it first.

All that must work is met by one home on one machine at once (`Odd`), because what is tested is a start. What stops a
command is met by each alone, and before anything starts.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit_scoring.errors.deliveries import INTERRUPTED as KIND
from credit_scoring.settings import TRACE
from short_lived import SHORT_LIVED

PROJECT = Path(__file__).parents[1]
INTERRUPTED = str(KIND())
ENGINES: Mapping[str, Mapping[str, Any]] = {
    "local": {"engine": "local"},
    "spark": {"engine": "spark", "spark": {"driver_memory": "2g", "shuffle_partitions": 2, "config": SHORT_LIVED}},
}
"""Settings by engine; every start below is made by each."""

OF_ANOTHER_SPARK = {
    "PYSPARK_PYTHON": "/bin/false",
    "SPARK_HOME": "/nowhere",
    "SPARK_CONF_DIR": "/nowhere",
    "PYSPARK_SUBMIT_ARGS": "--master yarn",
    "HADOOP_CONF_DIR": "/nowhere",
}
ALONE = ("unshare", "--user", "--map-root-user", "--uts", "--mount")
"""A machine of one's own: its name and its mounts can be changed. Not every account is given one."""
BY_NOBODY = ("unshare", "--user", "--map-user=54321", "--map-group=54321")


def can(*command: str) -> bool:
    """Whether this account may do it here."""
    return (
        shutil.which(command[0]) is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    )


needs_a_machine = pytest.mark.skipif(not can(*ALONE), reason="no machine of one's own (unshare) for this account")


@dataclass(frozen=True)
class Machine:
    """Where commands are typed: `home` has a settings file, `before` is what runs the command, as of a shell."""

    home: Path
    project: Path = PROJECT
    environment: Mapping[str, str | None] = field(default_factory=dict)
    before: Sequence[str] = ()

    def command(self, *arguments: object) -> tuple[list[str], dict[str, str]]:
        python = self.project / ".venv" / "bin" / "python"
        changed = {
            "CREDIT_SCORING_CONF": str(self.home / "conf.yml"),
            "CREDIT_SCORING_JARS": None,
            "PYTHONPATH": os.pathsep.join([str(self.project / "src"), str(self.project / "tests")]),
            TRACE: None,
            **self.environment,
        }
        environment = {name: value for name, value in os.environ.items() if name not in changed}
        environment |= {name: value for name, value in changed.items() if value is not None}
        return [*self.before, str(python), "-m", "credit_scoring.cli", *map(str, arguments)], environment

    def types(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command, environment = self.command(*arguments)
        return subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, timeout=300, check=False
        )

    def settings(self, **values: object) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "conf.yml").write_text(yaml.safe_dump({"home": ".", **values}, allow_unicode=True), "utf-8")

    def deliver(self) -> None:
        """A small delivery, which begins a store."""
        for arguments in (
            ("generate", "--clients", 12, "--outcomes", 0, "--out", self.home / "csv"),
            ("deliver", self.home / "csv", "--name", "may"),
        ):
            done = self.types(*arguments)
            assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr

    def doctor(self) -> dict[str, dict[str, Any]]:
        """What it says, by name."""
        return {finding["name"]: finding for finding in json.loads(self.types("doctor", "--json").stdout)}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """An ordinary one, on which a delivery waits."""
    machine = Machine(tmp_path / "home")
    machine.settings()
    (tmp_path / "home" / "landing").mkdir()
    return machine


@pytest.fixture(scope="module", params=ENGINES)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which everything is odd that must work: the project's path, the home's, the shell, the account."""
    folder = tmp_path_factory.mktemp("odd")
    project = folder / "my own project"
    project.mkdir()
    for name in (".venv", ".jars", "src", "tests"):
        (project / name).symlink_to(PROJECT / name)
    alone = [*ALONE, "sh", "-c", 'hostname no-such-host-here; exec "$@"', "sh", *BY_NOBODY] if can(*ALONE) else []
    machine = Machine(
        home=folder / "my home" / ("a#b?c d é (1)" if request.param == "local" else "a#b?c%20d é [1]"),
        project=project,
        environment={"LC_ALL": "C", "HOME": None, "USER": None, "LOGNAME": None, **OF_ANOTHER_SPARK},
        before=alone,
    )
    machine.settings(**ENGINES[request.param])
    machine.deliver()
    return machine


@pytest.mark.spark
def test_spark_submit_takes_in_a_delivery_where_all_paths_have_spaces(tmp_path: Path) -> None:
    project = tmp_path / "my own project"
    project.mkdir()
    for name in (".venv", ".jars", "src", "tests", "tools", "jobs"):
        (project / name).symlink_to(PROJECT / name)
    machine = Machine(project / "my home", project)
    machine.settings()
    machine.deliver()
    _, environment = machine.command()
    told = project / "settings of Spark"
    subprocess.run([project / "tools" / "spark-defaults", told], check=True, timeout=60, env=environment)
    assert f"{project}/.jars/" in (told / "spark-defaults.conf").read_text()
    activated = {"PATH": f"{project}/.venv/bin{os.pathsep}{environment['PATH']}", "SPARK_CONF_DIR": str(told)}
    options = ("--master", "local[1]", "--driver-memory", "2g")
    job = (project / "jobs" / "intake.py", "--conf", machine.home / "conf.yml", "--json", "--quiet")
    done = subprocess.run(
        ["spark-submit", *options, *job],
        env=environment | activated,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert [each["delivery"]["name"] for each in json.loads(done.stdout)["accepted"]] == ["may"]


def test_doctor_says_what_is_odd(odd: Machine) -> None:
    found = odd.doctor()
    assert all(name in found["Variables"]["detail"] for name in OF_ANOTHER_SPARK)
    assert found["Home folder"]["detail"] == str(odd.home)
    assert all(found[name]["found"] for name in ("Open files", "Account", "Host name", "Home folder", "Store"))
    if odd.before:
        assert "no account of the number 54321" in found["Account"]["detail"]
        assert "has no address" in found["Host name"]["detail"]


def test_an_interrupted_run_says_one_line_and_the_next_one_finishes(odd: Machine) -> None:
    command, environment = odd.command("intake", "--json")
    process = subprocess.Popen(
        command, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "Reading" in first, first + process.stderr.read()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == INTERRUPTED
    assert len(err.splitlines()) <= 3, err
    assert json.loads(out)["error"]["code"] == "command-interrupted"
    done = odd.types("intake", "--json")
    assert done.returncode == 0, done.stderr
    assert [each["delivery"]["name"] for each in json.loads(done.stdout)["accepted"]] == ["may"]
    assert [line for line in done.stderr.splitlines() if " at " in line or "Traceback" in line] == []
    assert sorted(path.name for path in odd.home.parent.iterdir()) == [odd.home.name]  # nothing beside it


def test_too_few_files_are_told_before_anything_starts(machine: Machine) -> None:
    machine.settings(engine="spark")
    few = Machine(machine.home, before=("bash", "-c", 'ulimit -n 128; exec "$@"', "bash"))
    done = few.types("intake")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "This shell lets a process open 128 files" in done.stderr
    assert few.doctor()["Open files"]["found"] is False
    low = Machine(machine.home, before=("bash", "-c", 'ulimit -S -n 128; exec "$@"', "bash"))
    assert low.doctor()["Open files"]["found"] is True  # what the shell allows on request is asked for


@pytest.mark.parametrize("name", ["a%20b", "a [1]", "a|b"])
def test_a_place_that_the_embedded_engine_does_not_take_is_told_before_anything_starts(
    tmp_path: Path, name: str
) -> None:
    """delta-rs does not; Spark's tables are tested in such a one above."""
    machine = Machine(tmp_path / name)
    machine.settings(engine="local")
    (machine.home / "landing").mkdir()
    done = machine.types("intake")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.endswith("[path-not-taken]\n")
    assert "path-not-taken" in machine.doctor()["Engine"]["advice"]


@pytest.mark.spark
def test_a_java_that_does_not_start_says_why(machine: Machine) -> None:
    machine.settings(engine="spark", spark={"driver_memory": "lots"})
    done = machine.types("intake")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("Java did not start, and Spark needs it: ")
    assert done.stderr.endswith("[jvm-not-started]\n")


@needs_a_machine
@pytest.mark.parametrize(
    ("mount", "why"),
    [
        ('mount --bind "$H" "$H" && mount -o remount,ro,bind "$H"', "Read-only file system"),
        ('C=$(cat "$H/conf.yml"); mount -t tmpfs -o size=64k none "$H"; mkdir "$H/landing"; echo "$C" >"$H/conf.yml"; '
         'dd if=/dev/zero of="$H/full" bs=1k status=none 2>/dev/null || true', "No space left on device"),
    ],
    ids=["read-only", "full"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["deliver", "intake"])
def test_a_home_that_takes_nothing_is_told_before_anything_starts(
    machine: Machine, mount: str, why: str, command: str, tmp_path: Path
) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "outcomes.csv").write_text("SK_ID_CURR,TARGET\n1,0\n")
    script = f'{mount}; exec "$@"'
    lacking = Machine(machine.home, environment={"H": str(machine.home)}, before=(*ALONE, "sh", "-c", script, "sh"))
    done = lacking.types(command, *([tmp_path / "csv", "--name", "may"] if command == "deliver" else []))
    assert (done.returncode, done.stderr.count("\n")) == (7, 1), done.stderr
    assert why in done.stderr
    assert done.stderr.endswith("[place-not-writable]\n")
    if command == "intake":
        found = lacking.doctor()["Home folder"]
        assert (found["found"], why in found["detail"]) == (False, True)


def test_the_settings_decide_where_models_are(machine: Machine) -> None:
    """Variables of another MLflow would have sent them elsewhere: minutes of retries, and no word of the variable."""
    elsewhere = dict.fromkeys(("MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_URI"), "http://127.0.0.1:9")
    other = Machine(machine.home, environment={**elsewhere, "MLFLOW_RUN_ID": "0" * 32})
    done = other.types("promote")
    assert (done.returncode, "There is no challenger" in done.stderr) == (4, True), done.stderr
    assert all(name in other.doctor()["Variables"]["detail"] for name in elsewhere)
