"""What Spark needs from the machine: the Java that it runs on, and the jars that it does not ship.

Only the standard library is imported, so that the set-up asks this module before anything is installed:
`python -m credit_scoring.runtime` prints the home of Java 17.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from credit_scoring.errors import UsageError
from credit_scoring.errors.usage import NO_JARS, NO_JAVA

JAVA_VERSION = 17
"""The newest Java that Spark 3.5 runs on; SynapseML is tested on it."""

JARS_VARIABLE = "CREDIT_SCORING_JARS"
"""Environment variable with the folder of the jars, where it is none of the usual ones (see jars_folder)."""

_INSTALL_FOLDERS = (
    "/usr/lib/jvm/*",
    "/opt/*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
)


def java_version(home: Path) -> int | None:
    """Major version of the Java in a folder (8, 11, 17, ...), None where there is none that can be run.

    Read from the `release` file that every build since Java 9 carries, because starting a JVM takes a while.
    """
    if not os.access(home / "bin" / "java", os.X_OK):
        return None
    try:
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release, re.MULTILINE)
    return int(version.group(1)) if version else None


def installed_javas(environment: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Homes of the Javas of this machine, the user's choice first: JAVA_HOME, the one on the path, usual folders."""
    if chosen := environment.get("JAVA_HOME"):
        yield Path(chosen)
    if command := shutil.which("java", path=environment.get("PATH")):
        yield Path(command).resolve().parent.parent
    for pattern in _INSTALL_FOLDERS:
        folder = Path(os.path.expanduser(pattern))
        if not folder.is_absolute():  # nobody's folder: the machine knows no user of this number
            continue
        yield from sorted(Path(folder.anchor).glob(str(folder.relative_to(folder.anchor))))


def java_home(homes: Iterable[Path] | None = None) -> Path:
    """Home of the first Java 17 among `homes` (default: those installed), for JAVA_HOME.

    Another Java as the machine's default, or in JAVA_HOME, is passed over: Spark 3.5 fails on newer ones.
    Raises UsageError where there is none.
    """
    for home in installed_javas() if homes is None else homes:
        if java_version(home) == JAVA_VERSION:
            return home
    raise NO_JAVA(version=JAVA_VERSION)


def jars_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of the jars: CREDIT_SCORING_JARS, else `.jars` in the working directory, else that beside the environment
    which this Python belongs to (`make` puts them so). It need not exist."""
    if named := environment.get(JARS_VARIABLE):
        return Path(named).absolute()
    here, beside = Path(".jars").absolute(), Path(sys.prefix).parent / ".jars"
    return beside if beside.is_dir() and not here.is_dir() else here


def jars(folder: Path | None = None) -> list[Path]:
    """The jars that Spark is given beside its own (`spark.jars`), absolute and sorted.

    Raises UsageError where the folder (default: `jars_folder()`) holds none.
    """
    folder = (folder or jars_folder()).absolute()
    if found := sorted(folder.glob("*.jar")):
        return found
    raise NO_JARS(folder=folder, variable=JARS_VARIABLE)


if __name__ == "__main__":
    try:
        print(java_home())
    except UsageError as error:
        sys.exit(str(error))
