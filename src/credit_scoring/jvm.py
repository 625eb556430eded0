"""How the JVM of a local session starts: with which jars, compilers and collector, and what it need not load again.

A short session is mostly a JVM that warms up: it loads and verifies some twenty thousand classes, and compiles what it
may never run again. An archive of those classes (`make` makes it) is mapped instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from credit_scoring.runtime import jars, jars_folder

ARCHIVE = "classes.jsa"
"""The archive's name in the folder of the jars. It fits one Java and one class path; elsewhere the JVM ignores it."""

OPTIONS = (
    # Spark's tasks have the cores; a collector with threads of its own would take them.
    "-XX:+UseSerialGC",
    # The optimising compiler only for what really runs hot: a run is short, and it pays for each method at once.
    "-XX:Tier4InvocationThreshold=200000",
    "-XX:Tier4MinInvocationThreshold=24000",
    "-XX:Tier4CompileThreshold=600000",
    "-XX:Tier4BackEdgeThreshold=1600000",
    # Rows become Arrow cell by cell. Spark grows a vector before it writes to it; Arrow's asking again was half of the
    # writing, by a profile.
    "-Darrow.enable_unsafe_memory_access=true",
    "-Darrow.enable_null_check_for_get=false",
)


def configuration(archive: Path | None = None) -> dict[str, str]:
    """Spark's settings of a JVM with the jars, which stand on its class path: an archive knows no others.

    `archive`: where to look for one, by default in the folder of the jars.
    """
    found = archive or jars_folder() / ARCHIVE
    mapped = [f"-XX:SharedArchiveFile={found}", "-Xlog:cds*=off"] if found.exists() else []
    logging = _conf() / "log4j2.properties"
    told = [f"-Dlog4j2.configurationFile={logging.as_uri()}"] if logging.exists() else []
    return {
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars())),
        "spark.driver.defaultJavaOptions": " ".join([*OPTIONS, *mapped, *told]),
    }


@contextmanager
def without_conf_folder() -> Iterator[None]:
    """While a JVM starts: Spark's folder of settings is not on its class path, where an archive bears no folders.

    What stands in it is for spark-submit; a user's own SPARK_CONF_DIR is left as it is.
    """
    if "SPARK_CONF_DIR" in os.environ:
        yield
        return
    os.environ["SPARK_CONF_DIR"] = str(_conf() / "none")
    try:
        yield
    finally:
        del os.environ["SPARK_CONF_DIR"]


@contextmanager
def told_as_errors() -> Iterator[None]:
    """While a JVM starts: what it prints goes where errors go. Delta prints what VACUUM did, which is no result."""
    here = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(here, 1)
        os.close(here)


def _conf() -> Path:
    return Path(str(pyspark.__file__)).parent / "conf"
