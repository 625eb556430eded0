"""Starting the Spark engine, or finding it started."""

from __future__ import annotations

from credit_scoring.engines.spark.engine import SparkEngine
from credit_scoring.engines.spark.hadoop import hadoop_settings
from credit_scoring.engines.spark.in_folder import spark_over
from credit_scoring.engines.spark.session import session
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.settings import Settings


def spark_engine(settings: Settings) -> SparkEngine:
    """The engine over the tables of the settings; its session knows how the other roots are reached, too."""
    roots = (settings.tables, settings.landing, settings.published, settings.reports)
    access = hadoop_settings(roots, settings.storage)
    spark = session(settings.spark)
    for key, value in access.items():
        spark.conf.set(key, value)
    return spark_over(Tables(spark, settings.tables, storage=settings.storage), settings.gather.rows_per_block)
