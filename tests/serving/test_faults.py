"""The database goes away and comes back; callers are slow, many, or send too much. Nothing is answered unrecorded."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

import served
from credit_scoring.errors import UsageError
from credit_scoring.online import cluster
from credit_scoring.online.cluster import Cluster
from credit_scoring.serving.running import listening
from credit_scoring.settings import OnlineSettings
from serving.conftest import Caller, until

SCORE = "/v1/clients/7/score"
_OF_THE_API = "application_name = 'credit-scoring serve' AND datname = current_database()"


@pytest.fixture(scope="module")
def desk(api: served.Api, database: served.Database) -> Caller:
    return Caller(api.url, database.key("admin"))


def backends(database: served.Database) -> list[int]:
    """The server's processes that answer the API."""
    with database.transaction() as connection:
        query = f"SELECT pid FROM pg_stat_activity WHERE {_OF_THE_API}"
        return list(connection.execute(text(query)).scalars())


@dataclass
class Stopped:
    """Somebody who asks while the database stands still: it neither answers nor hangs up. `go_on`: has it go on."""

    desk: Caller
    go_on: Callable[[], None]


@pytest.fixture
def stopped(database: served.Database) -> Iterator[Stopped]:
    """A database that stands still. Its bound is the default."""
    settings = database.settings.model_copy(update={"answer_seconds": OnlineSettings().answer_seconds})
    with served.listening(settings) as api:
        yield from _stopped(Caller(api.url, database.key("admin")), database)


def _stopped(desk: Caller, database: served.Database) -> Iterator[Stopped]:
    assert desk.ask(SCORE).status == 404
    with database.transaction() as connection:
        data = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    postmaster = int((data / "postmaster.pid").read_text().splitlines()[0])
    held = [*backends(database), postmaster]

    def send(number: int) -> None:
        for process in held:
            with suppress(ProcessLookupError):  # a connection that ended meanwhile
                os.kill(process, number)

    send(signal.SIGSTOP)
    yield Stopped(desk, lambda: send(signal.SIGCONT))
    send(signal.SIGCONT)


def test_while_the_database_stands_still_the_answer_is_503_and_then_it_is_answered(stopped: Stopped) -> None:
    desk = stopped.desk
    for path in (SCORE, "/v1/features", "/v1/clients"):
        request = urllib.request.Request(desk.url + path, headers={"Authorization": f"Bearer {desk.key}"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=2)  # the promise: within two seconds
        assert refused.value.code == 503
        assert refused.value.headers["Retry-After"]
    assert desk.ask("/ready").status == 503
    assert desk.ask("/health").status == 200
    stopped.go_on()
    until(lambda: desk.ask(SCORE).status == 404)
    assert desk.ask("/ready").status == 200


def test_whoever_was_answered_is_recorded_when_the_database_is_killed(postgres: Cluster) -> None:
    database = served.new_database(postgres)
    with database.transaction() as connection:  # as a real server has it
        connection.execute(
            text(f"ALTER DATABASE {database.settings.url.rsplit('/', 1)[1]} SET synchronous_commit = on")
        )
    answered, statuses, ended = set[str](), set[int](), threading.Event()
    with served.listening(database.settings) as api:
        desk = Caller(api.url, database.key("admin"))

        def ask() -> None:
            while not ended.is_set():
                answer = desk.ask(SCORE)
                statuses.add(answer.status)
                if answer.status == 404:
                    answered.add(answer.headers["x-request-id"])

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) > 50)
        _killed_and_started(postgres)
        before = len(answered)
        until(lambda: len(answered) > before + 50)
        ended.set()
        for thread in threads:
            thread.join()
    assert statuses <= {404, 503}
    with database.transaction() as connection:
        recorded = {str(each) for each in connection.execute(text("SELECT id FROM request")).scalars()}
    assert answered <= recorded


def _killed_and_started(server: Cluster) -> None:
    """As after a crash: no process of the server ends in an orderly way, and the next one recovers."""
    data = server.folder / "data"
    command = [str(cluster.programs() / "pg_ctl"), "restart", "--wait", "--mode", "immediate", "--pgdata", str(data)]
    owner = data.stat()
    log = server.folder / "log" / "postgresql.log"
    subprocess.run(
        [*command, "--log", str(log)],
        check=True,
        user=owner.st_uid,
        group=owner.st_gid,
        cwd="/",
        stdout=subprocess.DEVNULL,
    )


def test_connections_that_were_cut_are_made_again(desk: Caller, database: served.Database) -> None:
    assert desk.ask(SCORE).status == 404
    for _ in range(3):
        with database.transaction() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OF_THE_API}"))
        until(lambda: desk.ask(SCORE).status == 404)
    assert desk.ask("/ready").status == 200


def test_an_answer_that_cannot_be_recorded_is_none(desk: Caller, database: served.Database) -> None:
    assert desk.ask("/v1/features").status == 200
    with database.transaction() as connection:
        connection.execute(text("REVOKE INSERT ON request FROM credit_scoring_api"))
        columns = (
            "id, at, actor, role, method, route, client_id, input, answer, status, code, model_version, fingerprint"
        )
        columns += ", code_version, milliseconds, salt, digest"
        connection.execute(text(f"REVOKE INSERT ({columns}) ON request FROM credit_scoring_api"))
    answer = desk.ask("/v1/features")
    assert (answer.status, answer.body["code"]) == (503, "database-away")
    with database.transaction() as connection:
        connection.execute(text(f"GRANT INSERT ({columns}) ON request TO credit_scoring_api"))
    assert desk.ask("/v1/features").status == 200


def test_a_body_over_a_megabyte_is_refused_declared_or_not(desk: Caller) -> None:
    large = b'{"reason": "' + b"x" * 1_000_000 + b'"}'
    assert (desk.ask("/v1/decisions", large).status, desk.ask("/v1/decisions", large).body["code"]) == (
        413,
        "body-too-large",
    )
    host, port = desk.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.key}\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(16):  # the last is over the limit: after the answer nothing more is sent
            connection.sendall(piece)
        assert b" 413 " in connection.recv(1000)


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"client_id": 1e400}', b'{"a":' * 2_000])
def test_what_is_no_body_is_a_problem(desk: Caller, data: bytes) -> None:
    answer = desk.ask("/v1/decisions", data)
    assert (answer.status, answer.body["code"]) == (422, "request-wrong")


def test_500_connections_that_say_nothing_stop_nobody(desk: Caller) -> None:
    host, port = desk.url.removeprefix("http://").split(":")
    held = [socket.create_connection((host, int(port)), timeout=10) for _ in range(500)]
    for connection in held[::2]:
        connection.sendall(b"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert desk.ask(SCORE).status == 404
    for connection in held:
        connection.close()


def test_a_caller_who_hangs_up_is_recorded(desk: Caller, database: served.Database) -> None:
    def count() -> int:
        with database.transaction() as connection:
            return int(connection.execute(text("SELECT count(*) FROM request")).scalar_one())

    before = count()
    host, port = desk.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"GET {SCORE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.key}\r\n\r\n"
        connection.sendall(head.encode())
    until(lambda: count() > before)


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with listening("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(UsageError, match="port-taken"):
            listening("127.0.0.1", first.getsockname()[1])
