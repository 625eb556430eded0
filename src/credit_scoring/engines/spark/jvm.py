"""How the JVM of a local session starts: with which jars, compilers and collector, and what it need not load again.

A short session is mostly a JVM that warms up: it loads and verifies some twenty thousand classes, and compiles what it
may never run again. An archive of those classes (`make` makes it) is mapped instead.
"""

from __future__ import annotations

import codecs
import locale
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import pyspark
from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from credit_scoring.machine import environment, of_another_spark, user_name
from credit_scoring.runtime import jars, jars_folder

CANCELLED_WITHIN_SECONDS = 10
"""So long Ctrl-C waits for Spark to cancel its jobs."""

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
    mapped = [_quoted(f"-XX:SharedArchiveFile={found}"), "-Xlog:cds*=off"] if found.exists() else []
    logging = _conf() / "log4j2.properties"
    told = [_quoted(f"-Dlog4j2.configurationFile={logging.as_uri()}")] if logging.exists() else []
    # Where the machine has no account of a user's number, Java calls its folder `?`, on which Spark's Ivy fails.
    home = [_quoted(f"-Duser.home={os.path.expanduser('~')}")] if user_name() is None else []
    return {
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars())),
        "spark.driver.defaultJavaOptions": " ".join([*OPTIONS, *mapped, *told, *home]),
    }


def _quoted(option: str) -> str:
    """An option as Spark's launcher reads it in a line of options: a path may hold spaces, quotes and backslashes."""
    escaped = option.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if re.search(r"[\s\"'\\]", option) else option


@contextmanager
def own_surroundings(java: Path) -> Iterator[None]:
    """While the JVM of `java` starts: its environment is this session's, whatever else is set up in the shell.

    Variables of another Spark are taken away, and what stands in Spark's own folder of settings is for spark-submit (an
    archive bears no folders on its class path). Tasks run in this Python. A machine whose name has no address is
    reached all the same, and names of files are UTF-8 in every locale: Java 17 would read them as ASCII in some.
    """
    own: dict[str, str | None] = {
        **dict.fromkeys(of_another_spark()),
        "SPARK_CONF_DIR": str(_conf() / "none"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONSOLE_LEVEL": "warn",
        "PYSPARK_PYTHON": sys.executable,
        "JAVA_HOME": str(java),
    }
    if codecs.lookup(locale.getencoding()).name != "utf-8":
        own["LC_ALL"] = "C.UTF-8"
    if user_name() is None:
        own["SPARK_USER"] = NOBODY
    with environment(own):
        yield


NOBODY = "nobody"
"""How Spark calls a user of whom the machine has no name."""


def name_the_user(conf: SparkConf) -> None:
    """Starts the JVM of a session, and names its user where the machine has no account of that number.

    Hadoop asks Java who the user is, and Java asks the machine, which does not know.
    """
    SparkContext._ensure_initialized(conf=conf)
    jvm: Any = SparkContext._jvm
    users = jvm.org.apache.hadoop.security.UserGroupInformation
    users.setLoginUser(users.createRemoteUser(NOBODY))


@contextmanager
def said_apart(shown: bool) -> Iterator[IO[bytes]]:
    """While a JVM starts: what it and Spark print, all its life, goes into the file that this yields.

    Traces of Java are no sentences, and Delta prints what VACUUM did, which is no result. `shown`: it goes where errors
    go instead, and the file stays empty.
    """
    with tempfile.TemporaryFile() as told:
        out, err = os.dup(1), os.dup(2)
        os.dup2(2 if shown else told.fileno(), 1)
        if not shown:
            os.dup2(told.fileno(), 2)
        try:
            yield told
        finally:
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.close(out)
            os.close(err)


def why_not_started(told: IO[bytes]) -> str:
    """The line in which a JVM that did not start says why."""
    told.seek(0)
    lines = [line.strip() for line in told.read().decode(errors="replace").splitlines()]
    found = next((line for line in lines if _REASON.search(line)), "")
    return found or next(filter(None, lines), "it says nothing")


_REASON = re.compile(r"(?i)insufficient memory|could not reserve|invalid|unrecognized|no such file|not found|^error")


def _conf() -> Path:
    return Path(str(pyspark.__file__)).parent / "conf"


def interruptible(spark: SparkSession) -> SparkSession:
    """The session, whose jobs Ctrl-C cancels before it is a KeyboardInterrupt.

    PySpark's own handler cancels them over the connection of the interrupted thread, where the answer to another call
    may be on its way: it takes that for its own, and what ends the run is a Py4JError. Another thread has a connection
    of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        return spark

    def interrupted(*_: object) -> NoReturn:
        cancelling = threading.Thread(target=spark.sparkContext.cancelAllJobs, daemon=True)
        cancelling.start()
        cancelling.join(CANCELLED_WITHIN_SECONDS)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    return spark
