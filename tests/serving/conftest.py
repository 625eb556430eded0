from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import served
from credit_scoring.intake.owners import CREDIT
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.loading import load
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import SOURCES
from credit_scoring.synthetic.lender import generate
from published_lender import PublishedLender

OLD, MONDAY, TUESDAY = range(1_000, 1_060), range(100, 140), range(130, 140)


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


@pytest.fixture(scope="module")
def database(postgres: Cluster) -> served.Database:
    """A database of the module's own."""
    return served.new_database(postgres)


@pytest.fixture(scope="module")
def api(database: served.Database) -> Iterator[served.Api]:
    with served.listening(database.settings) as running:
        yield running


@pytest.fixture(scope="module")
def lender(
    database: served.Database, tmp_path_factory: pytest.TempPathFactory, lender_at: Callable, drawn: Callable
) -> PublishedLender:
    """Clients 100 to 139 are published, 130 to 139 of them twice; 1,000 to 1,059 have an outcome. A row of client 135
    is quarantined."""
    root = tmp_path_factory.mktemp("lender")
    made = PublishedLender(root, lender_at(root), drawn)
    made.deliver(1, OLD, with_outcome=OLD)
    made.deliver(2, MONDAY)
    made.score(2, MONDAY)
    made.publish("d2", 2)
    made.deliver(3, TUESDAY, quarantined=[(135, "bureau")])
    made.score(3, TUESDAY)
    made.publish("d3", 3)
    with database.transaction() as connection:
        load(connection, made.store, made.champions(), "run")
    return made


def until(holds: Any) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


@pytest.fixture(scope="module")
def generated(lender: PublishedLender, api: served.Api, database: served.Database) -> list[int]:
    """Clients whose rows keep all rules, published as a delivery of their own; and the champion is loaded."""
    rows = generate(range(12), 8)
    owners = rows["bureau"].select(CREDIT, CLIENT)
    rows["bureau_balance"] = rows["bureau_balance"].join(owners, on=CREDIT)
    clients: list[int] = rows["application"][CLIENT].to_list()
    lender.stored.deliver(4, {table.name: rows[table.name].to_dicts() for table in SOURCES})
    lender.note("accepted", "d4", 4)
    lender.score(4, clients)
    lender.publish("d4", 4)
    with database.transaction() as connection:
        load(connection, lender.store, lender.champions(), "run")
    until(lambda: api.service.champion.current is not None)
    return clients


@pytest.fixture(scope="module")
def adviser(api: served.Api, database: served.Database) -> Caller:
    return Caller(api.url, database.key("adviser"))
