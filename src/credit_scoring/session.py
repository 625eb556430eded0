"""The Spark session: the cluster's own where one is running, otherwise a local one with Delta and the jars."""

from __future__ import annotations

import os
import sys

from pyspark.sql import SparkSession

from credit_scoring import jvm
from credit_scoring.runtime import java_home
from credit_scoring.settings import SparkSettings

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
    builder = SparkSession.builder
    if not runs_elsewhere():
        for key, value in LOCAL.items():
            builder = builder.config(key, value)
        builder = builder.config("spark.sql.shuffle.partitions", str(settings.shuffle_partitions))
        if "SPARK_ENV_LOADED" not in os.environ:  # with spark-submit, master and jars come from there
            os.environ["JAVA_HOME"] = str(java_home())
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.master(settings.master).config("spark.driver.memory", settings.driver_memory)
            for key, value in jvm.configuration().items():
                builder = builder.config(key, value)
    for key, value in EVERYWHERE.items():
        builder = builder.config(key, value)
    for key, value in settings.config.items():
        builder = builder.config(key, value)
    with jvm.without_conf_folder(), jvm.told_as_errors():
        return builder.appName("credit-scoring").getOrCreate()


def runs_elsewhere() -> bool:
    """Whether Spark's driver runs as others set it up: on Databricks, or behind Spark Connect."""
    return "DATABRICKS_RUNTIME_VERSION" in os.environ or "SPARK_REMOTE" in os.environ
