"""Killed (SIGKILL) in the middle of a load, of a migration, of requests: nothing half-visible, nothing unrecorded."""

from __future__ import annotations

import http.client
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

import killed
import served
from credit_scoring.online import database as databases
from credit_scoring.online.cluster import Cluster
from published_lender import PublishedLender

MONDAY, TUESDAY = range(100, 140), range(130, 150)


def test_of_a_load_that_is_killed_nothing_is_visible(
    database: served.Database, tmp_path: Path, lender_at: Callable, drawn: Callable
) -> None:
    root = tmp_path / "lender"
    root.mkdir()
    lender = PublishedLender(root, lender_at(root), drawn)
    lender.deliver(1, MONDAY)
    lender.score(1, MONDAY)
    lender.publish("d1", 1)
    killed.loading(database.settings.url, root)
    before = shown(database)
    lender.deliver(2, TUESDAY)
    lender.score(2, TUESDAY)
    lender.publish("d2", 2)
    with database.transaction() as holding:
        holding.execute(text("LOCK TABLE peer_group IN ACCESS EXCLUSIVE MODE"))  # the last that a load writes
        process = killed.started(killed.loading, database.settings.url, root)
        killed.until(lambda: killed.waiting(holding))
        killed.kill(process)
    killed.until(lambda: alone(database))
    assert shown(database) == before
    killed.loading(database.settings.url, root)
    assert shown(database) == {(client, row["seq"]) for client, row in lender.scores.items()}
    assert {client for client, _ in before} == set(MONDAY)


def shown(database: served.Database) -> set[tuple[int, int]]:
    with database.transaction() as connection:
        return {(row.client_id, row.seq) for row in connection.execute(text("SELECT client_id, seq FROM client_score"))}


def alone(database: served.Database) -> bool:
    with database.transaction() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return connection.execute(text(query)).scalar() == 1


def test_a_migration_that_is_killed_leaves_no_table(postgres: Cluster) -> None:
    url = f"{postgres.url.rsplit('/', 1)[0]}/killed_{uuid.uuid4().hex[:12]}"
    databases.create(url)
    with databases.transaction(url) as connection:  # every view that is made waits for a lock
        connection.execute(
            text(
                "CREATE FUNCTION held() RETURNS event_trigger LANGUAGE plpgsql "
                "AS 'BEGIN PERFORM pg_advisory_xact_lock(1); END'"
            )
        )
        connection.execute(
            text("CREATE EVENT TRIGGER holding ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION held()")
        )
    with databases.transaction(url) as holding:
        holding.execute(text("SELECT pg_advisory_xact_lock(1)"))
        process = killed.started(databases.upgrade, url)
        killed.until(lambda: killed.waiting(holding))
        killed.kill(process)
    with databases.transaction(url) as connection:
        connection.execute(text("DROP EVENT TRIGGER holding"))  # waits until the killed one is taken back
        assert inspect(connection).get_table_names() == []
    assert databases.upgrade(url) == databases.head()


def test_whoever_was_answered_is_in_the_journal_when_the_api_is_killed(database: served.Database) -> None:
    key, answered = database.key("service"), set[uuid.UUID]()
    process, port = killed.served(database.settings.model_copy(update={"metrics_port": 0}))

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            while True:
                connection.request("GET", "/v1/clients/7/score", headers={"Authorization": f"Bearer {key}"})
                answer = connection.getresponse()
                assert answer.status == 404
                answered.add(uuid.UUID(answer.headers["X-Request-ID"]))
                answer.read()
        except (OSError, http.client.HTTPException):
            pass  # it was killed

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    killed.until(lambda: len(answered) > 200)
    killed.kill(process)
    for thread in threads:
        thread.join()
    killed.until(lambda: alone(database))
    with database.transaction() as connection:
        recorded = set(connection.execute(text("SELECT id FROM request")).scalars())
    assert answered <= recorded


def test_a_request_that_is_not_recorded_yet_has_no_answer_when_the_api_is_killed(database: served.Database) -> None:
    process, port = killed.served(database.settings.model_copy(update={"metrics_port": 0}))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Authorization": f"Bearer {database.key('service')}"}
    with database.transaction() as holding:
        holding.execute(text("LOCK TABLE request IN ACCESS EXCLUSIVE MODE"))
        connection.request("GET", "/v1/clients/7/score", headers=headers)
        killed.until(lambda: killed.waiting(holding))
        killed.kill(process)
        with pytest.raises(ConnectionError):
            connection.getresponse()
