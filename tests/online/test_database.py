"""The database as it is made: migrations, what is written about it, and who may do what in it."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import ProgrammingError

import served
from credit_scoring.errors import StorageError, UsageError
from credit_scoring.online import database as databases
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.models import JOURNAL, PUBLISHED, Base

MONTH = re.compile(r"_\d{4}_\d{2}$")
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_migrations_make_what_the_models_declare(database: served.Database) -> None:
    with database.transaction() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, parents: kind != "table" or not MONTH.search(name),
                "compare_type": True,
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: served.Database) -> None:
    assert databases.upgrade(database.settings.url) == databases.head()
    assert not databases.create(database.settings.url)


def test_what_is_written_about_it_is_what_it_is() -> None:
    assert (REFERENCE / "online-store.sql").read_text("utf-8") == databases.script()
    assert databases.diagram() in (REFERENCE / "online-store.md").read_text("utf-8")


def test_the_script_alone_makes_the_database(postgres: Cluster) -> None:
    name = "from_the_script"
    url = postgres.url.rsplit("/", 1)[0] + f"/{name}"
    databases.create(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(databases.script())  # type: ignore[call-overload]
    with databases.current(url) as connection:
        assert set(inspect(connection).get_table_names()) >= {table.__tablename__ for table in (*PUBLISHED, *JOURNAL)}


def test_a_migration_that_is_killed_leaves_nothing(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.url.rsplit("/", 1)[0] + "/killed"
    databases.create(url)
    with monkeypatch.context() as patched:
        patched.setattr(databases, "revision", lambda connection: 1 / 0)  # after the last statement
        with pytest.raises(ZeroDivisionError):
            databases.upgrade(url)
    with databases.transaction(url) as connection:
        assert inspect(connection).get_table_names() == []
    assert databases.upgrade(url) == databases.head()


def as_api(database: served.Database, statement: str) -> None:
    with databases.transaction(database.settings.api_url) as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("table", [each.__tablename__ for each in JOURNAL])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_the_api_changes_no_journal(shared: served.Database, table: str, statement: str) -> None:
    column = "at"
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_api(shared, statement.format(table=table, column=column))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO client_score (client_id) VALUES (1)",
        "DELETE FROM client_score",
        "UPDATE api_key SET role = 'admin'",
        "INSERT INTO seal (number) VALUES (1)",
        "SELECT erase_client(1)",
        "SELECT drop_journal_month('2020-01-01')",
        "CREATE TABLE mine (number integer)",
        "INSERT INTO request (xid) VALUES (1)",
    ],
)
def test_the_api_may_do_nothing_else_either(shared: served.Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_api(shared, statement)


def test_not_even_the_owner_changes_the_journal(database: served.Database) -> None:
    served.record(database, client_id=7)
    with database.transaction() as connection, pytest.raises(ProgrammingError, match="only appended to"):
        connection.execute(text("UPDATE request SET status = 200"))


def test_an_auditor_sees_neither_input_nor_digest(shared: served.Database) -> None:
    with shared.transaction() as connection:
        connection.execute(text("SET ROLE credit_scoring_auditor"))
        assert connection.execute(text("SELECT count(*) FROM audit_request")).scalar() == 0
    for table in ("request", "api_key", "client_score"):
        with shared.transaction() as connection:
            connection.execute(text("SET ROLE credit_scoring_auditor"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT * FROM {table}"))


URLS = ("", "mysql://host/db", "postgresql://user:secret@host/db", "no address")  # pragma: allowlist secret


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="online-url") as raised:
        databases.engine(url)
    assert "secret" not in str(raised.value)


def test_a_database_that_is_away_is_a_sentence() -> None:
    with pytest.raises(StorageError, match="database-away"), databases.transaction("postgresql://x@127.0.0.1:9/x"):
        pass


def test_tables_of_another_release_are_a_sentence(postgres: Cluster) -> None:
    url = postgres.url.rsplit("/", 1)[0] + "/empty"
    databases.create(url)
    with pytest.raises(UsageError, match="database-old"), databases.current(url):
        pass
