"""A real PostgreSQL for tests, and the API before it: started once, stopped with the tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from sqlalchemy import Connection, make_url, text

from credit_scoring.online import cluster, database, keys
from credit_scoring.online.digest import digest
from credit_scoring.online.models import Request
from credit_scoring.online.service_user import grant
from credit_scoring.serving.app import application
from credit_scoring.serving.journal import Entry
from credit_scoring.serving.service import Service, service
from credit_scoring.settings import LetterSettings, MlflowSettings, OnlineSettings

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
"""What a test loses when the machine loses power, it makes again."""

LETTER = LetterSettings(
    sender="Example Lender & Sons\n1 Example Street", opening_en="Dear client,", opening_fr="Madame, Monsieur,",
    closing_en="Your adviser", closing_fr="Votre conseiller",
)  # fmt: skip
"""What stands around every letter in tests."""


@contextmanager
def server(options: tuple[str, ...] = FAST) -> Iterator[cluster.Cluster]:
    """A PostgreSQL server in a folder that its user reaches; PGPASSFILE names its passwords meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="credit-scoring-pg-"))
    folder.chmod(0o755)
    before = os.environ.get("PGPASSFILE")
    try:
        with cluster.running(folder, options) as started:
            os.environ["PGPASSFILE"] = str(started.passfile)
            yield started
    finally:
        if before is None:
            os.environ.pop("PGPASSFILE", None)
        else:
            os.environ["PGPASSFILE"] = before
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Database:
    """A database of its own on a server, with this release's tables, and the API's user."""

    settings: OnlineSettings

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction as the owner."""
        with database.transaction(self.settings.url) as connection:
            yield connection

    def key(self, role: keys.RoleName = "adviser", per_minute: int = 1_000_000, days: int = 1) -> str:
        """A key of a role."""
        with self.transaction() as connection:
            return keys.create(connection, role, role, per_minute, days, datetime.now(UTC)).key


def new_database(server: cluster.Cluster) -> Database:
    """A database that no other test has."""
    made, name = f"{server.url.rsplit('/', 1)[0]}/made", f"test_{uuid.uuid4().hex[:12]}"
    if database.create(made):
        database.upgrade(made)
        with database.transaction(made) as connection:
            grant(connection, cluster.SERVICE, cluster.service_password(server.folder))
    with database.engine(server.url.rsplit("/", 1)[0] + "/postgres").connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            text(f"CREATE DATABASE {name} TEMPLATE made")
        )
    url, api_url = (each.rsplit("/", 1)[0] + f"/{name}" for each in (server.url, server.api_url))
    # A busy machine is not a database away.
    return Database(OnlineSettings(url=url, api_url=api_url, answer_seconds=10, letter=LETTER))


def libpq(url: str, passfile: Path) -> dict[str, str]:
    """The environment in which PostgreSQL's own programs, and the scripts of deploy/postgres, reach a database."""
    address = make_url(url)
    return {
        "PATH": f"{cluster.programs()}:{os.environ['PATH']}",
        "PGHOST": str(address.host),
        "PGPORT": str(address.port),
        "PGUSER": str(address.username),
        "PGDATABASE": str(address.database),
        "PGPASSFILE": str(passfile),
    }


def insert(connection: Connection, at: datetime | None = None, **values: object) -> None:
    """A record as the API writes it."""
    row = Entry("GET", "/v1/clients/{client_id}/score", **values).row("0.1.0+src.abc")  # type: ignore[arg-type]
    if at is not None:
        row["at"] = at
        row["digest"] = digest(row["salt"], row)
    connection.execute(Request.__table__.insert().values(row))  # type: ignore[attr-defined]


def record(database: Database, **values: object) -> None:
    """A record that is committed."""
    with database.transaction() as connection:
        insert(connection, **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Api:
    """The API, listening. `service`: what it has, to look into."""

    url: str
    service: Service


@contextmanager
def listening(settings: OnlineSettings) -> Iterator[Api]:
    """The API on a free port, in a thread; it ends with the block."""
    built = service(settings, MlflowSettings())
    # The protocol is named, because asyncio sets TCP_NODELAY only then; else small answers take 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(application(built), log_level="warning", access_log=False))
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listener])), daemon=True)
        thread.start()
        while not running.started and thread.is_alive():
            time.sleep(0.01)
        yield Api(f"http://127.0.0.1:{listener.getsockname()[1]}", built)
        running.should_exit = True
        thread.join(10)
