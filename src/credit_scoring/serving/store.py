"""The API's connections to PostgreSQL. Whoever asks gets rows, or DatabaseAwayError within a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # it shuts down, or somebody ends our connection
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,  # not migrated yet, or away
    asyncpg.ReadOnlySQLTransactionError,
)
"""How it shows that the database cannot serve now, and may again in a moment."""

T = TypeVar("T")


class DatabaseAwayError(Exception):
    """The database does not answer; what was asked was not done, or nobody knows."""


@dataclass
class Store:
    """Connections, made when they are needed. `seconds`: after so long without an answer the database is away."""

    url: str
    connections: int
    seconds: float
    _pool: asyncpg.Pool | None = field(default=None, init=False)

    async def open(self) -> None:
        """Makes the pool; nothing is connected yet, so the database may still be away."""
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=self.connections,
            timeout=self.seconds,
            max_inactive_connection_lifetime=300,
            reset=_nothing,
            server_settings={"application_name": "credit-scoring serve"},
        )

    async def close(self) -> None:
        """Ends all connections."""
        if self._pool is not None:
            self._pool.terminate()

    async def rows(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        return await self.using(lambda connection: connection.fetch(query, *values))

    async def row(self, query: str, *values: Any) -> asyncpg.Record | None:
        """The first row of a query, or None."""
        return await self.using(lambda connection: connection.fetchrow(query, *values))

    async def using(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """What `work` does with a connection. It is done again once where the connection had been closed meanwhile, or
        was made when nothing might be written: so it only reads, or does the same when it is repeated."""
        try:
            async with asyncio.timeout(self.seconds):
                for _ in range(self.connections):
                    try:
                        return await self._once(work)
                    except (asyncpg.ConnectionDoesNotExistError, asyncpg.InterfaceError, ConnectionResetError):
                        await asyncio.sleep(0)  # it was closed while nobody looked: the next one, or a new one
                    except asyncpg.ReadOnlySQLTransactionError:
                        assert self._pool is not None
                        await self._pool.expire_connections()  # a new one may write, where a restored database was
                        break  # taken into use meanwhile
                return await self._once(work)
        except AWAY as error:
            raise DatabaseAwayError(type(error).__name__) from None

    async def _once(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        assert self._pool is not None
        connection = await self._pool.acquire()
        try:
            return await work(connection)
        except asyncio.CancelledError:
            connection.terminate()  # else who comes next would wait for what is still being answered
            raise
        finally:
            await self._pool.release(connection)


async def _nothing(connection: asyncpg.Connection) -> None:
    """A connection comes back as it went: no request leaves anything in it, and a reset is another round trip."""
