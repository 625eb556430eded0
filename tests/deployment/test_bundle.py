"""The bundle, offline: what the Databricks CLI would refuse, and every name in it that the code must know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import regex
import yaml
from databricks.bundles.jobs import Job

from credit_scoring.cli import main
from credit_scoring.settings_file import load

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(Path(__file__).with_name("databricks_bundle.schema.json").read_text(encoding="utf-8"))
"""`databricks bundle schema`, so that a file is judged without a workspace."""
TARGETS = ("dev", "staging", "prod")


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


BUNDLE = _read(ROOT / "databricks.yml")
FILES = [ROOT / "databricks.yml", *(path for glob in BUNDLE["include"] for path in sorted(ROOT.glob(glob)))]
JOBS = {name: (job, path) for path in FILES for name, job in _read(path).get("resources", {}).get("jobs", {}).items()}
CATALOG = _read(ROOT / "resources" / "catalog.yml")["resources"]


def _matches(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Patterns of the schema name Unicode classes, which Python's own `re` does not know."""
    if isinstance(instance, str) and not regex.search(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _variables(target: str) -> dict[str, str]:
    given = BUNDLE["targets"][target]["variables"]
    return {f"var.{name}": str(given.get(name, it.get("default", ""))) for name, it in BUNDLE["variables"].items()}


def _resolved(text: str, target: str) -> str:
    """The text with what a deployment to the target puts in."""
    known = {
        **_variables(target),
        "bundle.target": target,
        "bundle.name": BUNDLE["bundle"]["name"],
        "workspace.file_path": str(ROOT),
        "workspace.current_user.userName": "somebody@example.com",
        **{f"resources.schemas.{name}.name": schema["name"] for name, schema in CATALOG["schemas"].items()},
    }
    return re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _tasks() -> list[tuple[str, dict[str, Any], Path]]:
    return [(f"{name}.{task['task_key']}", task, path) for name, (job, path) in JOBS.items() for task in job["tasks"]]


def _parameters(job: dict[str, Any], task: dict[str, Any], target: str, **given: str) -> list[str]:
    """What the script is called with: the job's parameters as given or by default, then what a deployment puts in."""
    values = {each["name"]: each["default"] for each in job.get("parameters", [])} | given
    texts = task["spark_python_task"].get("parameters", [])
    put = [re.sub(r"\{\{job\.parameters\.(\w+)\}\}", lambda found: values[found[1]], text) for text in texts]
    return [_resolved(text, target) for text in put]


SCRIPTS = [
    pytest.param(JOBS[name.split(".")[0]][0], task, path, id=name)
    for name, task, path in _tasks()
    if "spark_python_task" in task
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_holds_by_the_schema_of_bundles(path: Path) -> None:
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _matches})

    assert [error.message for error in validator(SCHEMA).iter_errors(_read(path))] == []


def test_the_schema_finds_a_misspelt_key() -> None:
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _matches})
    wrong = {"resources": {"jobs": {"score": {"max_concurent_runs": 1}}}}

    assert list(validator(SCHEMA).iter_errors(wrong))


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_one_for_databricks(name: str) -> None:
    job, _ = JOBS[name]

    assert Job.from_dict(job).name == job["name"]


@pytest.mark.parametrize("name", JOBS)
def test_the_names_in_a_job_are_there(name: str) -> None:
    job, path = JOBS[name]
    keys = {task["task_key"] for task in job["tasks"]}
    clusters = {cluster["job_cluster_key"] for cluster in job.get("job_clusters", [])}

    for task in job["tasks"]:
        assert {each["task_key"] for each in task.get("depends_on", [])} <= keys
        assert {task["job_cluster_key"]} <= clusters if "spark_python_task" in task else "run_job_task" in task
        if "spark_python_task" in task:
            assert (path.parent / task["spark_python_task"]["python_file"]).is_file()
        else:
            job_id = re.fullmatch(r"\$\{resources\.jobs\.(\w+)\.id\}", task["run_job_task"]["job_id"])
            assert job_id
            assert job_id[1] in JOBS


@pytest.mark.parametrize("name", JOBS)
def test_one_run_at_a_time_and_somebody_is_told(name: str) -> None:
    job, _ = JOBS[name]

    assert job["max_concurrent_runs"] == 1
    assert job["queue"] == {"enabled": True}
    assert job["email_notifications"]["on_failure"]
    assert ["schedule" in job, "trigger" in job].count(True) == (0 if name == "rescore" else 1)


@pytest.mark.parametrize("target", TARGETS)
def test_everything_that_is_put_in_is_declared(target: str) -> None:
    texts = {text for path in FILES[1:] for text in _texts(_read(path)) if "${resources.jobs" not in text}

    for text in texts:
        assert "${" not in _resolved(_resolved(text, target), target)


def _understood(command: str, parameters: list[str]) -> dict[str, Any]:
    """What the command line makes of them; a usage error of click otherwise."""
    with main.make_context("credit-scoring", [command, *parameters]) as context:
        name, subcommand, rest = main.resolve_command(context, [command, *parameters])
        assert name == command
        assert subcommand is not None
        return subcommand.make_context(command, rest, parent=context).params


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("job", "task", "path"), SCRIPTS)
def test_a_script_takes_its_parameters(job: dict[str, Any], task: dict[str, Any], path: Path, target: str) -> None:
    script = path.parent / task["spark_python_task"]["python_file"]
    understood = _understood(script.stem, _parameters(job, task, target))

    assert f'"{script.stem}"' in script.read_text(encoding="utf-8")
    assert understood["conf"] == ROOT / "conf" / f"{target}.yml"


def test_parameters_of_a_job_reach_the_command() -> None:
    for name, given, wanted in (
        ("score", {"delivery": "monday"}, {"delivery": "monday", "rescore": False, "as_of": ""}),
        ("rescore", {"as_of": "7"}, {"delivery": "", "rescore": True, "as_of": "7"}),
    ):
        job, _ = JOBS[name]
        understood = _understood("score", _parameters(job, job["tasks"][-1], "dev", **given))
        assert {key: understood[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", JOBS)
def test_every_parameter_of_a_job_is_used(name: str) -> None:
    job, _ = JOBS[name]
    used = {found for text in _texts(job["tasks"]) for found in re.findall(r"\{\{job\.parameters\.(\w+)\}\}", text)}

    assert used == {each["name"] for each in job.get("parameters", [])}


@pytest.mark.parametrize("target", TARGETS)
def test_settings_name_the_places_of_the_bundle(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(ROOT / "conf" / f"{target}.yml")
    catalog, schema = _variables(target)["var.catalog"], CATALOG["schemas"]["scoring"]["name"]
    volumes = {key: f"/Volumes/{catalog}/{schema}/{volume['name']}" for key, volume in CATALOG["volumes"].items()}
    model = CATALOG["registered_models"]["credit_default"]["name"]
    trigger = _resolved(JOBS["score"][0]["trigger"]["file_arrival"]["url"], target)

    assert settings.tables == f"{catalog}.{schema}"
    assert settings.landing == volumes["landing"]
    assert settings.published == volumes["published"]
    assert settings.reports == volumes["reports"]
    assert settings.mlflow.model == f"{catalog}.{schema}.{model}"
    assert settings.mlflow.registry_uri == "databricks-uc"
    assert settings.mlflow.artifacts is None
    assert trigger == volumes["landing"] + "/"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["score", "rescore"])
def test_a_claim_outlives_the_longest_run(name: str, target: str) -> None:
    settings = load(ROOT / "conf" / f"{target}.yml")

    assert settings.intake.claim_minutes * 60 >= JOBS[name][0]["timeout_seconds"]


def test_the_cluster_trains_with_the_library_that_is_tested_here() -> None:
    libraries = [library for _, task, _ in _tasks() for library in task.get("libraries", [])]
    maven = {library["maven"]["coordinates"] for library in libraries if "maven" in library}
    pypi = {library["pypi"]["package"] for library in libraries if "pypi" in library}
    pom = (ROOT / "pom.xml").read_text(encoding="utf-8")

    for coordinates in maven:
        group, artifact, version = coordinates.split(":")
        assert f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>" in pom
    for package in pypi:
        assert f'"{package}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert maven
    assert pypi
