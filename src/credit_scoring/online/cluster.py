"""A PostgreSQL server of our own, for one machine: below a folder, on a free port of 127.0.0.1, not as root.

initdb refuses root, so as root all of it runs as the system's user `postgres`, whom Debian's package makes. Passwords
are drawn, and lie in a file beside the data that only we may read (libpq's format, so PGPASSFILE names it).
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess  # nosec B404: the programs of PostgreSQL, with arguments of ours
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from credit_scoring.errors.stores import CLUSTER_NOT_STARTED, CLUSTER_SERVED, CLUSTER_UNREACHED, NO_POSTGRESQL
from credit_scoring.machine import free_port

OWNER, SERVICE, DATABASE = "credit_scoring", "credit_scoring_service", "credit_scoring"
_INSTALLED = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Cluster:
    """A server that runs. `port` is a new one at every start."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The database as its owner reaches it."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def api_url(self) -> str:
        """The database as the API reaches it."""
        return f"postgresql://{SERVICE}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def passfile(self) -> Path:
        """The passwords of both, for PGPASSFILE."""
        return self.folder / "passwords"


def programs() -> Path:
    """The folder with initdb and pg_ctl, of the newest version that is installed; UsageError when there is none."""
    versions = sorted(
        (p for p in _INSTALLED.glob("*/bin") if (p / "initdb").exists()), key=lambda p: _version(p.parent)
    )
    if versions:
        return versions[-1]
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise NO_POSTGRESQL()


def _version(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


@contextmanager
def running(folder: Path, options: Sequence[str] = ()) -> Iterator[Cluster]:
    """A server below the folder, made when it is not there, and stopped at the end.

    What an earlier one left that was killed is stopped first. UsageError while another process has it.
    """
    bin_, data = programs(), folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CLUSTER_SERVED(folder=folder) from None
        if not (data / "PG_VERSION").exists():
            _make(folder, bin_)
        if (data / "postmaster.pid").exists():
            _run([bin_ / "pg_ctl", "stop", "--pgdata", data, "--mode", "fast"])
        port = free_port()
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *options]
        said = " ".join(f"-c {setting}" for setting in settings)
        log = folder / "log" / "postgresql.log"
        started = _run([bin_ / "pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", said])
        if started.returncode:
            raise CLUSTER_NOT_STARTED(log=log)
        (folder / "port").write_text(f"{port}\n", "utf-8")
        try:
            yield Cluster(folder, port)
        finally:
            (folder / "port").unlink(missing_ok=True)
            _run([bin_ / "pg_ctl", "stop", "--wait", "--pgdata", data, "--mode", "fast"])


def served(folder: Path) -> Cluster | None:
    """The server that another process runs below the folder; None: nobody does."""
    try:
        with open(folder / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        port = folder / "port"  # it is written when the server has started
        return Cluster(folder, int(port.read_text("utf-8"))) if port.exists() else None


def made(folder: Path) -> bool:
    """Whether there is a server below the folder, running or not."""
    return (folder / "data" / "PG_VERSION").exists()


def _make(folder: Path, bin_: Path) -> None:
    """initdb, in a folder that gets its name when it is whole. The user of the service comes with the first load."""
    making = folder / "making"
    shutil.rmtree(making, ignore_errors=True)
    for each in (making, folder / "log"):
        each.mkdir(exist_ok=True)
        _give(each, folder)
    owners, services = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    with tempfile.NamedTemporaryFile("w", dir=folder / "log") as password:
        password.write(owners)
        password.flush()
        _give(Path(password.name), folder)
        done = _run(
            [
                bin_ / "initdb", "--pgdata", making, "--username", OWNER, "--auth", "scram-sha-256", "--pwfile",
                password.name, "--encoding", "UTF8", "--locale", "C.UTF-8",
            ],
        )  # fmt: skip
    if done.returncode:
        raise CLUSTER_UNREACHED(folder=folder, user=_user() or "you")
    passfile = folder / "passwords"
    passfile.touch(mode=0o600)
    passfile.chmod(0o600)
    passfile.write_text(f"127.0.0.1:*:*:{OWNER}:{owners}\n127.0.0.1:*:*:{SERVICE}:{services}\n", "utf-8")
    making.rename(folder / "data")


def service_password(folder: Path) -> str:
    """The password that was drawn for the API's user."""
    lines = (folder / "passwords").read_text("utf-8").splitlines()
    return next(line.rsplit(":", 1)[1] for line in lines if line.split(":")[3] == SERVICE)


def _user() -> str | None:
    """As whom the server runs; None: as ourselves."""
    return "postgres" if os.geteuid() == 0 else None


def _give(path: Path, folder: Path) -> None:
    if user := _user():
        try:
            shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        except KeyError:
            raise NO_POSTGRESQL() from None
        except OSError:
            raise CLUSTER_UNREACHED(folder=folder, user=user) from None


def _run(command: Sequence[str | Path]) -> subprocess.CompletedProcess[bytes]:
    """Runs a program of PostgreSQL as its user, in a session of its own: Ctrl-C is ours to handle."""
    user = _user()
    return subprocess.run(  # nosec B603: no shell, and no argument from outside
        [str(part) for part in command],
        check=False,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
