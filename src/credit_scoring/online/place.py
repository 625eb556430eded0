"""Where the online store of the settings is: a server that they name, or one of our own below `home`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from credit_scoring.machine import environment
from credit_scoring.online import cluster
from credit_scoring.settings import Settings


def folder(settings: Settings) -> Path:
    """Where our own server lies, if there is one."""
    return Path(settings.online.cluster) if settings.online.cluster else settings.home / "postgres"


@contextmanager
def owner_url(settings: Settings, start: bool = True) -> Iterator[str]:
    """The database as its owner reaches it, for as long as the block; empty where there is none.

    Our own server is used where somebody runs it (`make serve`), else started for the block if `start` says so.
    """
    if settings.online.url:
        yield settings.online.url
        return
    below = folder(settings)
    running = cluster.served(below)
    if running is not None:
        with passwords(running):
            yield running.url
    elif start and cluster.made(below):
        with cluster.running(below) as started, passwords(started):
            yield started.url
    else:
        yield ""


def passwords(of: cluster.Cluster) -> AbstractContextManager[None]:
    """Has both drivers find the passwords of our own server."""
    return environment({"PGPASSFILE": str(of.passfile)})
