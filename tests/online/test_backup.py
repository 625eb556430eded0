"""Backup and restore as docs/deploy.md says it, by the scripts of deploy/: another server, and the journal goes on."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import text

import served
from credit_scoring.commands import online
from credit_scoring.errors import CreditScoringError, UsageError
from credit_scoring.online import cluster, journal
from credit_scoring.online import database as databases
from credit_scoring.online.cluster import Cluster
from credit_scoring.secret_files import API_PASSWORD
from credit_scoring.settings import Settings

SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgres"
LATER = 3_000
"""Transactions that the first server is ahead."""


def script(name: str, file: Path, url: str, passfile: Path) -> subprocess.CompletedProcess[str]:
    told = served.libpq(url, passfile)
    return subprocess.run([SCRIPTS / name, file], env=told, capture_output=True, text=True, check=False)


def age(url: str, transactions: int) -> None:
    """Has the server count so many transactions."""
    with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
        connection.execute(
            f"DO $$ BEGIN FOR i IN 1..{transactions} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        )


def seal(database: served.Database) -> None:
    with database.transaction() as connection:
        journal.seal(connection)


def verified(database: served.Database) -> journal.Verified:
    with database.transaction() as connection:
        return journal.verify(connection)


@contextmanager
def restored(database: served.Database, postgres: Cluster) -> Iterator[tuple[served.Database, Cluster]]:
    """The database in a server that was made for it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "backup.dump"
        assert script("backup", file, database.settings.url, postgres.passfile).returncode == 0
        with served.server() as new:
            url, api_url = (each.rsplit("/", 1)[0] + "/restored" for each in (new.url, new.api_url))
            done = script("restore", file, url, new.passfile)
            assert done.returncode == 0, done.stderr
            assert script("restore", file, url, new.passfile).returncode != 0  # it is there
            told = database.settings.model_copy(update={"url": url, "api_url": api_url})
            yield replace(database, settings=told), new


@pytest.fixture
def recorded(database: served.Database, postgres: Cluster) -> served.Database:
    """A journal with two seals, and a request that none covers yet; client 8 is erased."""
    age(postgres.url, LATER)
    for client in (7, 8, 9):
        served.record(database, client_id=client, asked="{}")
        seal(database)
    with database.transaction() as connection:
        journal.erase(connection, 8)
    served.record(database, client_id=10, asked="{}")
    return database


def test_a_backup_lives_on_in_another_server(
    recorded: served.Database, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = verified(recorded)
    assert (before.requests, before.seals, before.erased, before.problems) == (4, 3, 1, ())
    with restored(recorded, postgres) as (there, server):
        assert verified(there) == before
        with pytest.raises(UsageError, match="journal-not-resumed"):
            seal(there)
        with pytest.raises(UsageError, match="journal-not-resumed"):
            served.record(there, client_id=10, asked="{}")  # its place in the journal would be before what is sealed
        assert databases.upgrade(there.settings.url) == databases.head()
        monkeypatch.setenv(API_PASSWORD, cluster.service_password(server.folder))
        online.grant_api(Settings(online=there.settings))
        with served.listening(there.settings):
            pass  # the API's user finds its rights
        for client in (11, 12):
            served.record(there, client_id=client, asked="{}")
        seal(there)
        served.record(there, client_id=13, asked="{}")
        seal(there)
        found = verified(there)
        assert (found.requests, found.problems, found.unsealed) == (7, (), 0)
        assert found.seals > before.seals
        assert databases.upgrade(there.settings.url) == databases.head()
        with there.transaction() as connection:
            assert connection.execute(text("SELECT count(*) FROM restoration")).scalar() == 1
    assert verified(recorded) == before


def test_an_api_answers_nothing_between_restore_and_upgrade_and_then_goes_on(
    recorded: served.Database, postgres: Cluster, tmp_path: Path
) -> None:
    """In the server where it was, whose API nobody stopped: what it answers it must be able to record."""
    url, api_url = (f"{each}_again" for each in (recorded.settings.url, recorded.settings.api_url))
    there = replace(recorded, settings=recorded.settings.model_copy(update={"url": url, "api_url": api_url}))
    key = recorded.key()
    assert script("backup", tmp_path / "backup.dump", recorded.settings.url, postgres.passfile).returncode == 0
    assert script("restore", tmp_path / "backup.dump", url, postgres.passfile).returncode == 0
    with served.listening(there.settings) as api:

        def answered() -> int:
            told = {"Authorization": f"Bearer {key}"}
            return httpx.get(f"{api.url}/v1/features", headers=told, trust_env=False).status_code

        assert answered() == 503
        databases.upgrade(url)
        assert answered() == 200
    seal(there)
    found = verified(there)
    assert (found.requests, found.problems, found.unsealed) == (5, (), 0)


def test_where_the_journal_is_at_home_nothing_is_added(recorded: served.Database) -> None:
    databases.upgrade(recorded.settings.url)
    with recorded.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM restoration")).scalar() == 0


def test_a_file_that_is_no_backup_leaves_no_database(postgres: Cluster, tmp_path: Path) -> None:
    (tmp_path / "cut.dump").write_bytes(b"PGDMP")
    url = postgres.url.rsplit("/", 1)[0] + "/from_nothing"
    assert script("restore", tmp_path / "cut.dump", url, postgres.passfile).returncode != 0
    with pytest.raises(CreditScoringError, match="database-"), databases.current(url):
        pass
