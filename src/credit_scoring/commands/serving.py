"""The API and the adviser's desk, for as long as somebody wants them."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from credit_scoring.commands.loading import load_online_store
from credit_scoring.errors import CreditScoringError
from credit_scoring.online import cluster, database, keys
from credit_scoring.online.models import ClientScore
from credit_scoring.online.place import folder, passwords
from credit_scoring.online.service_user import grant
from credit_scoring.settings import Settings
from credit_scoring.storage.store import holds_a_store
from credit_scoring.telemetry import prometheus

if TYPE_CHECKING:
    from credit_scoring.dashboard.running import Desk

Say = Callable[[str], None]
_OWN_KEY = "make serve"
_OWN_KEY_DAYS = 30


def desk(settings: Settings, say: Say) -> None:
    """The adviser's desk until it is told to end, before an API that runs elsewhere."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    api = settings.desk.api or f"http://{settings.online.host}:{settings.online.port}"
    with suppress(KeyboardInterrupt), _desk_before(settings, api) as process:
        say(f"The desk asks the API at {api}. Ctrl-C ends it.")
        _say_where(settings, process, say)
        process.wait()


@contextmanager
def _desk_before(settings: Settings, api: str) -> Iterator[Desk]:
    """The process of the desk, which ends with the block; UsageError when its port is taken."""
    from credit_scoring.dashboard.running import starting
    from credit_scoring.serving.running import listening

    listener = listening(settings.desk.host, settings.desk.port, "desk.port")
    port = listener.getsockname()[1]
    listener.close()  # Streamlit opens it itself
    with starting(settings.desk.host, port, api) as process:
        yield process


def _say_where(settings: Settings, process: Desk, say: Say) -> None:
    """Says where the desk is once it answers; the API goes on where it does not."""
    try:
        process.answers()
    except CreditScoringError as error:
        say(f"No desk: {error}")
    else:
        say(f"Desk: {process.url} (sign in with a key)")


def serve(settings: Settings, say: Say, with_desk: bool = True) -> None:
    """The API until it is told to end: on the server that the settings name, or on one of our own, which is made,
    migrated and loaded before, and ends with it. The adviser's desk comes and goes with it."""
    from credit_scoring.serving.running import listening

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as Ctrl-C does: what was started is ended
    listener = listening(settings.online.host, settings.online.port)
    port = listener.getsockname()[1]
    with ExitStack() as ending:
        process = None
        if with_desk:
            process = ending.enter_context(_desk_before(settings, f"http://{settings.online.host}:{port}"))

        def ready(told: str) -> None:
            say(told)
            if process is not None:
                threading.Thread(target=_say_where, args=(settings, process, say), daemon=True).start()

        _serve(settings, say, listener, ready)


def _serve(settings: Settings, say: Say, listener: socket.socket, says_ready: Say) -> None:
    from credit_scoring.serving.running import run

    online, port = settings.online, listener.getsockname()[1]
    if online.url or online.api_url:
        run(online, settings.mlflow, listener, lambda: says_ready(_addresses(settings, port)), settings.metrics.folder)
        return
    below = folder(settings)
    say(f"Starting PostgreSQL in {below}")
    with cluster.running(below) as started, passwords(started):
        database.create(started.url)
        database.upgrade(started.url)
        with database.transaction(started.url) as connection:
            grant(connection, cluster.SERVICE, cluster.service_password(below))
            key = _own_key(connection)
            empty = connection.execute(select(ClientScore.client_id).limit(1)).scalar() is None
        if empty:
            say("Loading what is published")
            _load(settings, started.url, say)
        with database.transaction(started.url) as connection:
            client = connection.execute(select(ClientScore.client_id).order_by(ClientScore.client_id).limit(1)).scalar()
        own = online.model_copy(update={"url": started.url, "api_url": started.api_url})

        # With port 0 nobody knows before the API listens where its metrics are.
        scraped = [f"{online.host}:{online.metrics_port}"] if online.metrics_port else []
        with prometheus.running(settings.home / "prometheus", scraped) as watching:

            def ready() -> None:
                watched = f"\nPrometheus: {watching}" if watching else ""
                says_ready(_addresses(settings, port) + watched + _to_try(settings, port, key, client))
                if not empty:
                    threading.Thread(target=_load, args=(settings, started.url, say), daemon=True).start()

            run(own, settings.mlflow, listener, ready, settings.metrics.folder)
    say("Ended: the API and PostgreSQL are stopped.")


def _own_key(connection: Connection) -> str:
    """A key for whoever typed `make serve`; the one that was made at the start before ends."""
    now = datetime.now(UTC)
    for each in keys.listed(connection):
        if each.name == _OWN_KEY and each.revoked_at is None and each.expires_at > now:
            keys.revoke(connection, each.prefix, now)
    return keys.create(connection, _OWN_KEY, "admin", 6_000, _OWN_KEY_DAYS, now).key


def _load(settings: Settings, url: str, say: Say) -> None:
    """Loads; what goes wrong is said, and what is loaded already is served."""
    try:
        if not holds_a_store(settings):
            say("Nothing is published yet: `make score` shows how it goes; then start again.")
            return
        done = load_online_store(settings, url)
    except CreditScoringError as error:
        say(f"Not loaded: {error}")
        return
    if done.load is not None:
        say(f"Loaded {done.scores:,} scores and {done.files:,} files; {done.removed:,} clients left.")


def _addresses(settings: Settings, port: int) -> str:
    host, metrics = settings.online.host, settings.online.metrics_port
    return (
        f"Ready: http://{host}:{port}/docs (try it out), /redoc (read it), /health, /ready\n"
        f"Metrics: http://{host}:{metrics}/metrics"
    )


def _to_try(settings: Settings, port: int, key: str, client: int | None) -> str:
    """The key, and three requests with it."""
    base = f"http://{settings.online.host}:{port}/v1"
    send = f'curl -H "Authorization: Bearer {key}" '
    paths = ["clients?limit=5", "features?language=fr", "queue"]
    if client is not None:
        paths = [f"clients/{client}/score", f"clients/{client}/contributions?top=5", f"comparisons?client={client}"]
    lines = [f"  {send}'{base}/{path}'" for path in paths]
    return f"\nKey (admin, until this ends or is started again): {key}\nTry:\n" + "\n".join(lines) + "\nCtrl-C ends it."
