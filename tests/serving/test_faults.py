"""The database goes away and comes back; callers are slow, many, or send too much. Nothing is answered unrecorded."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import served
from credit_scoring.errors import UsageError
from credit_scoring.serving.running import listening
from credit_scoring.settings import OnlineSettings
from serving.conftest import Caller

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


@pytest.fixture
def stopped(database: served.Database) -> Iterator[Caller]:
    """Somebody who asks while the database stands still: it neither answers nor hangs up. Its bound is the default."""
    settings = database.settings.model_copy(update={"answer_seconds": OnlineSettings().answer_seconds})
    with served.listening(settings) as api:
        yield from _stopped(Caller(api.url, database.key("admin")), database)


def _stopped(desk: Caller, database: served.Database) -> Iterator[Caller]:
    assert desk.ask(SCORE).status == 404
    with database.transaction() as connection:
        data = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    postmaster = int((data / "postmaster.pid").read_text().splitlines()[0])
    held = [*backends(database), postmaster]
    for process in held:
        os.kill(process, signal.SIGSTOP)
    yield desk
    for process in held:
        os.kill(process, signal.SIGCONT)


def test_while_the_database_stands_still_the_answer_is_503(stopped: Caller) -> None:
    desk = stopped
    for path in (SCORE, "/v1/features", "/v1/clients"):
        request = urllib.request.Request(desk.url + path, headers={"Authorization": f"Bearer {desk.key}"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=2)  # the promise: within two seconds
        assert refused.value.code == 503
        assert refused.value.headers["Retry-After"]
    assert desk.ask("/ready").status == 503
    assert desk.ask("/health").status == 200


def test_connections_that_were_cut_are_made_again(desk: Caller, database: served.Database) -> None:
    assert desk.ask(SCORE).status == 404
    for _ in range(3):
        with database.transaction() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OF_THE_API}"))
        until = time.monotonic() + 10
        while desk.ask(SCORE).status != 404:
            assert time.monotonic() < until
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
    until = time.monotonic() + 10
    while count() == before:
        assert time.monotonic() < until


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with listening("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(UsageError, match="port-taken"):
            listening("127.0.0.1", first.getsockname()[1])
