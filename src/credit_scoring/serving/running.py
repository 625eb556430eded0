"""The API as a process: it listens, says when it is ready, and ends in an orderly way."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from prometheus_client import start_http_server

from credit_scoring.errors.stores import PORT_TAKEN
from credit_scoring.serving.app import application
from credit_scoring.serving.service import service
from credit_scoring.settings import MlflowSettings, OnlineSettings
from credit_scoring.telemetry.gauges import TextFiles

ENDS_SECONDS = 10
"""So long requests in flight may take when the API ends."""


def listening(host: str, port: int, setting: str = "online.port") -> socket.socket:
    """A socket that listens; UsageError when the port is taken, which `setting` says."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio asks before it sets TCP_NODELAY
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PORT_TAKEN(port=port, host=host, setting=setting) from None
        raise
    return found


def run(
    online: OnlineSettings,
    mlflow: MlflowSettings,
    listener: socket.socket,
    ready: Callable[[], None],
    batch_metrics: str = "",
) -> None:
    """Serves until it is told to end (Ctrl-C or SIGTERM); `ready` is called once it answers.

    `batch_metrics`: folder of the figures of batch runs, which are told beside the API's own.
    """
    built = service(online, mlflow)
    if batch_metrics:
        built.metrics.registry.register(TextFiles(Path(batch_metrics)))
    try:
        metrics, _ = start_http_server(online.metrics_port, online.host, built.metrics.registry)
    except OSError:
        raise PORT_TAKEN(port=online.metrics_port, host=online.host, setting="online.metrics_port") from None
    config = uvicorn.Config(
        application(built),
        log_level="warning",
        access_log=False,  # paths hold clients' numbers
        timeout_graceful_shutdown=ENDS_SECONDS,
        server_header=False,
        proxy_headers=False,  # who the caller is, its key says
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(config)

    async def serve() -> None:
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if server.started:
            ready()
        await serving

    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(serve())
    except KeyboardInterrupt:
        pass  # uvicorn hands Ctrl-C on when all has ended; that is how one ends this
    finally:
        metrics.shutdown()
        listener.close()
