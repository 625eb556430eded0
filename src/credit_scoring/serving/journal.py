"""The journal as the API writes it: a request's record is committed, or there is no answer.

Records that wait at the same moment are written by one statement, so that a commit serves many requests.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from credit_scoring.online.digest import digest
from credit_scoring.online.months import OPEN_MONTHS
from credit_scoring.serving.problems import WrongPart
from credit_scoring.serving.store import DatabaseAwayError, Store

log = logging.getLogger(__name__)

MOST = 500
"""Records that one statement writes."""
SEAL_SECONDS = 60


@dataclass
class Entry:
    """A request on its way through the API. Routes say in it whom it concerns and what they answered from.

    `asked`: what was asked besides path parameters, as JSON text. `answer`: as JSON text; by default the body itself, a
    stored score by its reference (client's seq and model version), a page of clients by its size alone.
    """

    method: str
    route: str
    id: uuid.UUID = field(default_factory=lambda: new_id())
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    begun: float = field(default_factory=time.perf_counter)
    actor: str = "nobody"
    role: str = ""
    client_id: int | None = None
    asked: str = "{}"
    answer: str | None = None
    status: int = 0
    code: str = ""
    model_version: int | None = None
    fingerprint: str = ""
    errors: tuple[WrongPart, ...] = ()

    def row(self, code_version: str) -> dict[str, Any]:
        """The record, with its salt and digest."""
        row: dict[str, Any] = {
            "id": self.id,
            "at": self.at,
            "actor": self.actor,
            "role": self.role,
            "method": self.method,
            "route": self.route,
            "client_id": self.client_id,
            "input": self.asked,
            "answer": self.answer,
            "status": self.status,
            "code": self.code,
            "model_version": self.model_version,
            "fingerprint": self.fingerprint,
            "code_version": code_version,
            "milliseconds": round((time.perf_counter() - self.begun) * 1000, 3),
        }
        salt = secrets.token_bytes(16)
        return {**row, "salt": salt, "digest": digest(salt, row)}


def new_id() -> uuid.UUID:
    """A UUID of version 7: it begins with the time in milliseconds, so that records lie in their order."""
    drawn = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000) << 80 | drawn
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 2 << 62)


_TYPES = {
    "id": "uuid", "at": "timestamptz", "actor": "text", "role": "text", "method": "text", "route": "text",
    "client_id": "bigint", "input": "text", "answer": "text", "status": "integer", "code": "text",
    "model_version": "integer", "fingerprint": "text", "code_version": "text", "milliseconds": "float8",
    "salt": "bytea", "digest": "bytea",
}  # fmt: skip
_ERROR_TYPES = {"request_id": "uuid", "at": "timestamptz", "place": "integer", "code": "text", "pointer": "text"}


def _insert(table: str, types: dict[str, str]) -> str:
    """What is there already stays: a record whose commit nobody heard of is written again."""
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types.values(), 1))
    return f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"


_INSERT = _insert("request", _TYPES)
_INSERT_ERRORS = _insert("request_error", _ERROR_TYPES)


@dataclass
class Journal:
    """Writes entries. `failures`: how many could not be written since the start."""

    store: Store
    code_version: str
    failures: int = 0
    _waiting: list[tuple[Entry, asyncio.Future[None]]] = field(default_factory=list, init=False)
    _called: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is committed; DatabaseAwayError when it cannot be."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        self._called.set()
        await written

    async def work(self) -> None:
        """Writes what waits, for as long as the API lives."""
        while True:
            await self._called.wait()
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not self._waiting:
                self._called.clear()
            if batch:
                await self._write_all(batch)

    async def _write_all(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        failed: Exception | None = None
        try:
            rows = [entry.row(self.code_version) for entry, _ in batch]
            wrong = [
                {"request_id": entry.id, "at": entry.at, "place": place, "code": each.code, "pointer": each.pointer}
                for entry, _ in batch
                for place, each in enumerate(entry.errors, 1)
            ]
            await self.store.using(lambda connection: _written(connection, rows, wrong))
        except Exception as error:
            if not isinstance(error, DatabaseAwayError):
                log.error("The journal cannot be written (%s)", type(error).__name__)
            failed = error if isinstance(error, DatabaseAwayError) else DatabaseAwayError(type(error).__name__)
            self.failures += len(batch)
        for _, written in batch:
            if written.done():  # the caller has gone; the record stays
                continue
            if failed is None:
                written.set_result(None)
            else:
                written.set_exception(failed)

    async def keep(self) -> None:
        """Makes the months that come and seals what was written, for as long as the API lives."""
        while True:
            try:
                await self.store.rows(OPEN_MONTHS)
                await self.store.row("SELECT seal_journal()")
            except DatabaseAwayError:
                pass  # the next time
            except Exception as error:
                log.error("The journal cannot be sealed (%s)", type(error).__name__)
            await asyncio.sleep(SEAL_SECONDS)


async def _written(connection: asyncpg.Connection, rows: list[dict[str, Any]], wrong: list[dict[str, Any]]) -> None:
    if not wrong:
        await connection.execute(_INSERT, *_columns(rows, _TYPES))
        return
    async with connection.transaction():
        await connection.execute(_INSERT, *_columns(rows, _TYPES))
        await connection.execute(_INSERT_ERRORS, *_columns(wrong, _ERROR_TYPES))


def _columns(rows: list[dict[str, Any]], types: dict[str, str]) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in types]
