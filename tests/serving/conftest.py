from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import served
from credit_scoring.online.cluster import Cluster


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Caller:
    """Somebody who asks the API."""

    url: str
    key: str

    def ask(self, path: str, body: object = None, method: str | None = None, **headers: str) -> Answer:
        """GET, or POST where there is a body."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return _answer(response)
        except urllib.error.HTTPError as error:
            return _answer(error)


def _answer(response: Any) -> Answer:
    data, headers = response.read(), {name.lower(): value for name, value in response.headers.items()}
    body = json.loads(data) if "json" in headers.get("content-type", "") else data
    return Answer(response.status, headers, body)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with served.server() as started:
        yield started


@pytest.fixture(scope="module")
def database(postgres: Cluster) -> served.Database:
    """A database of the module's own."""
    return served.new_database(postgres)


@pytest.fixture(scope="module")
def api(database: served.Database) -> Iterator[served.Api]:
    with served.listening(database.settings) as running:
        yield running


@pytest.fixture(scope="module")
def adviser(api: served.Api, database: served.Database) -> Caller:
    return Caller(api.url, database.key("adviser"))
