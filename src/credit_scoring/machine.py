"""What a machine, a shell or an account may lack that nobody thinks of; `doctor` says it, a command says it at once.

Only the standard library is imported: doctor runs where nothing is installed.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FILES_NEEDED = 1_024
"""Files that a process may have open: a JVM opens every jar of Spark, some three hundred."""
_FILES_WANTED = 8_192
_PROBE = bytes(2**16)

OF_ANOTHER_SPARK = ("SPARK_", "PYSPARK_", "HADOOP_", "YARN_")
"""Variables with which somebody else's Spark is set up. A session of ours is started without them."""
_OF_OURS = ("SPARK_LOCAL_DIRS", "SPARK_ENV_LOADED", "SPARK_REMOTE")
"""Among them, what is no setting of another Spark: where temporary files go, and what tells where Spark runs."""
OF_ANOTHER_MLFLOW = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID")
"""Variables that would send models elsewhere than the settings say."""


def open_files() -> int:
    """How many files this process may have open, after the limit was raised as far as its shell allows."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_WANTED if most == resource.RLIM_INFINITY else min(most, _FILES_WANTED)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        return wanted
    return sys.maxsize if allowed == resource.RLIM_INFINITY else allowed


def unwritable(folder: Path) -> str | None:
    """Why nothing can be written to a folder, or to where it would be made; None where it can.

    Found out by a nameless file of a few bytes: a full disk takes names, and rights do not tell of a read-only one.
    """
    try:
        with tempfile.TemporaryFile(dir=existing(folder)) as probe:
            probe.write(_PROBE)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or "it cannot be written to"
    return None


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if one.exists()), Path(folder.anchor))


def user_name() -> str | None:
    """The name of who runs this, None where the machine has no account of that number."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return None


NO_FOLDER = "/nonexistent"
"""The folder of a user who has none, as Debian calls it."""


def name_a_folder_of_the_user() -> None:
    """Libraries ask for the user's folder when they are imported, and fail where a machine knows of none."""
    if os.path.expanduser("~") == "~":
        os.environ["HOME"] = NO_FOLDER


def host_is_known() -> bool:
    """Whether this machine's own name has an address."""
    try:
        socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return False
    return True


def of_others(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The variables that set up another Spark or MLflow than ours, by name."""
    spark = [name for name in environment if name.startswith(OF_ANOTHER_SPARK) and name not in _OF_OURS]
    return sorted([*spark, *(name for name in OF_ANOTHER_MLFLOW if name in environment)])


def of_another_spark(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Those of them that set up another Spark."""
    return [name for name in of_others(environment) if name not in OF_ANOTHER_MLFLOW]


@contextmanager
def environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """This process's environment with these variables, None for one that is taken away, and as it was afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
