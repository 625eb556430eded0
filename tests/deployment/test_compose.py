"""compose.yml: by the schema of Compose, nothing more open than it must be, and every name in it is the product's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from credit_scoring.cli import main
from credit_scoring.secret_files import SECRETS
from credit_scoring.settings import PREFIX
from credit_scoring.settings_file import load
from credit_scoring.telemetry.prometheus import API_JOB

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILE = DEPLOY / "compose.yml"
TOLD: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = TOLD["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
ONCE = {"secrets", "migrate", "grant", "backup", "restore"}
"""Services that end when their work is done."""


def filled(value: Any) -> str:
    """A value with the defaults of its variables, as Compose puts them in where nobody set any."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)).replace("$$", "$")


def given(service: dict[str, Any]) -> dict[str, str]:
    return {name: filled(value) for name, value in service.get("environment", {}).items()}


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """What lies where: volume or path, place in the container."""
    return [tuple(each.split(":")[:2]) for each in service.get("volumes", [])]  # type: ignore[misc]


def dockerfile(target: str) -> str:
    return (DEPLOY / "Dockerfile").read_text().split(f" AS {target}\n")[1].split("\nFROM ")[0]


def test_it_holds_by_the_schema_of_compose(tmp_path: Path) -> None:
    check = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / "wrong.yml").write_text(FILE.read_text().replace("depends_on:", "depend_on:", 1))
    assert subprocess.run([*check, tmp_path / "wrong.yml"], capture_output=True, check=False).returncode == 1


def test_it_needs_nothing_but_this_folder() -> None:
    text = FILE.read_text(encoding="utf-8")
    unset = [found for found in re.findall(r"\$\{?\w+[^}\s]*\}?", text.replace("$$", "")) if ":-" not in found]
    assert unset == []
    assert not {"secrets", "configs"} & TOLD.keys()
    assert all("env_file" not in service for service in SERVICES.values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_name_in_a_service_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= SERVICES.keys()
    assert set(service.get("networks", [])) <= TOLD["networks"].keys()
    for source, _ in mounts(service):
        assert (DEPLOY / source).exists() if source.startswith(".") else source in TOLD["volumes"]
    for other, told in service.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
        assert told == {"condition": wanted}
        assert other in ONCE or other in OURS or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode"} & service.keys()
    assert service.get("network_mode") in (None, "none")
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - OURS.keys()))
def test_an_image_of_others_is_pinned_by_its_digest(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}", SERVICES[name]["image"])


@pytest.mark.parametrize("name", OURS)
def test_an_image_of_ours_is_a_stage_of_the_dockerfile(name: str) -> None:
    build = OURS[name]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert ROOT / build["dockerfile"] == DEPLOY / "Dockerfile"
    assert filled(OURS[name]["image"]) == f"credit-scoring-{build['target']}:local"
    assert dockerfile(build["target"])


@pytest.mark.parametrize("name", OURS)
def test_a_command_is_one_of_ours(name: str) -> None:
    told = OURS[name].get("command") or json.loads(
        re.findall(r"^CMD (\[.*\])$", dockerfile(OURS[name]["build"]["target"]), re.M)[-1]
    )
    if told[0] == "batch":
        told = ["credit-scoring", "intake", "--new"]
    program, command, *words = told
    assert program == "credit-scoring"
    with main.make_context("credit-scoring", [command, *words]) as context:
        _, subcommand, rest = main.resolve_command(context, [command, *words])
        assert subcommand is not None
        subcommand.make_context(command, list(rest), parent=context)


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_read_by_somebody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = (DEPLOY / "batch").read_text()
    for variable, value in given(OURS[name]).items():
        if variable.startswith(PREFIX):
            monkeypatch.setenv(variable, value)
            section, key = variable.removeprefix(PREFIX).lower().split("__")
            told = getattr(getattr(load(ROOT / "conf" / "container.yml"), section), key)
            assert str(told) == value
        else:
            assert variable.removesuffix("_FILE") in SECRETS or f"${{{variable}:-" in batch


def test_a_secret_is_where_its_variable_says_and_nowhere_else() -> None:
    drawn = {place: volume for volume, place in mounts(SERVICES["secrets"])}
    needs = {"owner": {"postgres", "migrate", "grant", "batch", "backup", "restore"}, "api": {"grant", "api"}}
    for whose, services in {**needs, "grafana": {"grafana"}}.items():
        volume = drawn[f"/drawn/{whose}"]
        has = {name for name, service in SERVICES.items() if volume in dict(mounts(service))} - {"secrets"}
        assert has == services
        for name in services:
            file = f"{dict(mounts(SERVICES[name]))[volume]}/password"
            assert file in given(SERVICES[name]).values()
    for service in SERVICES.values():
        for variable, value in given(service).items():
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), value


def test_the_secrets_are_drawn_once_and_differ(tmp_path: Path) -> None:
    script = filled(SERVICES["secrets"]["entrypoint"][-1]).replace("/drawn", str(tmp_path))
    places = [tmp_path / whose for whose in ("owner", "api", "grafana")]
    for place in places:
        place.mkdir()
    read = []
    for _ in range(2):
        subprocess.run(["sh", "-euc", script], check=True, capture_output=True)
        read.append([(place / "password").read_text() for place in places])
        assert [[each.name for each in place.iterdir()] for place in places] == [["password"]] * 3
    assert read[0] == read[1]
    assert len(set(read[0])) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in read[0])


def test_ports_are_those_that_listen() -> None:
    settings = load(ROOT / "conf" / "container.yml")
    listens = {"api": settings.online.port, "dashboard": settings.desk.port}
    for name, port in listens.items():
        (published,) = [filled(each) for each in SERVICES[name]["ports"]]
        assert published.endswith(f":{port}")
        assert given(SERVICES[name])[f"{PREFIX}{'ONLINE' if name == 'api' else 'DESK'}__HOST"] == "0.0.0.0"
    assert given(SERVICES["dashboard"])[f"{PREFIX}DESK__API"] == f"http://api:{settings.online.port}"
    assert set(SERVICES["dashboard"]["networks"]) & set(SERVICES["api"]["networks"])
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in scraped}
    assert targets[API_JOB] == [f"api:{settings.online.metrics_port}"]
    for name in ("prometheus", "api"):
        assert "watch" in SERVICES[name]["networks"]


def said(service: dict[str, Any]) -> str:
    """Everything that a service is called with, its check included."""
    words = [service.get(name, []) for name in ("entrypoint", "command")] + [
        service.get("healthcheck", {}).get("test", [])
    ]
    return filled(" ".join(" ".join(each) for each in words))


def together(one: str, other: str) -> bool:
    return bool({*SERVICES[one].get("networks", [])} & {*SERVICES[other].get("networks", [])})


@pytest.mark.parametrize("name", SERVICES)
def test_every_address_is_that_of_a_service_it_reaches(name: str) -> None:
    """Also the parts of one that libpq is told: they name the same server, user and database."""
    settings = load(ROOT / "conf" / "container.yml")
    listens = {"postgres": 5432, "api": settings.online.port, "prometheus": 9090}
    told = given(SERVICES[name])
    owner = given(SERVICES["postgres"])["POSTGRES_USER"]  # the image makes a database of that name
    for address in (value for value in told.values() if "://" in value):
        parts = urlsplit(address)
        assert parts.port == listens[parts.hostname or ""]
        assert together(name, parts.hostname or "")
        if parts.scheme == "postgresql":
            assert parts.path == f"/{owner}"
    libpq = {key: told[key] for key in ("PGHOST", "PGUSER", "PGDATABASE") if key in told}
    assert libpq in ({}, {"PGHOST": "postgres", "PGUSER": owner, "PGDATABASE": owner})
    users = {
        key.split("__")[1]: urlsplit(value).username for key, value in told.items() if "__" in key and "@" in value
    }
    assert users.items() <= {"URL": owner, "API_URL": f"{owner}_service"}.items()
    assert set(re.findall(r"--(?:username|dbname)=(\S+)", said(SERVICES[name]))) <= {owner}


@pytest.mark.parametrize(("name", "port"), {"prometheus": 9090, "grafana": 3000, "azurite": 10000}.items())
def test_a_port_of_others_is_the_one_on_which_their_image_listens(name: str, port: int) -> None:
    (published,) = [filled(each) for each in SERVICES[name]["ports"]]
    assert published == f"127.0.0.1:{port}:{port}"
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)/", said(SERVICES[name]))
    assert asked == [str(port)] * len(asked)


@pytest.mark.parametrize("name", SERVICES)
def test_every_path_in_a_command_lies_on_something_mounted(name: str) -> None:
    places = [place for _, place in mounts(SERVICES[name])]
    for path in re.findall(r"(?<![\w:/.-])/[a-z][\w./-]*", said(SERVICES[name])):
        if path in ("/dev/null", "/dev/urandom"):
            continue
        assert any(f"{path}/".startswith(f"{place}/") or place.startswith(path) for place in places), path
        if path.startswith("/scripts/"):
            assert mounted(name, path).stat().st_mode & 0o111


def test_the_database_is_on_a_network_of_its_own() -> None:
    assert SERVICES["postgres"]["networks"] == ["data"]
    assert TOLD["networks"]["data"] == {"internal": True}
    assert "ports" not in SERVICES["postgres"]


def test_the_store_outlives_its_containers() -> None:
    settings = load(ROOT / "conf" / "container.yml")
    assert ("store", str(settings.home)) in mounts(SERVICES["batch"])
    assert ("metrics", settings.metrics.folder) in mounts(SERVICES["batch"])
    assert f"metrics:{settings.metrics.folder}:ro" in SERVICES["api"]["volumes"]  # Prometheus reaches the API alone
    assert ("postgres", "/var/lib/postgresql/data") in mounts(SERVICES["postgres"])


def mounted(name: str, path: str) -> Path:
    """What a path of a container is in deploy/."""
    places = {place: source for source, place in mounts(SERVICES[name]) if source.startswith(".")}
    place = next(each for each in sorted(places, reverse=True) if path.startswith(each))
    return (DEPLOY / places[place] / path.removeprefix(place).lstrip("/")).resolve()


def test_prometheus_reads_its_configuration_and_every_rule() -> None:
    (told,) = [each for each in SERVICES["prometheus"]["command"] if each.startswith("--config.file=")]
    file = mounted("prometheus", told.split("=")[1])
    check = ["promtool", "check", "config", "--syntax-only", file]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (pattern,) = yaml.safe_load(file.read_text())["rule_files"]
    named = mounted("prometheus", str(Path(pattern).parent))
    rules = [path for path in DEPLOY.rglob("*.yml") if "groups" in yaml.safe_load(path.read_text())]
    assert set(rules) == set(named.glob(Path(pattern).name))


def test_grafana_finds_prometheus_and_every_board() -> None:
    provisioning = mounted("grafana", "/etc/grafana/provisioning")
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "${PROMETHEUS_URL}"
    assert given(SERVICES["grafana"])["PROMETHEUS_URL"] == "http://prometheus:9090"
    assert set(SERVICES["grafana"]["networks"]) & set(SERVICES["prometheus"]["networks"])
    (provider,) = yaml.safe_load((provisioning / "dashboards/boards.yml").read_text())["providers"]
    boards = mounted("grafana", provider["options"]["path"])
    assert set(DEPLOY.rglob("*.json")) == set(boards.rglob("*.json")) != set()
    assert [path.name for path in (provisioning / "dashboards").iterdir()] == ["boards.yml"]  # one loads a board once
