"""The end of a training that spark-submit started: SynapseML leaves a thread that would keep its JVM alive for ever."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.sql import SparkSession


@contextmanager
def ending_the_jvm() -> Iterator[None]:
    """Ends the JVM of spark-submit with the exit code of what ran inside; elsewhere (a cluster, the CLI) does nothing.

    The very last act of a job: what is printed after it is lost.
    """
    code = 1
    try:
        yield
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise
    finally:
        spark = SparkSession.getActiveSession()
        if spark and "PYSPARK_GATEWAY_PORT" in os.environ and "DATABRICKS_RUNTIME_VERSION" not in os.environ:
            jvm: Any = spark._jvm
            spark.stop()
            sys.stdout.flush()
            sys.stderr.flush()
            # The answer to this call never comes.
            with suppress(Py4JError, Py4JNetworkError, OSError):
                jvm.java.lang.System.exit(code)
