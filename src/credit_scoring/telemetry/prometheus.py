"""A Prometheus of our own beside the API: it scrapes its metrics, by our rules, on a free port of loopback."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess  # nosec B404 (the program that was found, with our own arguments)
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from credit_scoring.child import bound

log = logging.getLogger(__name__)
PROGRAM = "prometheus"
API_JOB = "credit-scoring-api"
"""The scrape job of the API's metrics; rules and boards name it."""
_ENDS_SECONDS = 10


def rules() -> list[Path]:
    """The rules of deploy/prometheus, where this is a clone of the project; a wheel holds none."""
    return sorted((Path(__file__).parents[3] / "deploy" / "prometheus").glob("*.rules.yml"))


def configuration(targets: Sequence[str], rule_files: Sequence[Path], every: str = "5s") -> str:
    """prometheus.yml: scrapes the API's metrics at `targets` (host:port)."""
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": every, "evaluation_interval": every},
            "rule_files": [str(path) for path in rule_files],
            "scrape_configs": [{"job_name": API_JOB, "static_configs": [{"targets": list(targets)}]}],
        },
        sort_keys=False,
    )


@contextmanager
def running(folder: Path, targets: Sequence[str], every: str = "5s") -> Iterator[str]:
    """The address of a Prometheus for as long as the block, with its data in `folder`; empty where none is installed or
    it does not start, or there is nothing to scrape: what it would have shown is no reason to serve nothing."""
    program = shutil.which(PROGRAM)
    if program is None or not targets:
        yield ""
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(configuration(targets, rules(), every), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}", "--storage.tsdb.retention.time=30d", "--log.level=error",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("w") as output:
        process = subprocess.Popen(bound(command), stdout=output, stderr=subprocess.STDOUT)  # nosec B603
    try:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(0.3)
            log.warning("Prometheus ended with %d; %s says why", code, folder / "prometheus.log")
        yield f"http://{address}" if process.poll() is None else ""
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
