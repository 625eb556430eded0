"""Azurite on a free port, and a proxy before it through which Python and the JVM go."""

from __future__ import annotations

import itertools
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from azurite.fault_proxy import FaultProxy
from credit_scoring.engines.engine import Engine
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.settings import StorageSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROJECT = Path(__file__).parents[2]
OPTIONS = ("--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent")


@pytest.fixture(scope="session")
def azurite() -> Iterator[int]:
    """The port of an Azurite that ends with the tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PROJECT / "node_modules" / ".bin" / "azurite-blob", *OPTIONS, "--blobPort", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        assert running.poll() is None, "Azurite ended"
        assert time.monotonic() < deadline, "Azurite does not listen"
        time.sleep(0.1)
    yield port
    running.terminate()
    running.wait(10)


@pytest.fixture(scope="session")
def proxy(azurite: int) -> Iterator[FaultProxy]:
    with FaultProxy(azurite).running() as passing:
        yield passing


@pytest.fixture(scope="session")
def storage(proxy: FaultProxy) -> StorageSettings:
    """Bounds that a test can wait for."""
    return StorageSettings(
        emulator=proxy.url, retries=3, first_wait_seconds=0.1, longest_wait_seconds=1.5, timeout_seconds=3
    )


@pytest.fixture(scope="session")
def new_root() -> Callable[[], str]:
    """Makes roots, each in a container of its own."""
    numbers = itertools.count(1)
    return lambda: f"wasb://test-{next(numbers)}@devstoreaccount1/lender"


@pytest.fixture(scope="module")
def spark_on_azurite(spark: SparkSession, storage: StorageSettings, proxy: FaultProxy) -> Iterator[SparkSession]:
    """The session of all tests, which for this module reaches Azurite through the proxy.

    Hadoop asks for Azurite at port 10000. The JVM is told of an HTTP proxy, which is ours.
    """
    from credit_scoring.engines.spark.hadoop import hadoop_settings

    system = spark._jvm.java.lang.System
    access = hadoop_settings(["wasb://any@devstoreaccount1/lender"], storage)
    for key, value in access.items():
        spark.conf.set(key, value)
    through = {"http.proxyHost": "127.0.0.1", "http.proxyPort": str(proxy.port), "http.nonProxyHosts": ""}
    for key, value in through.items():
        system.setProperty(key, value)
    yield spark
    for key in through:
        system.clearProperty(key)
    for key in access:
        spark.conf.unset(key)


@pytest.fixture(params=["local", "spark"])
def engine(request: pytest.FixtureRequest, storage: StorageSettings, new_root, tmp_path: Path) -> Engine:
    """Either engine over tables in a container of the test's own."""
    root = new_root() + "/tables"
    if request.param == "local":
        return LocalEngine(root, tmp_path / "spill", memory=100_000_000, processes=1, storage=storage)
    from credit_scoring.engines.spark.engine import SparkEngine
    from credit_scoring.engines.spark.tables import Tables

    return SparkEngine(Tables(request.getfixturevalue("spark_on_azurite"), root, storage=storage))
