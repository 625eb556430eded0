"""The Spark session: the cluster's own where one is running, otherwise a local one with Delta and the jars."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pyspark import SparkConf
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from credit_scoring.engines.choice import runs_elsewhere
from credit_scoring.engines.spark import jvm
from credit_scoring.errors.usage import JVM_NOT_STARTED, TOO_FEW_FILES
from credit_scoring.machine import FILES_NEEDED, open_files, user_name
from credit_scoring.runtime import java_home
from credit_scoring.settings import TRACE, SparkSettings

EVERYWHERE = {
    "spark.sql.session.timeZone": "UTC",
    # As on serverless: what overflows or does not cast is an error, not a null.
    "spark.sql.ansi.enabled": "true",
}
LOCAL = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A table's log has as many lines as the table files: one task reads it, the default of 50 take seconds.
    "spark.databricks.delta.snapshotPartitions": "1",
    # Up to so many columns (by default 100), Spark makes one method of all of a row's. Compiling application's, of
    # which seventy are gathered, took the JVM ten seconds of a core, for under a hundredth of the rows.
    "spark.sql.codegen.maxFields": "50",
    # VACUUM lists a table's files in so many tasks, by default 10,000, however few folders there are.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def session(settings: SparkSettings) -> SparkSession:
    """The running session, or a new local one as the settings say.

    Sets POLARS_MAX_THREADS for the Python workers it starts: a task has one core, and one thread a task is part of
    "same rows, same bits".
    """
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    os.environ["POLARS_MAX_THREADS"] = "1"
    # LightGBM's threads sleep while they wait: spinning ones take the cores from each other and from Spark.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    conf = {**EVERYWHERE}
    if not runs_elsewhere():
        conf |= {**LOCAL, "spark.sql.shuffle.partitions": str(settings.shuffle_partitions)}
    if runs_elsewhere() or "SPARK_ENV_LOADED" in os.environ:  # with spark-submit, master and jars come from there
        running = _builder(conf | settings.config).getOrCreate()
        return running if runs_elsewhere() else jvm.interruptible(running)
    java, allowed = java_home(), open_files()
    if allowed < FILES_NEEDED:
        raise TOO_FEW_FILES(allowed=allowed, needed=FILES_NEEDED)
    conf |= {
        "spark.master": settings.master,
        "spark.driver.memory": settings.driver_memory,
        # Nothing is ever in it, and a catalog makes it all the same: not in whichever folder a command is typed.
        "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "credit-scoring-warehouse"),
        **jvm.configuration(),
        **settings.config,
    }
    with jvm.own_surroundings(java), jvm.said_apart(shown=bool(os.environ.get(TRACE))) as told:
        try:
            if user_name() is None:
                jvm.name_the_user(SparkConf().setAll(list(conf.items())))
            return jvm.interruptible(_builder(conf).getOrCreate())
        except PySparkRuntimeError as error:
            if error.getErrorClass() != "JAVA_GATEWAY_EXITED":
                raise
            raise JVM_NOT_STARTED(why=jvm.why_not_started(told)) from error


def _builder(conf: dict[str, str]) -> SparkSession.Builder:
    builder = SparkSession.builder
    for key, value in conf.items():
        builder = builder.config(key, value)
    return builder.appName("credit-scoring")
