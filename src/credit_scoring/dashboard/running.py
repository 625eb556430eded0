"""The desk as a process: Streamlit, on this machine alone, which tells nobody that it is used."""

from __future__ import annotations

import subprocess  # nosec B404: Python itself, with arguments of ours
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from credit_scoring.child import bound
from credit_scoring.dashboard.style import THEME
from credit_scoring.errors.stores import DESK_NOT_STARTED

STARTS_SECONDS, ENDS_SECONDS = 60, 5
"""So long a busy machine may take to start it, and it may take to end."""


def options(host: str, port: int) -> Mapping[str, str]:
    """Streamlit's options, which files of the user cannot change."""
    return {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",  # that is: only its own pages may connect
        "server.enableStaticServing": "false",
        "server.enableAgentApi": "false",
        "server.maxUploadSize": "1",
        "server.maxMessageSize": "50",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",  # texts of errors may quote what was answered
        "client.showErrorLinks": "false",
        "logger.level": "error",
        **{f"theme.{name}": value for name, value in THEME.items()},
    }


def command(host: str, port: int, api: str) -> list[str]:
    """The command that runs it; `api`: the address of the API, which every page asks."""
    script = Path(__file__).with_name("app.py")
    told = [f"--{name}={value}" for name, value in options(host, port).items()]
    return [sys.executable, "-m", "streamlit", "run", str(script), *told, "--", api]


@dataclass(frozen=True)
class Desk:
    """The desk's process, which may still be starting."""

    process: subprocess.Popen[bytes]
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{self.host}:{self.port}"

    def answers(self) -> None:
        """Returns once it answers; StorageError where it ended, or does not start."""
        ends = time.monotonic() + STARTS_SECONDS
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while self.process.poll() is None and time.monotonic() < ends:
            with suppress(OSError), direct.open(f"{self.url}/_stcore/health", timeout=2):  # nosec B310
                return
            time.sleep(0.05)
        raise DESK_NOT_STARTED(host=self.host, port=self.port)

    def wait(self) -> None:
        """Returns when it has ended."""
        self.process.wait()


@contextmanager
def starting(host: str, port: int, api: str) -> Iterator[Desk]:
    """The desk, which ends with the block, and where this process is killed."""
    process = subprocess.Popen(  # nosec B603: no shell, and no argument from outside
        bound(command(host, port, api)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to handle
    )  # fmt: skip
    try:
        yield Desk(process, host, port)
    finally:
        process.terminate()
        try:
            process.wait(ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
