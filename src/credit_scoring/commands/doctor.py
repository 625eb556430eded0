"""What this machine has of all that the product needs, and what to do about the rest.

Works when half of it is missing: only the standard library is imported at the top, nothing is started, and nothing is
written but what tells whether a place can be written to: a nameless temporary file in a folder, a small one in a
container or volume that is removed again.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from credit_scoring import machine, runtime
from credit_scoring.errors import CreditScoringError, UsageError

if TYPE_CHECKING:
    from credit_scoring.settings import Settings

GIB = 2**30
MEMORY_ADVISED = 4 * GIB
"""Bytes of memory below which Spark, its Python workers and the driver are likely to be killed."""
DISK_ADVISED = 5 * GIB
"""Bytes free below which the set-up and a first run may not fit."""

PYTHON_FROM, PYTHON_BEFORE = (3, 11), (3, 13)


class Need(StrEnum):
    """What does not work without the thing that was looked for."""

    RUNNING = "running"
    SETUP = "setting up"
    TESTS = "tests"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    `detail` is the version or place where it was found, or what is wrong; `advice` is a sentence that says what to do,
    empty where it was found.
    """

    name: str
    found: bool
    detail: str
    need: Need = Need.RUNNING
    advice: str = ""


def examine(project: Path, home: Path) -> list[Finding]:
    """Everything that the product needs, in the order in which one would install it.

    `project` is the folder with the locks and the pom, which an installed wheel does not have: packages are then
    compared with the wheel's own ranges. `home` is the folder of the local state; it need not exist.
    """
    return [
        _python(sys.version_info[:2]),
        _packages(project / "requirements.lock"),
        _test_packages(project / "requirements-dev.lock"),
        _threads_library(),
        _java(runtime.installed_javas()),
        _jars(runtime.jars_folder(), project / "pom.xml"),
        _command("Maven", "mvn", Need.SETUP, "maven"),
        _command("Node", "node", Need.TESTS, "nodejs and npm"),
        _azurite(project),
        _open_files(machine.open_files()),
        _account(machine.user_name()),
        _host(machine.host_is_known()),
        _variables(machine.of_others()),
        _writable(home),
        _memory(_memory_limit()),
        _disk(home),
    ]


def roots(settings: Settings) -> list[Finding]:
    """Whether each root of the settings can be reached and written to; those below `home` are left out.

    Tables of a catalog are left out, too: only a session on the cluster can tell.
    """
    named = {root: getattr(settings, root) for root in ("landing", "tables", "published", "reports")}
    elsewhere = {name: root for name, root in named.items() if "/" in root and not _below(root, settings.home)}
    return [_root(name, root, settings) for name, root in elsewhere.items()]


def model_servers(settings: Settings) -> list[Finding]:
    """Whether each MLflow server that the settings name answers."""
    from credit_scoring.model.store import servers, why_silent
    from credit_scoring.settings import variable_of

    found = []
    for setting, server in servers(settings.mlflow):
        why = why_silent(server)
        advice = f"Start it, or name another one: {setting} in the settings, or the variable {variable_of(setting)}."
        detail = server if why is None else f"{server}, which {setting} names, does not answer: {why}."
        found.append(Finding("MLflow server", why is None, detail, advice="" if why is None else advice))
    return found


def _below(root: str, home: Path) -> bool:
    return Path(root).is_relative_to(home)


def _root(name: str, root: str, settings: Settings) -> Finding:
    from credit_scoring.storage.files import Folder
    from credit_scoring.storage.roots import blob_place, is_volume
    from credit_scoring.storage.store import write_probe

    shown = f"Root `{name}`"
    try:
        if not is_volume(root) and blob_place(root) is None:
            return _writable(Path(root), shown, f"or set {name} to another folder.")
        problem = write_probe(Folder(root, settings.storage.model_copy(update={"retries": 1})))
    except CreditScoringError as error:
        problem = str(error)
    except ImportError as error:
        problem = f"{error.name} is missing"
    if problem is None:
        return Finding(shown, True, root)
    advice = f"Check {name} and storage in the settings, and the rights of the credential (docs/blob.md)."
    return Finding(shown, False, f"{root}: {problem}", advice=advice)


def pinned(lock: Path) -> dict[str, str]:
    """Versions by package name, as pinned in a lock file."""
    return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def pom_jars(pom: Path) -> list[str]:
    """File names of the jars that a pom.xml lists."""
    namespace = "{http://maven.apache.org/POM/4.0.0}"
    root = ElementTree.parse(pom).getroot()  # nosec B314
    listed = root.iter(f"{namespace}dependency")
    return [f"{one.findtext(f'{namespace}artifactId')}-{one.findtext(f'{namespace}version')}.jar" for one in listed]


def _python(version: tuple[int, int]) -> Finding:
    shown = ".".join(map(str, version))
    if PYTHON_FROM <= version < PYTHON_BEFORE:
        return Finding("Python", True, f"{shown} in {sys.prefix}")
    return Finding("Python", False, shown, advice="Install Python 3.11 or 3.12.")


def _packages(lock: Path) -> Finding:
    name, advice = "Python packages", "Run `make setup` in the project's folder."
    if lock.is_file():
        return _compared(name, _unlike_pins(pinned(lock)), "as pinned in " + lock.name, Need.RUNNING, advice)
    try:
        declared = metadata.requires("credit-scoring") or []
    except metadata.PackageNotFoundError:
        return Finding(name, False, "credit-scoring is not installed", advice="Install it, with the extra `spark`.")
    advice = "Install credit-scoring again, with its dependencies."
    return _compared(name, _outside_ranges(declared), "within the ranges of the wheel", Need.RUNNING, advice)


def _test_packages(lock: Path) -> Finding:
    name, advice = "Packages for tests", "Run `make setup` in the project's folder."
    if not lock.is_file():
        return Finding(name, False, "not in a project's folder", Need.TESTS, "Run it in a clone of the project.")
    return _compared(name, _unlike_pins(pinned(lock)), "as pinned in " + lock.name, Need.TESTS, advice)


def _compared(name: str, wrong: list[str], right: str, need: Need, advice: str) -> Finding:
    if not wrong:
        return Finding(name, True, right, need)
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return Finding(name, False, ", ".join(wrong[:5]) + more, need, advice)


def _installed_version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _unlike_pins(pins: dict[str, str]) -> list[str]:
    installed = {package: _installed_version(package) for package in pins}
    return [
        f"{package} {have or 'missing'} (pinned {pins[package]})"
        for package, have in installed.items()
        if have != pins[package]
    ]


def _outside_ranges(declared: Iterable[str]) -> list[str]:
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return ["packaging missing"]
    wrong = []
    for needed in map(Requirement, declared):
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        have = _installed_version(needed.name)
        if have is None or not needed.specifier.contains(have, prereleases=True):
            wrong.append(f"{needed.name} {have or 'missing'} (needs {needed.specifier})")
    return wrong


def _threads_library() -> Finding:
    name = "libgomp"
    if sys.platform != "linux":
        return Finding(name, True, "part of the system")
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        return Finding(name, False, "missing", advice="Install libgomp1 (Debian): LightGBM's threads need it.")
    return Finding(name, True, "libgomp.so.1")


def _java(homes: Iterable[Path]) -> Finding:
    name = f"Java {runtime.JAVA_VERSION}"
    try:
        return Finding(name, True, str(runtime.java_home(homes)))
    except UsageError as error:
        return Finding(name, False, "missing", advice=str(error))


def _jars(folder: Path, pom: Path) -> Finding:
    name = "Spark's jars"
    try:
        there = {jar.name for jar in runtime.jars(folder)}
    except UsageError as error:
        return Finding(name, False, "missing", advice=str(error))
    missing = sorted(set(pom_jars(pom)) - there) if pom.is_file() else []
    advice = f"Run `make jars`; the jars are looked for in {folder}."
    return _compared(name, [f"{jar} missing" for jar in missing], f"{len(there)} in {folder}", Need.RUNNING, advice)


def _command(name: str, command: str, need: Need, package: str) -> Finding:
    if where := shutil.which(command):
        return Finding(name, True, where, need)
    return Finding(name, False, "missing", need, f"Install {package} (Debian), or as root run `make setup`.")


def _azurite(project: Path) -> Finding:
    name, installed = "Azurite", project / "node_modules" / "azurite" / "package.json"
    advice = "Run `make setup` in the project's folder."
    if not installed.is_file():
        return Finding(name, False, "missing", Need.TESTS, advice)
    version = json.loads(installed.read_text(encoding="utf-8"))["version"]
    wanted = json.loads((project / "package.json").read_text(encoding="utf-8"))["devDependencies"]["azurite"]
    if version != wanted:
        return Finding(name, False, f"{version} (pinned {wanted})", Need.TESTS, advice)
    return Finding(name, True, version, Need.TESTS)


def _open_files(allowed: int) -> Finding:
    shown = "no limit" if allowed == sys.maxsize else f"{allowed:,} a process"
    if allowed >= machine.FILES_NEEDED:
        return Finding("Open files", True, shown)
    return Finding("Open files", False, shown, advice=f"Type `ulimit -n {machine.FILES_NEEDED}` before a command.")


def _account(name: str | None) -> Finding:
    """Nothing stops without an account; where files of this user's are to go, somebody may want to know."""
    home = os.path.expanduser("~")
    lacking = [
        *([] if name else [f"the machine has no account of the number {os.getuid()}"]),
        *([] if home not in ("~", machine.NO_FOLDER) else ["no folder of this user's (HOME)"]),
    ]
    return Finding("Account", True, "; ".join(lacking) if lacking else f"{name} in {home}")


def _host(known: bool) -> Finding:
    return Finding("Host name", True, "has an address" if known else "has no address; Spark is told 127.0.0.1")


def _variables(names: list[str]) -> Finding:
    """Of another Spark or MLflow: a session of ours is started without them, and the settings say where models are."""
    shown = (
        f"passed over, because the settings decide: {', '.join(names)}" if names else "none of another Spark or MLflow"
    )
    return Finding("Variables", True, shown)


def engine(settings: Settings) -> Finding:
    """Which engine a run has, and whether it can keep tables where the settings want them."""
    from credit_scoring.engines.choice import chosen
    from credit_scoring.engines.local.object_store import object_store

    try:
        which = chosen(settings)
        if which == "local":
            object_store(settings.tables, settings.storage)
    except UsageError as error:
        return Finding("Engine", False, settings.engine, advice=str(error))
    return Finding("Engine", True, "in this process" if which == "local" else "Spark")


def store(settings: Settings) -> Finding:
    """Whether the settings' places hold a store: commands but a few begin none."""
    from credit_scoring.storage.store import holds_a_store

    if holds_a_store(settings):
        return Finding("Store", True, settings.tables)
    advice = "Begin one with `credit-scoring deliver` or `credit-scoring score --new`, or name other settings (--conf)."
    return Finding("Store", False, f"none in {settings.landing} and {settings.tables}", advice=advice)


def _writable(
    folder: Path, name: str = "Home folder", otherwise: str = "or set CREDIT_SCORING_HOME to another."
) -> Finding:
    reason = machine.unwritable(folder)
    if reason is None:
        return Finding(name, True, str(folder.absolute()))
    advice = f"Make {folder.absolute()} a folder that you may write to, {otherwise}"
    return Finding(name, False, f"{folder.absolute()}: {reason}", advice=advice)


def _memory_limit(control_group: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Bytes of memory that this process may use: the machine's, or its container's where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(control_group.read_text()))
    except (OSError, ValueError):  # no container, or "max": no limit
        return machine


def _memory(limit: int) -> Finding:
    shown = f"{limit / GIB:.1f} GiB"
    if limit >= MEMORY_ADVISED:
        return Finding("Memory", True, shown)
    return Finding("Memory", False, shown, advice=f"Give it {MEMORY_ADVISED // GIB} GiB or more.")


def _disk(home: Path, advised: int = DISK_ADVISED) -> Finding:
    where = machine.existing(home)
    free = shutil.disk_usage(where).free
    shown = f"{free / GIB:.1f} GiB free in {where}"
    if free >= advised:
        return Finding("Disk", True, shown)
    return Finding("Disk", False, shown, advice=f"Free {advised / GIB:.0f} GiB, or set CREDIT_SCORING_HOME elsewhere.")
