"""The database of the online store: where it is, how it is made and migrated, and its description for people.

Two ways lead to it. `online.url` is the owner's: commands migrate, load, make keys and erase by it. `online.api_url` is
the API's, whose user has the role credit_scoring_api and no other right (`database grant` makes it). Neither holds a
password: libpq's PGPASSWORD or PGPASSFILE gives it, to both drivers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from credit_scoring.errors.stores import (
    DATABASE_AWAY,
    DATABASE_OLD,
    JOURNAL_NOT_RESUMED,
    ONLINE_URL_MISSING,
    ONLINE_URL_WRONG,
)
from credit_scoring.online.models import Base
from credit_scoring.online.months import OPEN_MONTHS

MIGRATIONS = Path(__file__).parent / "migrations"
CONNECT_SECONDS = 5


def engine(url: str) -> Engine:
    """How commands reach the database; nothing is connected yet. UsageError for an address that is none."""
    if not url:
        raise ONLINE_URL_MISSING()
    try:
        address = make_url(url)
    except ArgumentError:
        raise ONLINE_URL_WRONG() from None
    if address.get_backend_name() != "postgresql" or address.password:
        raise ONLINE_URL_WRONG()
    address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})


def user(url: str) -> str:
    """Whom an address logs in; empty where it names nobody."""
    return engine(url).url.username or ""


@contextmanager
def transaction(url: str) -> Iterator[Connection]:
    """One transaction as the owner; StorageError when the database is not there, UsageError when it was restored and
    is not taken over yet."""
    try:
        with engine(url).begin() as connection:
            yield connection
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
            raise JOURNAL_NOT_RESUMED() from None
        if isinstance(error.orig, psycopg.OperationalError):
            raise DATABASE_AWAY(kind=type(error.orig).__name__) from None
        raise


@contextmanager
def current(url: str) -> Iterator[Connection]:
    """One transaction on a database whose tables are this release's; UsageError when they are not."""
    with transaction(url) as connection:
        if (found := revision(connection)) != head():
            raise DATABASE_OLD(found=found or "none", wanted=head())
        yield connection


def create(url: str) -> bool:
    """Creates the database that the address names, unless it is there; whether it was created."""
    address = engine(url).url
    name = address.database or "credit_scoring"
    server = engine(address.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False))
    try:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            there = connection.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).scalar()
            if there:
                return False
            statement = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            connection.exec_driver_sql(statement.as_string(None))
            return True
    except DBAPIError as error:
        raise DATABASE_AWAY(kind=type(error.orig).__name__) from None


def upgrade(url: str) -> str:
    """Brings the tables to this release, in one transaction; the revision that they have now.

    A journal that was restored from another server goes on in this one from here; what was restored by
    deploy/postgres/restore takes in nothing before.

    Two that upgrade at once wait for each other. PostgreSQL takes back a migration that is killed half-way.
    """
    with transaction(url) as connection:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(730300)")
        configuration = _alembic()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        connection.exec_driver_sql(OPEN_MONTHS)
        connection.exec_driver_sql("SELECT resume_journal()")
        _take_into_use(connection)
        return revision(connection) or ""


def _take_into_use(connection: Connection) -> None:
    """A database that was restored may be written to."""
    name = connection.exec_driver_sql(
        "SELECT datname FROM pg_database JOIN pg_db_role_setting ON setdatabase = pg_database.oid AND setrole = 0 "
        "WHERE datname = current_database() AND 'default_transaction_read_only=on' = ANY (setconfig)"
    ).scalar()
    if name is not None:
        statement = sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(sql.Identifier(name))
        connection.exec_driver_sql(statement.as_string(None))


def revision(connection: Connection) -> str | None:
    """The revision of a database's tables; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision that this release works with."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def script() -> str:
    """All migrations as one SQL text, for those who run it themselves."""
    written = io.StringIO()
    configuration = _alembic()
    configuration.output_buffer = written
    command.upgrade(configuration, "head", sql=True)
    return written.getvalue().replace("%%", "%")  # doubled for a driver that is not there


def diagram() -> str:
    """The tables as a Mermaid diagram: columns with their types and keys, and what refers to what."""
    lines = ["erDiagram"]
    for table in Base.metadata.sorted_tables:
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            kind = column.type.compile(dialect=_POSTGRESQL).lower().replace(" ", "_").replace("[]", "_list")
            key = " PK" if column.primary_key else " FK" if column.foreign_keys else ""
            said = (column.comment or "").replace('"', "'")
            lines.append(f'        {kind} {column.name}{key} "{said}"')
        lines.append("    }")
    for one, many, says in _REFERS:
        lines.append(f'    {one} ||--o{{ {many} : "{says}"')
    return "\n".join(lines) + "\n"


_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_REFERS = (
    ("client_score", "score_history", "was given before"),
    ("client_score", "client_file", "rests on"),
    ("model", "client_score", "gave"),
    ("api_key", "request", "asked"),
    ("client_score", "request", "is concerned by"),
    ("request", "request_error", "had wrong"),
    ("seal", "request", "covers"),
    ("request", "human_decision", "brought"),
    ("human_decision", "human_decision", "supersedes"),
)
"""Who refers to whom. Few are foreign keys: what is published comes and goes, the journal stays."""


def _alembic() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    return configuration
