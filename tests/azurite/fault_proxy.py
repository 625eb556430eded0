"""A proxy on loopback that passes HTTP requests on to Azurite and spoils some, as a network and a busy service do."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto


class Fault(Enum):
    """What becomes of a request."""

    DROPPED = auto()  # the connection breaks before the service hears of it
    ANSWER_LOST = auto()  # the service does it, and the connection breaks before it can say so
    CUT_OFF = auto()  # the service does it, and the connection breaks half-way through its answer
    HEAD_CUT_OFF = auto()  # the same, after the first line of its answer's head
    ERROR = auto()  # 500
    BUSY = auto()  # 503 with Retry-After: 1
    SLOW = auto()  # done after `slowness` seconds


def _failed(status: str, code: str, more: str = "") -> bytes:
    """An answer as the service gives it; without the code the SDK of Hadoop ends with a fault of its own."""
    body = f"<?xml version='1.0' encoding='utf-8'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
    head = f"HTTP/1.1 {status}\r\nx-ms-error-code: {code}\r\nContent-Type: application/xml\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


_FAILED = {
    Fault.ERROR: _failed("500 Internal Server Error", "InternalError"),
    Fault.BUSY: _failed("503 Server Busy", "ServerBusy", "Retry-After: 1\r\n"),
}


@dataclass
class Rule:
    """Spoils the next `times` requests whose `METHOD /path?query` matches; every `every`-th of them."""

    fault: Fault
    matching: re.Pattern[str]
    times: float
    every: int
    seen: int = 0
    met: int = 0

    def applies(self, request: str) -> bool:
        if self.met >= self.times or not self.matching.search(request):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.met += 1
        return True


@dataclass
class FaultProxy:
    """Passes requests on, whether they name a path or, as to a forward proxy, a whole URL."""

    upstream: int
    slowness: float = 1.0
    port: int = 0
    rules: list[Rule] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    down: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def spoiling(self, fault: Fault, matching: str = "", times: float = 1, every: int = 1) -> Iterator[Rule]:
        """While the block lasts."""
        rule = Rule(fault, re.compile(matching), times, every)
        self.rules.append(rule)
        try:
            yield rule
        finally:
            self.rules.remove(rule)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nothing gets through while the block lasts."""
        self.down = True
        try:
            yield
        finally:
            self.down = False

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        started = threading.Event()
        thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        thread.start()
        started.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    def _run(self, started: threading.Event) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        with suppress(Exception):
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serves one request; whether the connection may serve another."""
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        path = re.sub("^https?://[^/]*", "", target) or "/"
        if b"100-continue" in head.lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _body(head, reader)
        request = f"{method} {path}"
        self.requests.append(request)
        if self.down:
            return False
        fault = next((rule.fault for rule in self.rules if rule.applies(request)), None)
        if fault is Fault.DROPPED:
            return False
        if fault in (Fault.ERROR, Fault.BUSY):
            writer.write(_FAILED[fault] if method != "HEAD" else _FAILED[fault].split(b"<?xml")[0])
            await writer.drain()
            return True
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slowness)
        answer = await self._ask(f"{method} {path} HTTP/1.1".encode() + head[head.index(b"\r\n") :] + body)
        if fault is Fault.ANSWER_LOST:
            return False
        ends = {Fault.CUT_OFF: len(answer) // 2, Fault.HEAD_CUT_OFF: answer.index(b"\r\n") + 2}
        writer.write(answer[: ends.get(fault)])
        await writer.drain()
        return fault not in ends and b"connection: close" not in answer[:4096].lower()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=2**20)
        try:
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            if request.startswith(b"HEAD") or head.split(b" ", 2)[1] in (b"204", b"304"):
                return head
            return head + await _body(head, reader)
        finally:
            writer.close()


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """The body that follows a head, as it came: counted, or in chunks."""
    if counted := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
        return await reader.readexactly(int(counted[1]))
    body = b""
    if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
        while not body.endswith(b"\r\n0\r\n\r\n") and body != b"0\r\n\r\n":
            size = await reader.readline()
            body += size + await reader.readexactly(int(size, 16) + 2)
    return body
