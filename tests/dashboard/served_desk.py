"""`credit-scoring serve` as a user starts it, for as long as a block: on free ports, with what the settings hold."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from credit_scoring.machine import free_port

_WAITS = ("Desk:", "No desk:")


@contextmanager
def serving(options: Sequence[str] = (), **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and what it said until its desk answered; it is told to end with the block."""
    ports = {name: str(free_port()) for name in ("ONLINE__PORT", "ONLINE__METRICS_PORT", "DESK__PORT")}
    named: Mapping[str, str] = {f"CREDIT_SCORING_{name}": value for name, value in {**ports, **settings}.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "credit_scoring.cli", "serve", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **named},
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(_WAITS):
            break
    try:
        yield process, "".join(said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@contextmanager
def served_desk() -> Iterator[tuple[str, str, str]]:
    """Address of the desk, address of the API, and the key that is printed."""
    with serving() as (_, said):
        desk, api = re.search(r"^Desk: (\S+)", said, re.MULTILINE), re.search(r"Ready: (\S+)/docs", said)
        key = re.search(r"^Key [^:]*: (\S+)", said, re.MULTILINE)
        if desk is None or api is None or key is None:
            raise AssertionError(said)
        yield desk[1], api[1], key[1]
